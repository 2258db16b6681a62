package events

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

func shown(e events.Entry) string {
	var out bytes.Buffer
	printEntry(clitest.NewWriter(&out), e, nil, clitest.Noon)
	return out.String()
}

func TestShow(t *testing.T) {
	t.Parallel()
	got := shown(events.Entry{Key: "kyc#evt_1", Record: ledger.Record{
		State: ledger.StateFailed, Reason: "outcome_unknown", Type: "kyc.session.approved", Hash: "9f86", Fence: 4, Secret: new(1), Attempts: 2, Runs: 5,
		Received: clitest.Noon.Add(-3 * time.Hour), FirstClaimed: clitest.Noon.Add(-119 * time.Minute), Finished: clitest.Noon.Add(-90 * time.Second),
		DedupUntil: clitest.Noon.Add(30 * 24 * time.Hour), Expires: clitest.Noon.Add(47 * time.Hour),
		Done: []string{"a", "b"}, Started: []string{"b", "c"},
		Tries: []ledger.Try{died, {At: clitest.Noon.Add(-90 * time.Second), Attempt: 5, Outcome: "outcome_unknown", Handler: "c", Error: "no answer\x1b[2J"}},
	}})
	want := `kyc#evt_1
  type         kyc.session.approved
  state        failed (outcome_unknown)
               its dead letter waits for you: hookctl dead show evt_1
  received     2026-10-01 09:00:00 UTC (3h ago)
  signed with  secret 1, an older one: sources check says whether it is still in use
  first tried  2026-10-01 10:01:00 UTC (1h ago)
  ended        2026-10-01 11:58:30 UTC (1m ago)
  attempts     2 (5 runs; a run in which handlers only ask to wait does not count, nor one before a redrive or replay)
  done         a, b
  once only    b ran, c began, and may or may not have acted
  tries        run 4, 2026-10-01 11:00:00 UTC (1h ago): the process died
               run 5, 2026-10-01 11:58:30 UTC (1m ago): c outcome_unknown: no answer\u001b[2J
  duplicates   are dropped if received before 2026-10-31 12:00:00 UTC (in 30d)
  body         sha256 9f86
  fence        4
  forgotten    2026-10-03 11:00:00 UTC (in 47h), or some days later
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// How long runs took stands under what is known of them, as far as the log says it.
func TestShowRuns(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	printEntry(clitest.NewWriter(&out), events.Entry{Key: "kyc#evt_1"}, []operate.Run{
		{At: clitest.Noon, Run: 1, Outcome: "retried", Took: 3.5, Handlers: []operate.HandlerRun{{Name: "a", End: "done", Took: 1}, {Name: "b", End: "outcome_unknown", Took: 2.5}}},
		{At: clitest.Noon, Run: 2, Outcome: "handled", Took: 7, Handlers: []operate.HandlerRun{{Name: "b", End: "done", Took: 7}}},
		{At: clitest.Noon, Run: 3, Outcome: "handled", Took: 9, Handled: 3},
	}, clitest.Noon)
	const at = "2026-10-01 12:00:00 UTC (0s ago): "
	wantLines(t, out.String(), "  took         run 1, "+at+"retried in 3.5 ms (a done in 1 ms, b outcome unknown in 2.5 ms)",
		"               run 2, "+at+"handled in 7 ms (b done)", "               run 3, "+at+"handled in 9 ms (3 handlers)")
}

// A slow log delays show by 5 seconds at most. The window is from when the event was received
// until it ended, or until now, with a minute for clocks that differ.
func TestShowReadsTheLogForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began, rec := time.Now(), ledger.Record{State: ledger.StateCompleted, Received: clitest.Noon.Add(-time.Hour), Finished: clitest.Noon.Add(-time.Minute)}
		for until, state := range map[time.Time]ledger.State{clitest.Noon: ledger.StateCompleted, clitest.Noon.Add(time.Minute): ledger.StateReleased} {
			rec.State = state
			slow := &slowLog{}
			s := story{in: cli.Intake{Intake: slow}, entry: events.Entry{Key: "kyc#evt_1", Record: rec}}
			if runs, err := s.readRuns(t.Context(), clitest.Noon); err == nil || !strings.Contains(err.Error(), "within 5s") || len(runs) != 1 {
				t.Errorf("%v, %v; want what was read, and an error that says how long it took", runs, err)
			}
			if want := [2]time.Time{rec.Received.Add(-time.Minute), until}; slow.window != want {
				t.Errorf("%s: read %v, want %v", state, slow.window, want)
			}
		}
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("it took %v for two", took)
		}
	})
}

// A slowLog is an intake whose log does not end.
type slowLog struct {
	operate.Intake
	window [2]time.Time
}

func (s *slowLog) Runs(ctx context.Context, _ string, from, until time.Time) ([]operate.Run, error) {
	s.window = [2]time.Time{from, until}
	<-ctx.Done()
	return make([]operate.Run, 1), ctx.Err()
}

// TestShowLetter shows a letter that stands for another, and one of an earlier run.
func TestShowLetter(t *testing.T) {
	t.Parallel()
	e := events.Entry{Key: "kyc#evt_1", Record: ledger.Record{State: ledger.StateFailed, Fence: 4}}
	for fence, want := range map[int64]string{4: "fence 4\n", 3: "fence 3: of an earlier run\n", 0: "without a fence\n"} {
		l := dead.Letter{Folded: []string{"m-2"}, Message: queue.Message{
			Event: webhook.Event{Source: "kyc", ID: "evt_1"}, Wire: queue.Wire{MessageID: "m-1", Sent: clitest.Noon},
			Failure: &queue.Failure{Reason: queue.ReasonAttempts, Error: "no answer\x1b[2J", Fence: fence},
		}}
		var out bytes.Buffer
		printLetter(clitest.NewWriter(&out), l, e, clitest.Noon)
		want = "  letter       attempts: no answer\\u001b[2J\n               since 2026-10-01 12:00:00 UTC (0s ago), " + want +
			"               message m-1\n               stands for 1 letter too: m-2\n               the last of the tries failed: fix the cause, then redrive\n"
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("fence %d, -want +got:\n%s", fence, diff)
		}
	}
}

func TestShowSaysWhatComesNext(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		record ledger.Record
		want   []string
	}{
		{"being handled", ledger.Record{State: ledger.StateClaimed, Lease: clitest.Noon.Add(65 * time.Second), Attempts: 1},
			[]string{"  state        claimed", "               is being handled, until 2026-10-01 12:01:05 UTC (in 1m) at the latest", "  attempts     1"}},
		{"lapsed", ledger.Record{State: ledger.StateClaimed, Lease: clitest.Noon},
			[]string{"               its process ended without finishing it: the lease ended at 2026-10-01 12:00:00 UTC (0s ago); the queue delivers it again"}},
		{"waits", ledger.Record{State: ledger.StateReleased, NotBefore: clitest.Noon.Add(time.Hour)},
			[]string{"  state        released", "               waits in the queue for its next try at 2026-10-01 13:00:00 UTC (in 1h)", "  attempts     0"}},
		{"waits for its letter", ledger.Record{State: ledger.StateReleased, Reason: "attempts", NotBefore: clitest.Noon.Add(time.Hour)},
			[]string{"  state        released (attempts)", "               its dead letter could not be sent; the next try is at 2026-10-01 13:00:00 UTC (in 1h)"}},
		{"unhandled", ledger.Record{State: ledger.StateCompleted, Reason: ledger.ReasonUnhandled},
			[]string{"               no handler was registered for its type; replay it once there is one", "  done         -", "  ended        -"}},
		{"key made of a part", ledger.Record{State: ledger.StateCompleted}, []string{"  body         may differ under this id, so no hash of it is kept"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantLines(t, shown(events.Entry{Key: "kyc#evt_1", Record: tt.record}), tt.want...)
		})
	}
}

// TestPayloadIsHarmless wants control characters escaped, and the same JSON.
func TestPayloadIsHarmless(t *testing.T) {
	t.Parallel()
	const evil = "{\"text\":\"a\u009b31m\u202eb \U0001f600 \U000e0041\"}"
	for _, tt := range []struct{ name, body, want string }{
		{"JSON", `{"a":[1,"é"]}`, "  payload\n  {\n    \"a\": [\n      1,\n      \"é\"\n    ]\n  }\n"},
		{"JSON with controls", evil, "  payload\n  {\n    \"text\": \"a\\u009b31m\\u202eb \U0001f600 \\udb40\\udc41\"\n  }\n"},
		{"not JSON", "a\x1b[2Jb", "  payload      \"a\\x1b[2Jb\"\n"},
	} {
		var out bytes.Buffer
		printPayload(clitest.NewWriter(&out), []byte(tt.body))
		if out.String() != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, out.String(), tt.want)
		}
	}
	var out bytes.Buffer
	if err := clitest.NewWriter(&out).JSONLine(events.Entry{Key: "kyc#1"}.View().WithPayload([]byte(evil))); err != nil || strings.Contains(out.String(), "\u009b") {
		t.Errorf("%v, %q", err, out.String())
	}
}

// TestShowJSON wants times in UTC, and the payload as it is.
func TestShowJSON(t *testing.T) {
	t.Parallel()
	local := clitest.Noon.In(time.FixedZone("CEST", 2*3600))
	e := events.Entry{Key: "kyc#evt_1", Record: ledger.Record{
		State: ledger.StateCompleted, Received: local, FirstClaimed: local, Finished: local, NotBefore: local,
		Lease: local, DedupUntil: local, Expires: local, Fence: 1, Hash: "9f86", Started: []string{"s"},
	}}
	const at = `"2026-10-01T12:00:00Z"`
	const head = `{"source":"kyc","id":"evt_1","type":"","state":"COMPLETED","attempts":0,"runs":0,"done":[],"started":["s"],` +
		`"received":` + at + `,"first_claimed":` + at + `,"finished":` + at + `,"not_before":` + at +
		`,"lease":` + at + `,"dedup_until":` + at + `,"expires":` + at + `,"fence":1,"hash":"9f86"`
	for _, tt := range []struct{ name, body, want string }{
		{"no payload", "", head + "}\n"},
		{"text", `{"a": 1}`, head + `,"payload":"{\"a\": 1}"}` + "\n"},
		{"bytes", "\xff", head + `,"payload_base64":"/w=="}` + "\n"},
	} {
		var out bytes.Buffer
		if err := clitest.NewWriter(&out).JSONLine(e.View().WithPayload([]byte(tt.body))); err != nil || out.String() != tt.want {
			t.Errorf("%s: %s%v; want %s", tt.name, out.String(), err, tt.want)
		}
	}
}
