package dead

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// printed returns what fn writes without colour.
func printed(fn func(out *cli.Writer)) string {
	var out bytes.Buffer
	fn(clitest.NewWriter(&out))
	return out.String()
}

func wantText(t *testing.T, want, got string) {
	t.Helper()
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), got); diff != "" {
		t.Errorf("printed (-want +got):\n%s", diff)
	}
}

// letter is a text that failed for that reason, so long before noon; without a reason it
// is one that SQS moved.
func letter(id string, reason queue.Reason, ago time.Duration) dead.Letter {
	at := clitest.Noon.Add(-ago)
	m := queue.Message{
		Event: webhook.Event{
			Source: "texts", Provider: "contiguity", ID: id, Type: "text.incoming.sms", Received: at, Raw: []byte(`{"id":"` + id + `"}`),
		},
		Wire: queue.Wire{MessageID: "m-" + id, Sent: at},
	}
	if reason != "" {
		m.Failure = &queue.Failure{Reason: reason, Fence: 1, At: at.UnixMilli(), Error: "bank is closed", Attempts: 1}
	}
	return dead.Letter{Message: m}
}

// unreadable is a message that is no event.
func unreadable(ago time.Duration) dead.Letter {
	return dead.Letter{Message: queue.Message{
		Unreadable: errors.New("attribute source is missing"), Wire: queue.Wire{MessageID: "m-4", Sent: clitest.Noon.Add(-ago), Body: "payload"},
	}}
}

func assorted() []dead.Letter {
	return []dead.Letter{
		letter("evt_1", queue.ReasonPermanent, 3*time.Minute), letter("evt_22", queue.ReasonOutcomeUnknown, 2*time.Minute),
		letter("evt_3", "", time.Minute), unreadable(2 * time.Second),
	}
}

// planner has the handlers note, and reply, which runs at most once and needs settings.
func planner() dead.Planner {
	var all, certain hook.Registry
	nothing := func(context.Context, hook.Event[contiguity.Text]) error { return nil }
	hook.On(&all, contiguity.TextIncomingSMS, "note", nothing)
	hook.On(&all, contiguity.TextIncomingSMS, "reply", nothing, hook.AtMostOnce)
	hook.On(&certain, contiguity.TextIncomingSMS, "note", nothing)
	return dead.Planner{
		Handlers: operate.Handlers{All: &all, Certain: &certain}, Now: func() time.Time { return clitest.Noon },
	}
}

func TestPrintList(t *testing.T) {
	t.Parallel()
	found := dead.List{Letters: assorted()}
	wantText(t, `
WHEN                     AGE  SOURCE  ID           TYPE               REASON           RUNS  ERROR
2026-10-01 11:57:00 UTC  3m   texts   evt_1        text.incoming.sms  permanent        1     bank is closed
2026-10-01 11:58:00 UTC  2m   texts   evt_22       text.incoming.sms  outcome_unknown  1     bank is closed
2026-10-01 11:59:00 UTC  1m   texts   evt_3        text.incoming.sms  receive_limit    -
2026-10-01 11:59:58 UTC  2s   -       message m-4  -                  unreadable       -     attribute source is missing

4 dead letters
     1  outcome_unknown  texts
     1  permanent        texts
     1  receive_limit    texts
     1  unreadable       -
`, printed(func(out *cli.Writer) { printList(out, found, clitest.Noon) }))
	folded := found
	folded.Letters = assorted()
	folded.Letters[0].Folded = []string{"m-5", "m-6"}
	got := printed(func(out *cli.Writer) { printList(out, folded, clitest.Noon) })
	for _, want := range []string{"  evt_1 (3 letters)  text.incoming.sms  permanent", "\n6 dead letters of 4 events\n     1  outcome_unknown  texts\n     1  permanent        texts\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestPrintNone(t *testing.T) {
	t.Parallel()
	for want, found := range map[string]dead.List{
		"There are no dead letters.\n":                  {},
		"No dead letter matches; 1 other is there.\n":   {Others: 1},
		"No dead letter matches; 2 others are there.\n": {Others: 2},
	} {
		wantText(t, want, printed(func(out *cli.Writer) { printList(out, found, clitest.Noon) }))
	}
}

func TestPrintPlans(t *testing.T) {
	t.Parallel()
	var plans []dead.Plan
	for _, l := range assorted() {
		var found *ledger.Record
		if l.ID == "evt_1" {
			found = &ledger.Record{State: ledger.StateFailed, Reason: "permanent", Fence: 1, Attempts: 1}
		}
		plans = append(plans, planner().Plan(l, found))
	}
	print := func(f redriveFlags, plans []dead.Plan) string {
		return printed(func(out *cli.Writer) {
			e := cli.Env{Out: out, Now: func() time.Time { return clitest.Noon }}
			if err := f.writePlans(&e, plans, 0); err != nil {
				t.Error(err)
			}
		})
	}
	wantText(t, `
SOURCE  ID           TYPE               REASON           REDRIVING
texts   evt_1        text.incoming.sms  permanent        runs note, reply?
texts   evt_22       text.incoming.sms  outcome_unknown  refused: reply may have acted, and runs at most once, and the ledger has no record of the event: --assume-done reply takes it as done, --run-again runs it again
texts   evt_3        text.incoming.sms  receive_limit    runs note, reply?; the ledger has no record of the event
-       message m-4  -                  unreadable       refused: it is not a message of the intake, and sending it back does not change that

2 to send back, 2 refused
? runs only if the function has the settings that it needs, which cannot be seen from here
`, print(redriveFlags{}, plans))
	many := slices.Repeat(plans[2:], 20)
	wantText(t, `
SOURCE  ID                       TYPE               REASON         REDRIVING
texts   evt_3 and 19 more        text.incoming.sms  receive_limit  runs note, reply?; the ledger has no record of the event
-       message m-4 and 19 more  -                  unreadable     refused: it is not a message of the intake, and sending it back does not change that

20 to send back, 20 refused
? runs only if the function has the settings that it needs, which cannot be seen from here
`, print(redriveFlags{}, many))
	if got := print(redriveFlags{actFlags: actFlags{dryRun: true}}, many); strings.Count(got, "evt_3 ") != 20 {
		t.Errorf("a dry run does not show each letter:\n%s", got)
	}
}

func TestTallyText(t *testing.T) {
	t.Parallel()
	for want, tally := range map[string]dead.Tally{
		"1 letter sent back, 2 refused, 1 failed.":               {Redriven: 1, Refused: 2, Failed: 1},
		"2 letters sent back, 3 others of their events deleted.": {Redriven: 2, Dropped: 3},
	} {
		if got := tallyText(tally); got != want {
			t.Errorf("%+v: %q, want %q", tally, got, want)
		}
	}
}

func TestPrintPlan(t *testing.T) {
	t.Parallel()
	found := &ledger.Record{
		State: ledger.StateFailed, Reason: "outcome_unknown", Fence: 1, Attempts: 1, Done: []string{"note"}, Started: []string{"reply"},
		FirstClaimed: clitest.Noon.Add(-time.Hour), Finished: clitest.Noon.Add(-time.Hour),
	}
	plan := planner().Plan(letter("evt_1", queue.ReasonOutcomeUnknown, time.Hour), found)
	wantText(t, `
event      evt_1 of source texts
type       contiguity text.incoming.sms
message    m-evt_1
received   2026-10-01 11:00:00 UTC (1h ago)
dead       2026-10-01 11:00:00 UTC (1h ago)
reason     outcome_unknown: an at-most-once handler may or may not have acted: find out, then redrive with --assume-done or --run-again
error      bank is closed
runs       1, fence 1
body       14 bytes, sha256 40993c639ffb5f13a0a2ef5c93c965f10b405f2b87a379272381da2dbc158dfa
record     FAILED outcome_unknown, fence 1, attempts 1
  done     note
  started  reply
  claimed  2026-10-01 11:00:00 UTC (1h ago)
  ended    2026-10-01 11:00:00 UTC (1h ago)
redriving  refused: reply may have acted, and runs at most once: --assume-done reply takes it as done, --run-again runs it again
`, printed(func(out *cli.Writer) { printPlan(out, plan, clitest.Noon) }))

	found.Hash = strings.Repeat("ab", 32)
	conflict := planner().Plan(letter("evt_1", queue.ReasonConflict, time.Hour), found)
	got := printed(func(out *cli.Writer) { printPlan(out, conflict, clitest.Noon) })
	for _, want := range []string{
		"  body     a different one, sha256 abab", "redriving  refused: another body arrived with the same event id: its hash is ",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}

	several := planner().Plan(letter("evt_1", queue.ReasonPermanent, time.Hour), found)
	several.Letter.Folded = []string{"m-5", "m-6"}
	if got := printed(func(out *cli.Writer) { printPlan(out, several, clitest.Noon) }); !strings.Contains(got, "\nothers     dropped when this one is redriven: m-5, m-6\n") {
		t.Errorf("of several letters:\n%s", got)
	}

	gone := planner().Plan(letter("evt_1", queue.ReasonPermanent, time.Hour), nil)
	if got := printed(func(out *cli.Writer) { printPlan(out, gone, clitest.Noon) }); !strings.Contains(got, "record     none: the ledger has no record of the event\n") {
		t.Errorf("without a record:\n%s", got)
	}
	plan.Err = errors.New("table is away")
	if got := printed(func(out *cli.Writer) { printPlan(out, plan, clitest.Noon) }); !strings.HasSuffix(got, "record     table is away\n") {
		t.Errorf("with a record that cannot be read:\n%s", got)
	}
}

// TestCheckPlans finds misspelt ids. The id of a folded letter is not one.
func TestCheckPlans(t *testing.T) {
	t.Parallel()
	l := letter("evt_1", queue.ReasonPermanent, time.Hour)
	l.Folded = []string{"m-5"}
	plans := []dead.Plan{planner().Plan(l, nil)}
	for id, missing := range map[string]bool{"evt_1": false, "m-evt_1": false, "m-5": false, "m-6": true, "evt_2": true} {
		if err := checkPlans(planner(), plans, []string{id}); (err != nil) != missing {
			t.Errorf("checkPlans of %s = %v", id, err)
		}
	}
}

func TestPayloadText(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"":                   "",
		"{\n\t\"a\": \"ü\"}": "{\n\t\"a\": \"ü\"}",
		"\x1b[31mred":        "base64: G1szMW1yZWQ=",
		"\xff":               "base64: /w==",
	} {
		if got := payloadText([]byte(body)); got != want {
			t.Errorf("payloadText(%q) = %q, want %q", body, got, want)
		}
	}
}
