package memory

import (
	"time"

	"webhookintake/shared/queue"
)

// Counts are the numbers of messages in a queue.
type Counts struct {
	Visible  int // can be received
	InFlight int // received, and still hidden
	Delayed  int // sent with a delay that is not over
}

// Counts counts the messages.
func (q *Queue) Counts() Counts {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.opts.Now()
	q.expire(now)
	var c Counts
	for _, m := range q.messages.heap {
		switch {
		case !m.visible.After(now):
			c.Visible++
		case m.wire.Receives > 0:
			c.InFlight++
		default:
			c.Delayed++
		}
	}
	return c
}

// Messages returns a copy of every message, including hidden ones, in the order of sending
// and without receipts. It does not count as a receive.
func (q *Queue) Messages() []queue.Message {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.expire(q.opts.Now())
	var messages []queue.Message
	for _, m := range q.messages.sorted() {
		messages = append(messages, queue.Decode(m.copy("")))
	}
	return messages
}

// Next returns the time when the next message becomes visible, which is in the past if one
// is visible already. It reports false if the queue is empty.
func (q *Queue) Next() (at time.Time, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.expire(q.opts.Now())
	m := q.messages.first()
	if m == nil {
		return time.Time{}, false
	}
	return m.visible, true
}
