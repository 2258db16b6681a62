package process_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// A handler that comes after others waits until all of them are done, in this run or a
// later one.
func TestAfter(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		errs  []error // of "move", run by run; nil from then on
		calls []string
		last  process.Outcome
	}{
		{"in the same run", nil, []string{"move evt_1", "send evt_1", "note evt_1"}, process.Handled},
		{"in a later run", []error{errBank, errBank}, []string{"move evt_1", "note evt_1", "move evt_1", "move evt_1", "send evt_1"}, process.Handled},
		{"after a wait", []error{hook.RetryAfter(time.Minute, errBank)}, []string{"move evt_1", "note evt_1", "move evt_1", "send evt_1"}, process.Handled},
		{"not when the other ends the event", []error{hook.Permanent(errBank)}, []string{"move evt_1", "note evt_1"}, process.DeadLettered},
	} {
		row(t, tt.name, func(w *world) {
			errs := tt.errs
			w.on("move", func(context.Context, hook.Event[order]) (err error) {
				if len(errs) > 0 {
					err, errs = errs[0], errs[1:]
				}
				return err
			})
			w.on("send", nil, hook.After("move"), hook.AtMostOnce)
			w.on("note", nil)
			w.send(message("evt_1"))
			r := w.one(w.deliver())
			for !r.Acked {
				if rec, _ := w.ledger.Record("shop#evt_1"); slices.Contains(rec.Started, "send") || slices.Contains(rec.Done, "send") {
					w.Fatalf("record %+v, and send has not run", rec)
				}
				if end := runOf(r, "send").End; end != process.RunWaiting {
					w.Errorf("send ended as %s, want waiting", end)
				}
				r = w.one(w.again(0, time.Hour))
			}
			w.wantCalls(tt.calls...)
			if r.Outcome != tt.last {
				w.Errorf("ended as %s, want %s", r.Outcome, tt.last)
			}
			if rec, _ := w.ledger.Record("shop#evt_1"); strings.Contains(ledger.EncodeTries(rec.Tries), "send") {
				w.Errorf("tries %+v: waiting is not a try", rec.Tries)
			}
		})
	}
}

func runOf(r process.Result, handler string) process.Run {
	i := slices.IndexFunc(r.Runs, func(run process.Run) bool { return run.Handler == handler })
	if i < 0 {
		return process.Run{}
	}
	return r.Runs[i]
}

// Once the handler before is done, or an operator assumes it done, the one after it runs.
func TestAfterAnOperatorsWord(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		edit  func(*queue.Failure)
		calls []string
	}{
		{"redriven", nil, []string{"move evt_1", "send evt_1"}},
		{"taken as done", func(f *queue.Failure) { f.AssumeDone = []string{"move"} }, []string{"send evt_1"}},
	} {
		row(t, tt.name, func(w *world) {
			err := hook.Permanent(errBank)
			w.on("move", func(context.Context, hook.Event[order]) error { return err })
			w.on("send", nil, hook.After("move"))
			w.handle("evt_1", process.DeadLettered, true)
			w.wantCalls("move evt_1")
			err = nil
			w.redrive(tt.edit)
			w.want(w.deliver(), process.Handled, true)
			w.wantCalls(tt.calls...)
		})
	}
}

// A handler that skips a stale event is done, and those that come after it run.
func TestAfterASkippedHandler(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("state", nil, hook.SkipStale)
		w.on("send", nil, hook.After("state"))
		newer, older := message("evt_1"), message("evt_2")
		newer.Raw, older.Raw = []byte(`{"id":"o-1","at":200}`), []byte(`{"id":"o-1","at":100}`)
		w.send(newer)
		w.want(w.deliver(), process.Handled, true)
		w.send(older)
		w.want(w.deliver(), process.Handled, true)
		w.wantCalls("state evt_1", "send evt_1", "send evt_2")
	})
}

// A timeout ends the handler's context, and the error says that it did.
func TestTimeout(t *testing.T) {
	t.Parallel()
	obeys := func(ctx context.Context, _ hook.Event[order]) error { <-ctx.Done(); return ctx.Err() }
	for _, tt := range []struct {
		name    string
		fn      func(context.Context, hook.Event[order]) error
		timeout time.Duration
		took    time.Duration
		want    string // the error; empty: handled
	}{
		{"obeyed", obeys, 5 * time.Second, 5 * time.Second, "the handler's Timeout of 5s is over: context deadline exceeded"},
		{"ignored", func(context.Context, hook.Event[order]) error { time.Sleep(20 * time.Second); return errBank }, 5 * time.Second,
			20 * time.Second, "the handler's Timeout of 5s is over: bank is closed"},
		{"ignored with success", func(context.Context, hook.Event[order]) error { time.Sleep(20 * time.Second); return nil }, 5 * time.Second,
			20 * time.Second, ""},
		{"not reached", func(context.Context, hook.Event[order]) error { time.Sleep(time.Second); return errBank }, 5 * time.Second, time.Second, "bank is closed"},
		{"longer than handlers have", obeys, time.Hour, 58 * time.Second, "context deadline exceeded"},
	} {
		row(t, tt.name, func(w *world) {
			w.on("charge", tt.fn, hook.Timeout(tt.timeout))
			w.send(message("evt_1"))
			run := w.one(w.deliver()).Runs[0]
			if run.Took != tt.took {
				w.Errorf("took %v, want %v", run.Took, tt.took)
			}
			if (run.Err == nil) != (tt.want == "") || run.Err != nil && run.Err.Error() != tt.want {
				w.Errorf("error %v, want %q", run.Err, tt.want)
			}
		})
	}
}

// The next handlers have their own time.
func TestTimeoutIsOfOneHandler(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("slow", func(ctx context.Context, _ hook.Event[order]) error { <-ctx.Done(); return ctx.Err() }, hook.Timeout(time.Second))
		w.on("next", func(ctx context.Context, _ hook.Event[order]) error { time.Sleep(10 * time.Second); return ctx.Err() })
		if r := w.handle("evt_1", process.Retried, false); runOf(r, "next").End != process.RunDone {
			t.Errorf("runs %+v, want next done", r.Runs)
		}
	})
}

// A failure in the nth attempt or a later one ends the event, whichever handler fails; a
// run that asks to wait is not an attempt.
func TestAttempts(t *testing.T) {
	t.Parallel()
	wait := hook.RetryAfter(time.Second, errBank)
	for _, tt := range []struct {
		name string
		errs map[string][]error // by handler, run by run; the last one again and again
		opts map[string][]hook.Option
		runs int // until the letter
	}{
		{"the first failure", map[string][]error{"a": {errBank}}, map[string][]hook.Option{"a": {hook.Attempts(1)}}, 1},
		{"three", map[string][]error{"a": {errBank}}, map[string][]hook.Option{"a": {hook.Attempts(3)}}, 3},
		{"more than the default", map[string][]error{"a": {errBank}}, map[string][]hook.Option{"a": {hook.Attempts(20)}}, 20},
		{"the smaller one fails", map[string][]error{"a": {errBank}, "b": {errBank}}, map[string][]hook.Option{"a": {hook.Attempts(3)}}, 3},
		{"the smaller one is done", map[string][]error{"a": {errBank, nil}, "b": {errBank}}, map[string][]hook.Option{"a": {hook.Attempts(3)}}, 12},
		{"the smaller one fails late", map[string][]error{"a": {errBank, errBank, nil}, "b": {errBank}}, map[string][]hook.Option{"b": {hook.Attempts(2)}}, 2},
		{"waits are no attempts", map[string][]error{"a": {wait, wait, errBank}}, map[string][]hook.Option{"a": {hook.Attempts(2)}}, 4},
		{"a wait beside a failure ends nothing", map[string][]error{"a": {wait}, "b": {errBank}}, map[string][]hook.Option{"a": {hook.Attempts(1)}}, 12},
	} {
		row(t, tt.name, func(w *world) {
			for _, name := range []string{"a", "b"} {
				w.on(name, func(_ context.Context, e hook.Event[order]) error {
					errs := tt.errs[name]
					if len(errs) == 0 {
						return nil
					}
					return errs[min(e.Attempt, len(errs))-1]
				}, tt.opts[name]...)
			}
			w.send(message("evt_1"))
			r := w.one(w.deliver())
			for !r.Acked {
				r = w.one(w.again(0, time.Hour+time.Minute))
			}
			if r.Reason != queue.ReasonAttempts || w.letter().Attempts != tt.runs {
				w.Errorf("letter %+v as %s, want attempts after %d runs", w.letter(), r.Reason, tt.runs)
			}
		})
	}
}

// The claim after the last attempt is not run: the previous run's process died.
func TestAttemptsOfRunsThatDied(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		opts   []hook.Option // of the other handler
		claims int           // that die
		runs   int           // in the letter; 0 if the next claim runs
	}{
		{"the default", nil, 11, 0},
		{"after the default", nil, 12, 12},
		{"long after the default", nil, 15, 12},
		{"the largest", []hook.Option{hook.Attempts(20)}, 19, 0},
		{"after the largest", []hook.Option{hook.Attempts(20)}, 20, 20},
	} {
		row(t, tt.name, func(w *world) {
			w.on("a", nil, hook.Attempts(1))
			w.on("b", nil, tt.opts...)
			for range tt.claims {
				w.claimFor("evt_1", time.Minute)
				time.Sleep(2 * time.Minute)
			}
			w.send(message("evt_1"))
			if tt.runs == 0 {
				w.want(w.deliver(), process.Handled, true)
				return
			}
			w.want(w.deliver(), process.DeadLettered, true)
			if f := w.letter(); f.Reason != queue.ReasonAttempts || f.Attempts != tt.runs {
				w.Errorf("letter %+v, want attempts after %d runs", f, tt.runs)
			}
		})
	}
}

func TestCheckHandlers(t *testing.T) {
	t.Parallel()
	var r hook.Registry
	hook.On(&r, paid, "charge", failing(nil), hook.Timeout(58*time.Second))
	if err := process.DefaultTiming.CheckHandlers(&r); err != nil {
		t.Errorf("58 s: %v", err)
	}
	hook.On(&r, paid, "ship", failing(nil), hook.Timeout(59*time.Second))
	err := process.DefaultTiming.CheckHandlers(&r)
	if _, ok := errors.AsType[hook.RegistrationError](err); !ok || !strings.Contains(err.Error(), `"ship" for shop order.paid`) {
		t.Errorf("59 s: %v, want an error that names the handler", err)
	}
}
