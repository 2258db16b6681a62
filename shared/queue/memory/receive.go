package memory

import (
	"context"
	"fmt"
	"time"

	"webhookintake/shared/queue"
)

// Receive implements [queue.Queue]. A message that was received MaxReceives times is moved
// to DeadLetters instead.
func (q *Queue) Receive(ctx context.Context, limit int, wait time.Duration) ([]queue.Message, error) {
	if limit < 1 || limit > queue.MaxBatch {
		return nil, fmt.Errorf("receive: %w: %d messages, at most %d", ErrInvalidParameterValue, limit, queue.MaxBatch)
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("receive: %w", err)
	}
	apply, fault := q.fault("receive", "")
	var received []queue.Message
	if apply {
		var err error
		if received, err = q.await(ctx, limit, min(wait, queue.MaxWait)); err != nil {
			return nil, fmt.Errorf("receive: %w", err)
		}
	}
	if fault != nil {
		return nil, fmt.Errorf("receive: %w", fault)
	}
	return received, nil
}

// await waits for messages and takes them.
func (q *Queue) await(ctx context.Context, limit int, wait time.Duration) ([]queue.Message, error) {
	end := time.Now().Add(wait)
	for {
		received, next, arrival := q.take(limit)
		left := time.Until(end)
		if len(received) > 0 || left <= 0 {
			return received, nil
		}
		timer := time.NewTimer(min(left, next))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		case <-arrival:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// take receives the messages that are visible now. If there are none, it returns the time
// until the next one becomes visible, and the channel that is closed when one arrives.
func (q *Queue) take(limit int) (received []queue.Message, next time.Duration, arrival <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.opts.Now()
	q.expire(now)
	for len(received) < limit {
		m := q.messages.first()
		if m == nil || m.visible.After(now) {
			break
		}
		m.wire.Receives++
		m.received = now
		if q.exhausted(m) {
			q.messages.remove(m)
			q.deadLetter(m, now)
			continue
		}
		received = append(received, queue.Decode(m.copy(m.receipt())))
		q.messages.show(m, now.Add(q.opts.Visibility))
	}
	next = queue.MaxWait
	if m := q.messages.first(); m != nil {
		next = min(next, m.visible.Sub(now))
	}
	if len(received) == 0 && q.arrival == nil {
		q.arrival = make(chan struct{})
	}
	return received, next, q.arrival
}

func (q *Queue) exhausted(m *message) bool {
	return q.opts.DeadLetters != nil && q.opts.MaxReceives > 0 && m.wire.Receives > q.opts.MaxReceives
}

// deadLetter moves m to the dead letters. It keeps its id and the time when it was sent, so
// that its retention goes on; the receive that moved it does not count.
func (q *Queue) deadLetter(m *message, now time.Time) {
	m.wire.Receives--
	m.visible, m.from = now, q
	q.opts.DeadLetters.append(m)
}

// expire drops messages older than the retention, in flight or not. Callers hold q.mu.
func (q *Queue) expire(now time.Time) {
	if now.Sub(q.messages.oldest) < q.opts.Retention {
		return
	}
	for _, m := range q.messages.sorted() {
		if now.Sub(m.wire.Sent) >= q.opts.Retention {
			q.messages.remove(m)
		}
	}
	q.messages.age()
}

func (m *message) copy(receipt string) queue.Wire {
	w := m.wire
	w.Receipt, w.Attributes = receipt, clone(w.Attributes)
	return w
}
