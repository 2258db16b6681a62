package process_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// An account is the state of these tests: the events that moved it, in their order.
type account struct {
	Moves []string `json:"moves"`
}

// A receipt is the result of a move: its number in the account.
type receipt struct{ Number int }

func accounts(opts ...hook.StateOption) hook.State[account, receipt] {
	return hook.NewState[account, receipt]("account", opts...)
}

func (o order) account() string { return "a-1" }

func move(_ context.Context, e hook.Event[order], a account) (account, receipt, error) {
	a.Moves = append(a.Moves, e.ID)
	return a, receipt{len(a.Moves)}, nil
}

// onMove registers the handler "move", which calls before ahead of each move.
func (w *world) onMove(s hook.State[account, receipt], before func(hook.Event[order]) error) {
	hook.OnState(&w.registry, paid, "move", s, order.account, func(ctx context.Context, e hook.Event[order], a account) (account, receipt, error) {
		w.mu.Lock()
		w.calls = append(w.calls, "move "+e.ID)
		w.mu.Unlock()
		if before != nil {
			if err := before(e); err != nil {
				return account{}, receipt{}, err
			}
		}
		return move(ctx, e, a)
	})
}

// onSay registers the handler "say", which records the result of its own event.
func (w *world) onSay(s hook.State[account, receipt], then func(hook.Event[order]) error, opts ...hook.Option) (said func() []string) {
	var all []string
	w.on("say", func(ctx context.Context, e hook.Event[order]) error {
		if then != nil {
			if err := then(e); err != nil {
				return err
			}
		}
		r, err := s.Result(ctx)
		if err == nil {
			w.mu.Lock()
			all = append(all, fmt.Sprintf("%s %d", e.ID, r.Number))
			w.mu.Unlock()
		}
		return err
	}, opts...)
	return func() []string { return all }
}

// moves reads the account in a handler of another event.
func (w *world) moves(s hook.State[account, receipt]) []string {
	w.Helper()
	var found account
	var r hook.Registry
	hook.On(&r, paid, "look", func(ctx context.Context, _ hook.Event[order]) (err error) {
		found, err = s.Get(ctx, "a-1")
		return err
	})
	looking := w.newWorker()
	looking.Handlers = &r
	m := message("evt_look" + time.Now().String()[11:19])
	if results := looking.Batch(w.Context(), []queue.Message{m}); results[0].Outcome != process.Handled {
		w.Fatalf("look: %+v", results[0])
	}
	return found.Moves
}

func wantEqual(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s = %q, want %q", what, got, want)
	}
}

// Each event moves the state once, whichever call to the ledger is lost.
func TestStateMovesOnce(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"", "claim", "state", "commit", "end"} {
		for _, apply := range []bool{false, true} {
			row(t, fmt.Sprintf("%s lost, applied %v", op, apply), func(w *world) {
				s := accounts()
				w.onMove(s, nil)
				said := w.onSay(s, nil, hook.After("move"))
				fault, stop := failOp(op, apply)
				w.ledger.Fault = fault
				w.send(message("evt_1"))
				w.deliver()
				stop()
				for len(w.queue.Messages()) > 0 {
					w.again(0, 10*time.Minute)
				}
				wantEqual(w.T, "moves", w.moves(s), []string{"evt_1"})
				// A plain handler whose end is not recorded runs again, on the same result.
				wantEqual(w.T, "said", slices.Compact(said()), []string{"evt_1 1"})
			})
		}
	}
}

// moveElsewhere moves the account as another process does.
func (w *world) moveElsewhere(s hook.State[account, receipt], id string) {
	var r hook.Registry
	hook.OnState(&r, paid, "elsewhere", s, order.account, move)
	other := w.newWorker()
	other.Handlers = &r
	other.Batch(context.Background(), []queue.Message{message(id)})
}

// An event that loses the race six times is put back, and that is not an attempt.
func TestStateLostRaces(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		races   int32
		other   error // of the event's other handler
		outcome process.Outcome
		calls   int
		counted int // attempts on the record afterwards
	}{
		{name: "five", races: 5, outcome: process.Handled, calls: 6, counted: 1},
		{name: "six", races: 6, outcome: process.PutBack, calls: 6, counted: 0},
		{name: "six, and another handler fails", races: 6, other: errBank, outcome: process.Retried, calls: 6, counted: 1},
	} {
		row(t, tt.name, func(w *world) {
			s := accounts()
			var n atomic.Int32
			w.onMove(s, func(hook.Event[order]) error {
				if i := n.Add(1); i <= tt.races {
					w.moveElsewhere(s, fmt.Sprint("evt_other", i))
				}
				return nil
			})
			var calls int
			hook.On(&w.registry, paid, "other", func(context.Context, hook.Event[order]) error { return tt.other })
			w.send(message("evt_1"))
			r := w.one(w.deliver())
			calls = len(w.calls)
			if r.Outcome != tt.outcome || calls != tt.calls {
				w.Errorf("%s after %d calls, want %s after %d", r.Outcome, calls, tt.outcome, tt.calls)
			}
			if rec, _ := w.ledger.Record("shop#evt_1"); rec.Attempts != tt.counted {
				w.Errorf("attempts = %d, want %d", rec.Attempts, tt.counted)
			}
			if tt.outcome == process.PutBack {
				w.want(w.again(time.Second, 5*time.Second), process.Handled, true)
			}
		})
	}
}

// A handler gets the result of its own event, even an hour later, after other events, and
// after a replay of only that handler.
func TestResultIsThisEvents(t *testing.T) {
	inWorld(t, func(w *world) {
		s := accounts()
		w.onMove(s, nil)
		closed := true
		said := w.onSay(s, func(e hook.Event[order]) error {
			if e.ID == "evt_1" && closed {
				closed = false
				return hook.RetryAfter(time.Hour, hook.NotSent(errBank))
			}
			return nil
		}, hook.AtMostOnce, hook.After("move"))
		w.handle("evt_1", process.Retried, false)
		w.handle("evt_2", process.Handled, true)
		w.want(w.again(59*time.Minute, 61*time.Minute), process.Handled, true)
		wantEqual(t, "said", said(), []string{"evt_2 2", "evt_1 1"})

		m := message("evt_1")
		m.Failure = &queue.Failure{Reason: queue.ReasonReplay, Fence: 2, Handlers: []string{"say"}}
		w.send(m)
		w.want(w.deliver(), process.Handled, true)
		wantEqual(t, "said", said(), []string{"evt_2 2", "evt_1 1", "evt_1 1"})
		wantEqual(t, "moves", w.moves(s), []string{"evt_1", "evt_2"})
	})
}

func TestReplayMovesAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		s := accounts()
		w.onMove(s, nil)
		said := w.onSay(s, nil)
		w.send(message("evt_1"))
		w.deliver()
		m := message("evt_1")
		m.Failure = &queue.Failure{Reason: queue.ReasonReplay, Fence: 1}
		w.send(m)
		w.want(w.deliver(), process.Handled, true)
		wantEqual(t, "moves", w.moves(s), []string{"evt_1", "evt_1"})
		wantEqual(t, "said", said(), []string{"evt_1 1", "evt_1 2"})
	})
}

func TestForgetAfter(t *testing.T) {
	inWorld(t, func(w *world) {
		s := accounts(hook.ForgetAfter(time.Hour))
		w.onMove(s, nil)
		step := func(wait time.Duration, id string, want ...string) {
			t.Helper()
			time.Sleep(wait)
			w.send(message(id))
			w.deliver()
			wantEqual(t, "moves", w.moves(s), want)
		}
		step(0, "evt_1", "evt_1")
		step(59*time.Minute, "evt_2", "evt_1", "evt_2")
		step(time.Hour, "evt_3", "evt_3")
		time.Sleep(time.Hour)
		wantEqual(t, "moves", w.moves(s), nil)
	})
}
