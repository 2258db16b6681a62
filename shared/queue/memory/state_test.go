package memory_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"webhookintake/shared/queue"
	"webhookintake/shared/queue/memory"
)

// A world is what a caller knows about a queue with dead letters from the answers of its
// calls.
type world struct {
	clock      *clock
	q, letters *memory.Queue
	fault      error
	apply      bool

	sent     int
	hidden   map[string]time.Time // until when a message must not be received; by event
	receives map[string]int       // counted from the answers
	receipt  map[string]string    // of the latest receive
	deleted  map[string]bool
}

func (w *world) fail(string, string) (bool, error) {
	apply, fault := w.apply, w.fault
	w.apply, w.fault = true, nil
	return apply, fault
}

// TestPromises makes random sequences of calls, some lost before or after they applied, and
// checks the promises of the queue: a hidden message is not received, a deleted one is gone,
// counts only grow, and nothing else is lost.
func TestPromises(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := &world{
			clock: newClock(), apply: true,
			hidden: map[string]time.Time{}, receives: map[string]int{}, receipt: map[string]string{}, deleted: map[string]bool{},
		}
		w.letters = memory.New(memory.Options{Now: w.clock.Now})
		w.q = memory.New(memory.Options{Now: w.clock.Now, MaxReceives: 4, DeadLetters: w.letters, Fault: w.fail})
		t.Repeat(map[string]func(*rapid.T){
			"send":    w.send,
			"receive": w.receive,
			"delete":  w.delete,
			"defer":   w.deferral,
			"advance": func(t *rapid.T) {
				w.clock.advance(time.Duration(rapid.IntRange(1, 40).Draw(t, "seconds")) * time.Second)
			},
			"fault": func(t *rapid.T) {
				w.apply, w.fault = rapid.Bool().Draw(t, "apply"), errLost
			},
			"": w.check,
		})
	})
}

func (w *world) send(t *rapid.T) {
	applies := w.apply
	err := w.q.Send(context.Background(), event(fmt.Sprint("evt_", w.sent)), 0)
	if err != nil && !errors.Is(err, errLost) {
		t.Fatalf("Send = %v", err)
	}
	if applies {
		w.sent++
	}
}

func (w *world) receive(t *rapid.T) {
	applies, lost := w.apply, w.fault != nil
	got, err := w.q.Receive(context.Background(), rapid.IntRange(1, 10).Draw(t, "max"), 0)
	if (err != nil) != lost {
		t.Fatalf("Receive = %v", err)
	}
	if lost && applies { // which messages it took is unknown
		clear(w.receipt)
		return
	}
	now := w.clock.Now()
	for _, m := range got {
		if until := w.hidden[m.ID]; now.Before(until) {
			t.Fatalf("%s received while hidden for another %v", m.ID, until.Sub(now))
		}
		if w.deleted[m.ID] {
			t.Fatalf("%s received after it was deleted", m.ID)
		}
		if m.Wire.Receives <= w.receives[m.ID] || m.Wire.Receives > 4 {
			t.Fatalf("%s: receive %d after %d, at most 4", m.ID, m.Wire.Receives, w.receives[m.ID])
		}
		w.receives[m.ID] = m.Wire.Receives
		w.hidden[m.ID] = now.Add(memory.DefaultVisibility)
		w.receipt[m.ID] = m.Wire.Receipt
	}
}

// pick chooses one of the messages whose latest receipt is known.
func (w *world) pick(t *rapid.T) (id, receipt string) {
	var ids []string
	for i := range w.sent {
		if id := fmt.Sprint("evt_", i); w.receipt[id] != "" && !w.deleted[id] {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		t.Skip("none received")
	}
	id = rapid.SampledFrom(ids).Draw(t, "id")
	return id, w.receipt[id]
}

// movedAway reports whether the message may have been dead-lettered since its last receive,
// so that a delete removes nothing.
func (w *world) movedAway(id string) bool {
	for _, m := range w.letters.Messages() {
		if m.ID == id {
			return true
		}
	}
	return false
}

func (w *world) delete(t *rapid.T) {
	id, receipt := w.pick(t)
	applies := w.apply
	err := w.q.Delete(context.Background(), []string{receipt})[0]
	if err != nil && !errors.Is(err, errLost) {
		t.Fatalf("Delete = %v", err)
	}
	if applies && !w.movedAway(id) {
		w.deleted[id] = true
	}
}

func (w *world) deferral(t *rapid.T) {
	id, receipt := w.pick(t)
	applies := w.apply
	after := time.Duration(rapid.IntRange(0, 90).Draw(t, "seconds")) * time.Second
	err := w.q.Defer(context.Background(), []queue.Deferral{{Receipt: receipt, After: after}})[0]
	if err != nil && !errors.Is(err, errLost) && !w.movedAway(id) {
		t.Fatalf("Defer = %v", err)
	}
	if now := w.clock.Now(); applies && now.Before(w.hidden[id]) {
		w.hidden[id] = now.Add(after)
	}
}

// check checks that each message is in exactly one place.
func (w *world) check(t *rapid.T) {
	places := map[string]int{}
	for _, m := range append(w.q.Messages(), w.letters.Messages()...) {
		places[m.ID]++
	}
	for i := range w.sent {
		id := fmt.Sprint("evt_", i)
		want := 1
		if w.deleted[id] {
			want = 0
		}
		if places[id] != want {
			t.Fatalf("%s is in %d places, want %d", id, places[id], want)
		}
	}
	c := w.q.Counts()
	if total := c.Visible + c.InFlight + c.Delayed; total != len(w.q.Messages()) {
		t.Fatalf("counts %+v of %d messages", c, len(w.q.Messages()))
	}
}
