package events

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
)

// Why runs failed: a handler's error, and the death of the process.
var (
	failed = ledger.Try{At: clitest.Noon.Add(-time.Minute), Attempt: 5, Outcome: "failed", Handler: "charge", Error: "no credit: " + strings.Repeat("x", 40)}
	died   = ledger.Try{At: clitest.Noon.Add(-time.Hour), Attempt: 4, Outcome: ledger.OutcomeDied, Error: "the process died"}
)

// eachState has an event of each state, the newest first.
var eachState = events.List{Matched: 7, Entries: []events.Entry{
	{Key: "kyc#evt_1", Record: ledger.Record{State: ledger.StateCompleted, Type: "kyc.session.approved", Received: clitest.Noon, Attempts: 1, Runs: 1, Done: []string{"open-account", "slack"}, Tries: []ledger.Try{failed}}},
	{Key: "kyc#evt_22", Record: ledger.Record{State: ledger.StateCompleted, Reason: "unhandled", Type: "kyc.session.created", Received: clitest.Noon.Add(-time.Minute), Attempts: 1}},
	{Key: "contiguity#a#b", Record: ledger.Record{State: ledger.StateReleased, Type: "text.incoming.sms", Received: clitest.Noon.Add(-time.Hour), Attempts: 3, Runs: 5, NotBefore: clitest.Noon.Add(45 * time.Second), Tries: []ledger.Try{died, failed}}},
	{Key: "contiguity#c", Record: ledger.Record{State: ledger.StateClaimed, Type: "text.incoming.sms", Received: clitest.Noon.Add(-2 * time.Hour), Attempts: 2, Lease: clitest.Noon.Add(time.Minute), Tries: []ledger.Try{failed, died}}},
	{Key: "contiguity#d", Record: ledger.Record{State: ledger.StateFailed, Reason: "permanent", Type: "text.incoming.sms", Received: clitest.Noon.Add(-24 * time.Hour), Attempts: 12, Done: []string{strings.Repeat("x", 20)}}},
}}

func TestListPrint(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	printList(clitest.NewWriter(&out), eachState, clitest.Noon.In(time.FixedZone("CEST", 2*3600)))
	want := `RECEIVED                  SOURCE      ID      TYPE                  STATE                  ATTEMPTS  DONE                  NEXT TRY                              LAST ERROR
2026-10-01 14:00:00 CEST  kyc         evt_1   kyc.session.approved  completed              1         open-account, slack   -                                     -
2026-10-01 13:59:00 CEST  kyc         evt_22  kyc.session.created   completed (unhandled)  1         -                     -                                     -
2026-10-01 13:00:00 CEST  contiguity  a#b     text.incoming.sms     released               3         -                     2026-10-01 14:00:45 CEST              charge: no credit: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
2026-10-01 12:00:00 CEST  contiguity  c       text.incoming.sms     claimed                2         -                     lease until 2026-10-01 14:01:00 CEST  the process died
2026-09-30 14:00:00 CEST  contiguity  d       text.incoming.sms     failed (permanent)     12        xxxxxxxxxxxxxxxxxxxx  -                                     -
The newest 5 of 7 events that match; --limit shows more.
`
	if d := diff.Diff(want, out.String()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestListPrintSums(t *testing.T) {
	t.Parallel()
	for want, list := range map[string]events.List{
		"No event matches.": {},
		"1 event matched.":  {Matched: 1, Entries: eachState.Entries[:1]},
		"2 events matched.": {Matched: 2, Entries: eachState.Entries[:2]},
		"The newest 1 of 2 events that match; --limit shows more.": {Matched: 2, Entries: eachState.Entries[:1]},
	} {
		var out bytes.Buffer
		printList(clitest.NewWriter(&out), list, clitest.Noon)
		wantLines(t, out.String(), want)
	}
}

func TestListJSON(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	for _, e := range eachState.Entries {
		if err := clitest.NewWriter(&out).JSONLine(e.View()); err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	want := `{"source":"contiguity","id":"a#b","type":"text.incoming.sms","state":"RELEASED","next":"retry","next_at":"2026-10-01T12:00:45Z","attempts":3,"runs":5,` +
		`"tries":[{"at":"2026-10-01T11:00:00Z","run":4,"outcome":"died","error":"the process died"},` +
		`{"at":"2026-10-01T11:59:00Z","run":5,"outcome":"failed","handler":"charge","error":"` + failed.Error + `"}],"done":[],"started":[],` +
		`"received":"2026-10-01T11:00:00Z","not_before":"2026-10-01T12:00:45Z","fence":0}`
	if len(lines) != len(eachState.Entries) || lines[2] != want {
		t.Errorf("%d lines, the third\n%s, want\n%s", len(lines), lines[2], want)
	}
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
}

// wantLines wants the output to have each of the lines.
func wantLines(t *testing.T, out string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains("\n"+out, "\n"+line+"\n") {
			t.Errorf("no line %q in:\n%s", line, cmp.Or(out, "nothing"))
		}
	}
}
