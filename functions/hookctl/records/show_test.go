package records_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/records"
	"webhookintake/functions/hookctl/screen"
	"webhookintake/shared/ledger"
)

func shown(e records.Entry) string {
	var out bytes.Buffer
	e.Print(screen.New(&out, func(string) string { return "" }), noon)
	return out.String()
}

func TestShow(t *testing.T) {
	t.Parallel()
	got := shown(records.Entry{Key: "kyc#evt_1", Record: ledger.Record{
		State: ledger.StateFailed, Reason: "outcome_unknown", Type: "kyc.session.approved", Hash: "9f86", Fence: 4, Attempts: 2,
		Received: noon.Add(-3 * time.Hour), FirstClaimed: noon.Add(-119 * time.Minute), Finished: noon.Add(-90 * time.Second),
		DedupUntil: noon.Add(30 * 24 * time.Hour), Expires: noon.Add(47 * time.Hour),
		Done: []string{"a", "b"}, Started: []string{"b", "c"},
	}})
	want := `kyc#evt_1
  type         kyc.session.approved
  state        failed (outcome_unknown)
               the error is in its dead letter: hookctl dead list
  received     2026-10-01 09:00:00 UTC (3 h ago)
  first tried  2026-10-01 10:01:00 UTC (119 min ago)
  ended        2026-10-01 11:58:30 UTC (90 s ago)
  attempts     2
  done         a, b
  once only    b ran, c began, and whether it acted is not known
  duplicates   are dropped of what is received until 2026-10-31 12:00:00 UTC (in 30 d)
  body         sha256 9f86
  fence        4
  forgotten    2026-10-03 11:00:00 UTC (in 47 h), or some days later
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestShowSaysWhatComesNext(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		record ledger.Record
		want   []string
	}{
		{"being handled", ledger.Record{State: ledger.StateClaimed, Lease: noon.Add(65 * time.Second), Attempts: 1},
			[]string{"  state        claimed", "               is being handled, at the latest until 2026-10-01 12:01:05 UTC (in 65 s)", "  attempts     1"}},
		{"lapsed", ledger.Record{State: ledger.StateClaimed, Lease: noon},
			[]string{"               whoever handled it ended without a word: its lease lapsed at 2026-10-01 12:00:00 UTC (0 s ago); the queue brings it again"}},
		{"waits", ledger.Record{State: ledger.StateReleased, NotBefore: noon.Add(time.Hour)},
			[]string{"  state        released", "               waits in the queue for its next try, at 2026-10-01 13:00:00 UTC (in 60 min)", "  attempts     none that counts"}},
		{"waits for its letter", ledger.Record{State: ledger.StateReleased, Reason: "attempts", NotBefore: noon.Add(time.Hour)},
			[]string{"  state        released (attempts)", "               its dead letter could not be sent, which is tried again from 2026-10-01 13:00:00 UTC (in 60 min)"}},
		{"unhandled", ledger.Record{State: ledger.StateCompleted, Reason: ledger.ReasonUnhandled},
			[]string{"               no handler was registered for its type; it can be replayed once there is one", "  done         -", "  ended        not known"}},
		{"key made of a part", ledger.Record{State: ledger.StateCompleted}, []string{"  body         may differ under this id, so no hash of it is kept"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantLines(t, shown(records.Entry{Key: "kyc#evt_1", Record: tt.record}), tt.want...)
		})
	}
}

// TestPayloadIsHarmless wants nothing that a terminal obeys, and JSON to stay the same.
func TestPayloadIsHarmless(t *testing.T) {
	t.Parallel()
	const evil = "{\"text\":\"a\u009b31m\u202eb \U0001f600 \U000e0041\"}"
	for _, tt := range []struct{ name, body, want string }{
		{"JSON", `{"a":[1,"é"]}`, "  payload\n  {\n    \"a\": [\n      1,\n      \"é\"\n    ]\n  }\n"},
		{"JSON with controls", evil, "  payload\n  {\n    \"text\": \"a\\u009b31m\\u202eb \U0001f600 \\udb40\\udc41\"\n  }\n"},
		{"no JSON", "a\x1b[2Jb", "  payload      \"a\\x1b[2Jb\"\n"},
	} {
		var out bytes.Buffer
		records.PrintPayload(screen.New(&out, func(string) string { return "" }), []byte(tt.body))
		if out.String() != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, out.String(), tt.want)
		}
	}
	var out bytes.Buffer
	if err := (records.Entry{Key: "kyc#1"}).WriteJSON(&out, []byte(evil)); err != nil || strings.Contains(out.String(), "\u009b") {
		t.Errorf("%v, %q", err, out.String())
	}
}

func TestShowJSON(t *testing.T) {
	t.Parallel()
	e := records.Entry{Key: "kyc#evt_1", Record: ledger.Record{State: ledger.StateCompleted, Received: noon, Fence: 1, Hash: "9f86", Started: []string{"s"}}}
	const head = `{"source":"kyc","id":"evt_1","type":"","state":"COMPLETED","attempts":0,"done":[],"started":["s"],"received":"2026-10-01T12:00:00Z","fence":1,"hash":"9f86"`
	for _, tt := range []struct{ name, body, want string }{
		{"no payload", "", head + "}\n"},
		{"JSON", `{"a": 1}`, head + `,"payload":{"a":1}}` + "\n"},
		{"no JSON", "\xff", head + `,"payload_base64":"/w=="}` + "\n"},
	} {
		var out bytes.Buffer
		if err := e.WriteJSON(&out, []byte(tt.body)); err != nil || out.String() != tt.want {
			t.Errorf("%s: %s%v; want %s", tt.name, out.String(), err, tt.want)
		}
	}
}
