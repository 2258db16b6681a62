package simulate

import (
	"context"
	"maps"
	"slices"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

// operate does what an operator does who looks after the dead letters.
func (w *world) operate() {
	switch w.pick(4, 3, 2, 2, 3) {
	case 0:
		w.redriveOne()
	case 1:
		w.redriveAll()
	case 2:
		w.replay()
	case 3:
		w.order(queue.ReasonRetry)
	case 4:
		w.order(queue.ReasonCancel)
	}
}

// order sends a retry or a cancel of an event that has not ended, or a cancel of one that
// has no record. It may reach a worker late, when the event has gone on.
func (w *world) order(reason queue.Reason) {
	var keys []string
	for _, e := range w.events {
		r := w.record(e.key())
		open := r != nil && !over(r.State)
		if (open || r == nil && reason == queue.ReasonCancel) && !slices.Contains(keys, e.key()) {
			keys = append(keys, e.key())
		}
	}
	if len(keys) == 0 {
		return
	}
	e := w.byKey(keys[w.rng.IntN(len(keys))])
	m := queue.Message{Failure: &queue.Failure{Reason: reason, Fence: 1}, NoBody: reason == queue.ReasonCancel}
	m.Source, m.Provider, m.ID, m.Type, m.Received = e.source(), e.source(), e.id, e.typ, time.Now()
	if r := w.record(e.key()); r != nil {
		m.Received, m.Failure.Fence = r.Received, r.Fence
		if !m.NoBody {
			m.Raw = w.bodyOf(e.key(), r.Hash)
		}
	}
	w.watch.operatorSends(m)
	w.say("operator", "asks for", describeAll{m})
	if err := w.queue.Send(context.Background(), m, w.upTo(5*time.Minute)); err != nil {
		panic(err)
	}
}

// redriveAll moves all letters back, as the queue's own redrive does.
func (w *world) redriveAll() {
	letters := w.dead.Messages()
	for _, m := range letters {
		w.watch.operatorSends(m)
	}
	if len(letters) == 0 {
		return
	}
	w.say("operator", "moves back all letters", describeAll(letters))
	if _, err := w.dead.Move(context.Background(), w.queue); err != nil {
		panic(err) // it cannot fail: a destination is given
	}
}

// redriveOne sends a letter back and then deletes it; other steps may come between the two.
func (w *world) redriveOne() {
	ms, err := w.dead.Receive(context.Background(), 1, 0)
	if err != nil || len(ms) == 0 {
		return
	}
	m := ms[0]
	if m.Failure != nil && m.Failure.Reason == queue.ReasonOutcomeUnknown && w.rng.IntN(2) == 0 {
		if r := w.record(m.Key()); r != nil {
			m.Failure.AssumeDone = r.Started
		}
	}
	w.watch.operatorSends(m)
	w.say("operator", "sends back", describeAll{m})
	if err := w.queue.Send(context.Background(), m, 0); err != nil {
		panic(err) // it cannot fail: it was a message before
	}
	if w.rng.IntN(4) == 0 {
		w.say("operator", "forgets to delete", describeAll{m})
		return
	}
	w.dead.Delete(context.Background(), []string{m.Wire.Receipt})
}

// replay asks for an event that has ended to be handled again.
func (w *world) replay() {
	records := w.ledger.Records()
	var ended []string
	for _, key := range slices.Sorted(maps.Keys(records)) {
		if r := records[key]; w.byKey(key) != nil && (r.State == ledger.StateCompleted || r.State == ledger.StateFailed) {
			ended = append(ended, key)
		}
	}
	if len(ended) == 0 {
		return
	}
	key := ended[w.rng.IntN(len(ended))]
	e, r := w.byKey(key), records[key]
	m := queue.Message{Failure: &queue.Failure{Reason: queue.ReasonReplay, Fence: r.Fence}}
	m.Source, m.Provider, m.ID, m.Type = e.source(), e.source(), e.id, e.typ
	m.Received, m.Raw = r.Received, w.bodyOf(key, r.Hash)
	if len(e.handlers) > 0 && w.rng.IntN(2) == 0 {
		m.Failure.Handlers = []string{e.handlers[w.rng.IntN(len(e.handlers))]}
	}
	w.watch.operatorSends(m)
	w.say("operator", "replays", describeAll{m})
	if err := w.queue.Send(context.Background(), m, 0); err != nil {
		panic(err)
	}
}

// byKey returns the first event of the catalogue with the key.
func (w *world) byKey(key string) *event {
	for _, e := range w.events {
		if e.key() == key {
			return e
		}
	}
	return nil
}

// bodyOf returns the body from which the record was made.
func (w *world) bodyOf(key, hash string) []byte {
	for _, e := range w.events {
		if e.key() == key && hashOf(e.body) == hash {
			return []byte(e.body)
		}
	}
	return []byte(w.byKey(key).body)
}
