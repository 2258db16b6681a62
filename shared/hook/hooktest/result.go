package hooktest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// Crashed is the outcome of a delivery whose process died, and the end of a run that was
// not recorded.
const Crashed = "crashed"

// A Result says what happened until nothing was left to do.
type Result struct {
	Events  []EventResult   // in the order in which Run was given them, each key once
	Writes  []webhook.Write // the handlers' writes, as they were committed
	States  []StateMove     // the moves, as they were committed
	Letters []Letter        // the messages in the dead-letter queue
}

// An EventResult says what happened to one event.
type EventResult struct {
	Event      webhook.Event
	Outcome    process.Outcome // of the last delivery that was not dropped as a duplicate
	Attempts   int             // runs that count against the limit of 12
	Deliveries []Delivery      // to a worker, in order
	Runs       []HandlerRun    // in order
}

// A Delivery is one message that a worker took from the queue.
type Delivery struct {
	At      time.Duration // since the first event arrived
	Outcome process.Outcome
}

// A HandlerRun is the run of one handler in a delivery.
type HandlerRun struct {
	Handler string
	Attempt int            // as the handler sees it in Event.Attempt
	At      time.Duration  // since the first event arrived
	Called  bool           // false if the worker decided without calling the handler
	End     process.RunEnd // "done", "failed", "permanent", "skipped", …
	Err     error          // the handler's, or why it was not called

	delivery int // index of the delivery
}

// A StateMove is a state as one event left it (see [hook.OnState]).
type StateMove struct {
	Event         webhook.Event
	Handler       string
	ID            string          // of the state's name and key; the same for the same state
	State, Result json.RawMessage // as they are stored
}

// A Letter is an event in the dead-letter queue.
type Letter struct {
	Event    webhook.Event
	Reason   queue.Reason // "permanent", "attempts", "outcome_unknown", …
	Error    string       // of each handler that failed, as "reply: no such number"
	Attempts int          // runs
}

// Calls returns how often the handler was called, over all events.
func (r Result) Calls(handler string) int {
	n := 0
	for _, e := range r.Events {
		for _, run := range e.Runs {
			if run.Handler == handler && run.Called {
				n++
			}
		}
	}
	return n
}

// String returns the result as lines, without payloads.
func (r Result) String() string {
	var b strings.Builder
	for _, e := range r.Events {
		fmt.Fprintf(&b, "%s %s\n", e.Event.Type, e.Event.ID)
		for i, d := range e.Deliveries {
			fmt.Fprintf(&b, "  %s %s%s\n", d.At, d.Outcome, e.runsOf(i))
		}
	}
	for _, l := range r.Letters {
		fmt.Fprintf(&b, "letter %s %s: %s\n", l.Event.ID, l.Reason, l.Error)
	}
	return b.String()
}

// runsOf returns the runs of one delivery as text.
func (e EventResult) runsOf(delivery int) string {
	text, mark := "", ": "
	for _, run := range e.Runs {
		if run.delivery != delivery {
			continue
		}
		text += mark + run.Handler + " " + string(run.End)
		if run.Err != nil {
			text += " (" + run.Err.Error() + ")"
		}
		mark = ", "
	}
	return text
}
