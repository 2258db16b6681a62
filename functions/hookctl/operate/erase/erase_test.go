package erase_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/operate/erase"
	"webhookintake/functions/hookctl/operate/search"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
)

// Nothing that a person's events said is left: payload, letter, error, result, and state. The
// duplicate of an erased event is still one, and other events stay.
func TestErase(t *testing.T) {
	inBubble(t, true, func(t *testing.T, w *world) {
		done := w.handle("evt_done", "fine", person)
		w.handle("evt_dead", "never", person)
		w.handle("evt_other", "fine", "+15005550009")
		x := w.eraser()
		plan := w.find(x)
		items, notEnded := names(plan)
		w.equal("items", items, []string{"kyc#evt_dead 1", "kyc#evt_done 0"})
		w.equal("not ended", notEnded, []string(nil))
		var outcomes []string
		if err := x.Run(t.Context(), plan, func(r erase.Result) { outcomes = append(outcomes, fmt.Sprint(r.Key, " ", r.Err)) }); err != nil {
			t.Fatal(err)
		}
		w.equal("outcomes", outcomes, []string{"kyc#evt_dead <nil>", "kyc#evt_done <nil>"})
		w.eraseState(x, "last", "s-1")
		if left := w.said(); strings.Contains(left, person) {
			// the result of evt_other is the handler's own constant
			if strings.Count(left, person) > 1 || !strings.Contains(left, "evt_other") {
				t.Errorf("it is still said:\n%s", left)
			}
		}
		if body, ok := w.store.Payload("kyc#evt_other"); !ok || len(body) == 0 {
			t.Error("another event's payload is gone")
		}
		w.equal("a duplicate", w.send(done).Outcome, process.Duplicate)
		items, _ = names(w.find(x))
		w.equal("items of a second look", items, []string(nil))
		if rec, _ := w.store.Record("kyc#evt_dead"); rec.IsOpen() || rec.Reason != ledger.ReasonDropped {
			t.Errorf("the failed event is open, or not given up: %+v", rec)
		}
	})
}

func (w *world) eraseState(x erase.Eraser, name, key string) {
	w.Helper()
	found, err := x.FindState(w.Context(), name, key)
	if err != nil || !found.Exists() {
		w.Fatalf("state %+v, %v", found, err)
	}
	if err := x.RunState(w.Context(), found); err != nil {
		w.Fatal(err)
	}
	if err := x.RunState(w.Context(), found); !errors.Is(err, erase.ErrStateMoved) {
		w.Errorf("a second time: %v, want %v", err, erase.ErrStateMoved)
	}
	if left, err := x.FindState(w.Context(), name, key); err != nil || left.Exists() {
		w.Errorf("state %+v, %v; want none", left, err)
	}
}

// An event that waits for its next try is left alone: its message would bring all of it again.
func TestEraseLeavesWhatHasNotEnded(t *testing.T) {
	inBubble(t, true, func(t *testing.T, w *world) {
		w.handle("evt_waits", "later", person)
		x := w.eraser()
		items, notEnded := names(w.find(x))
		w.equal("items", items, []string(nil))
		w.equal("not ended", notEnded, []string{"kyc#evt_waits"})
	})
}

// Where payloads are not kept, a letter is found by its own body, with its event's record.
func TestEraseByLetter(t *testing.T) {
	inBubble(t, false, func(t *testing.T, w *world) {
		w.handle("evt_dead", "never", person)
		w.handle("evt_done", "fine", person) // nothing of it is found
		foreign := queue.Decode(queue.Wire{Body: "hello " + person, Attributes: map[string]string{"source": "?"}})
		if err := w.dead.Send(t.Context(), foreign, 0); err != nil {
			t.Fatal(err)
		}
		x := w.eraser()
		plan := w.find(x)
		w.equal("letters", plan.Letters(), 2)
		w.equal("not kept", plan.Searched.NotKept, 2)
		if err := x.Run(t.Context(), plan, func(r erase.Result) {
			if r.Err != nil {
				t.Errorf("%s: %v", r.Key, r.Err)
			}
		}); err != nil {
			t.Fatal(err)
		}
		w.equal("letters left", w.dead.Counts(), queuememory.Counts{})
		if rec, _ := w.store.Record("kyc#evt_dead"); len(rec.Tries) > 0 {
			t.Errorf("its record says %v", rec.Tries)
		}
		// A scan that names another source does not take the letters.
		w.handle("evt_2", "never", person)
		plan, err := x.Find(t.Context(), search.Match{Contains: person}, ledger.Scan{Source: "contiguity"})
		if items, _ := names(plan); err != nil || items != nil {
			t.Errorf("of another source: %v, %v", items, err)
		}
	})
}

// Of an event that was handled again since it was planned nothing is erased.
func TestEraseOfWhatChanged(t *testing.T) {
	inBubble(t, true, func(t *testing.T, w *world) {
		e := w.handle("evt_done", "fine", person)
		x := w.eraser()
		plan := w.find(x)
		rec, _ := w.store.Record("kyc#evt_done")
		m := queue.Message{Event: e, Failure: &queue.Failure{Reason: queue.ReasonReplay, Fence: rec.Fence}, Origin: process.OriginOf(rec)}
		if err := w.queue.Send(t.Context(), m, 0); err != nil {
			t.Fatal(err)
		}
		ms, _ := w.queue.Receive(t.Context(), 1, 0)
		if r := w.worker.Batch(t.Context(), ms)[0]; r.Outcome != process.Handled {
			t.Fatalf("replayed: %s, %v", r.Outcome, r.Err)
		}
		var got error
		if err := x.Run(t.Context(), plan, func(r erase.Result) { got = r.Err }); err != nil || !errors.Is(got, erase.ErrChanged) {
			t.Errorf("%v, %v; want %v", err, got, erase.ErrChanged)
		}
		if _, ok := w.store.Payload("kyc#evt_done"); !ok {
			t.Error("its payload is gone")
		}
	})
}

// A letter that is not found again keeps the event's payload, which finds the event again.
func TestEraseOfAHiddenLetter(t *testing.T) {
	inBubble(t, true, func(t *testing.T, w *world) {
		w.handle("evt_dead", "never", person)
		x := w.eraser()
		plan := w.find(x)
		if ms, err := w.dead.Receive(t.Context(), 1, 0); err != nil || len(ms) != 1 { // another program looks at it
			t.Fatal(err)
		}
		var got error
		if err := x.Run(t.Context(), plan, func(r erase.Result) { got = r.Err }); err != nil || !errors.Is(got, erase.ErrLetterLeft) {
			t.Errorf("%v, %v; want %v", err, got, erase.ErrLetterLeft)
		}
		if _, ok := w.store.Payload("kyc#evt_dead"); !ok {
			t.Error("its payload is gone")
		}
	})
}

// Named events need no payload to be found.
func TestEraseNamed(t *testing.T) {
	inBubble(t, false, func(t *testing.T, w *world) {
		w.handle("evt_dead", "never", person)
		w.handle("evt_done", "fine", person)
		plan, err := w.eraser().Named(t.Context(), []string{"kyc#evt_dead", "kyc#evt_done", "kyc#none"})
		if err != nil {
			t.Fatal(err)
		}
		items, _ := names(plan)
		w.equal("items", items, []string{"kyc#evt_dead 1", "kyc#evt_done 0"})
	})
}

// Ctrl-C ends it between two events.
func TestEraseInterrupted(t *testing.T) {
	inBubble(t, true, func(t *testing.T, w *world) {
		w.handle("evt_1", "fine", person)
		w.handle("evt_2", "fine", person)
		x := w.eraser()
		plan := w.find(x)
		ctx, interrupt := context.WithCancel(t.Context())
		n := 0
		err := x.Run(ctx, plan, func(erase.Result) { n++; interrupt() })
		if n != 1 || !errors.Is(err, context.Canceled) {
			t.Errorf("%d erased, %v", n, err)
		}
		items, _ := names(w.find(x))
		w.equal("left", items, []string{"kyc#evt_2 0"})
	})
}

// A plan that would not fit into memory is refused whole.
func TestEraseTooMany(t *testing.T) {
	inBubble(t, true, func(t *testing.T, w *world) {
		w.handle("evt_1", "fine", person)
		w.handle("evt_2", "never", person)
		for most, want := range map[int]error{1: erase.ErrTooMany, 2: nil} {
			x := w.eraser()
			x.Most = most
			if _, err := x.Find(t.Context(), search.Match{Contains: person}, ledger.Scan{}); !errors.Is(err, want) {
				t.Errorf("at most %d: %v, want %v", most, err, want)
			}
		}
	})
}
