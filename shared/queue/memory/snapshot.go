package memory

import (
	"encoding/json"
	"fmt"
	"time"

	"webhookintake/shared/queue"
)

// stored is a message in a snapshot. Which queue moved it here is not kept.
type stored struct {
	Wire     queue.Wire `json:"wire"`
	Visible  time.Time  `json:"visible"`
	Received time.Time  `json:"received"`
}

// Snapshot returns the messages as JSON, payloads included, for [Queue.Restore]. Take it
// when nobody works on the queue.
func (q *Queue) Snapshot() (json.RawMessage, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.expire(q.opts.Now())
	all := []stored{}
	for _, m := range q.messages.sorted() {
		all = append(all, stored{Wire: m.wire, Visible: m.visible, Received: m.received})
	}
	return json.Marshal(all)
}

// Restore puts the messages of a snapshot into an empty queue, with their delays and
// receives. The messages get new ids, so earlier receipts are void.
func (q *Queue) Restore(snapshot json.RawMessage) error {
	var all []stored
	if err := json.Unmarshal(snapshot, &all); err != nil {
		return fmt.Errorf("restore the queue: %w", err)
	}
	for _, s := range all {
		m := &message{wire: s.Wire, visible: s.Visible, received: s.Received, id: s.Wire.Attributes[queue.AttrID]}
		receives := s.Wire.Receives
		q.enter(m, s.Wire.Sent)
		m.wire.Receives = receives
	}
	return nil
}
