package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/hook"
	"webhookintake/shared/process"
	"webhookintake/shared/provider/contiguity"
)

// The handlers of the crash, in the order in which they run.
const (
	steady = "save-text"
	shaky  = "notify-shop"
)

// crash shows two handlers of one event. The second panics at the first try; at the second
// try the first handler does not run again.
func (t *show) crash(ctx context.Context) error {
	t.title(4, "A handler crashes halfway: "+steady+" is done, then "+shaky+" panics")
	runs := map[string]int{}
	s, err := open(ctx, crashing(runs))
	if err != nil {
		return err
	}
	defer s.close()
	_, first, err := s.deliverText(ctx)
	if err != nil {
		return err
	}
	ok := first.Outcome == process.Retried && ended(first, steady) == process.RunDone && panicked(first, shaky)
	t.expect(ok, "the first try of a handler that panics: %s", failure(first))
	t.Out.Text("   first try    %s, %s; next try in %s",
		t.verdict(ok, steady+" done"), t.Out.Bad(shaky+" panicked"), first.Delay.Round(100*time.Millisecond))
	t.Out.Text("                %s", t.Out.Dim("(the demo sets its clock forward now instead of waiting)"))

	s.clock.forward(first.Delay + time.Second) // the queue counts whole seconds
	second, err := s.work(ctx)
	if err != nil {
		return err
	}
	ok = second.Outcome == process.Handled && ended(second, steady) == "" && ended(second, shaky) == process.RunDone
	t.expect(ok, "the second try: %s", failure(second))
	t.Out.Text("   second try   %s", t.verdict(ok, steady+" not run again, as it is recorded as done; "+shaky+" done"))
	return t.recorded(s, first.Message.Key(), runs)
}

// crashing returns the handlers of the crash, which count their runs.
func crashing(runs map[string]int) *hook.Registry {
	var handlers hook.Registry
	hook.On(&handlers, contiguity.TextIncomingSMS, steady,
		func(context.Context, hook.Event[contiguity.Text]) error {
			runs[steady]++
			return nil
		})
	hook.On(&handlers, contiguity.TextIncomingSMS, shaky,
		func(_ context.Context, e hook.Event[contiguity.Text]) error {
			runs[shaky]++
			if e.Attempt == 1 {
				panic("the demo's crash")
			}
			return nil
		})
	return &handlers
}

// recorded shows the ledger's record at the end.
func (t *show) recorded(s *intake, key string, runs map[string]int) error {
	record, ok := s.Ledger.Record(key)
	if !ok {
		return fmt.Errorf("the ledger has no record of %s", key)
	}
	ok = record.State == "COMPLETED" && runs[steady] == 1 && runs[shaky] == 2
	t.expect(ok, "after the crash: %s, runs %v", record.State, runs)
	t.Out.Text("   recorded     %s; %s ran %s, %s %s", t.verdict(ok, string(record.State)),
		steady, often(runs[steady]), shaky, often(runs[shaky]))
	return nil
}

// ended returns how a handler's run ended, empty if it did not run.
func ended(w pipeline.Worked, handler string) process.RunEnd {
	for _, run := range w.Runs {
		if run.Handler == handler {
			return run.End
		}
	}
	return ""
}

func panicked(w pipeline.Worked, handler string) bool {
	for _, run := range w.Runs {
		if _, is := errors.AsType[*hook.PanicError](run.Err); is && run.Handler == handler {
			return true
		}
	}
	return false
}

// often returns n as how often something happened.
func often(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}
