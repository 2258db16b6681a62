package events

import (
	"bytes"
	"errors"
	"testing"

	diff "github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/operate/events"
)

func TestPrintPlans(t *testing.T) {
	t.Parallel()
	reply := events.Run{Handler: "reply", RunIfSet: true, Warning: "runs too"}
	var out bytes.Buffer
	printPlans(clitest.NewWriter(&out), []events.Plan{
		{Runs: []events.Run{{Handler: "note"}, reply}}, {Runs: []events.Run{{Handler: "note"}}}, {},
	})
	want := `3 events to be handled again. With the handlers that are registered here, these run:
  note         2 times
  reply?       1 times  runs too
  ? runs only if the function has the settings that it needs, which cannot be seen from here
  no handler is registered here for 1 of them; without one an event ends as unhandled
`
	if d := diff.Diff(want, out.String()); d != "" {
		t.Errorf("printed (-want +got):\n%s", d)
	}
}

func TestPrintOutcomes(t *testing.T) {
	t.Parallel()
	plan := events.Plan{Entry: events.Entry{Key: "kyc#evt_1"}, Runs: []events.Run{{Handler: "a"}, {Handler: "b", NotRepeated: true}}}
	var out bytes.Buffer
	w := clitest.NewWriter(&out)
	printResult(w, events.Result{Plan: plan}, false)
	printResult(w, events.Result{Plan: plan}, true)
	printResult(w, events.Result{Plan: plan, Err: errors.New("lost")}, false)
	printSum(w, 1, 0, false)
	printSum(w, 2, 1, false)
	printSum(w, 2, 0, true)
	want := `sent kyc#evt_1: a
would send kyc#evt_1: a
not sent kyc#evt_1: lost
1 event put into the queue.
2 events put into the queue, 1 not.
2 events could be replayed; none was.
`
	if d := diff.Diff(want, out.String()); d != "" {
		t.Errorf("printed (-want +got):\n%s", d)
	}
}
