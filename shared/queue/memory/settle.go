package memory

import (
	"context"
	"errors"
	"fmt"

	"webhookintake/shared/queue"
)

// Delete implements [queue.Queue]. Like SQS it returns nil for the receipt of an earlier
// receive, and leaves the message.
func (q *Queue) Delete(ctx context.Context, receipts []string) []error {
	errs := make([]error, len(receipts))
	for i, receipt := range receipts {
		errs[i] = q.settle(ctx, "delete", receipt, func(m *message, newest bool) error {
			if newest {
				q.messages.remove(m)
			}
			return nil
		})
	}
	return errs
}

// Defer implements [queue.Queue]. Like SQS it returns nil and does nothing if the message
// is visible again or was received again. It returns [ErrInvalidParameterValue] if the
// message is gone, or would be hidden for longer than [queue.MaxVisibility] since the
// receive.
func (q *Queue) Defer(ctx context.Context, deferrals []queue.Deferral) []error {
	errs := make([]error, len(deferrals))
	for i, d := range deferrals {
		errs[i] = q.settle(ctx, "defer", d.Receipt, func(m *message, newest bool) error {
			now := q.opts.Now()
			visible := now.Add(seconds(d.After))
			switch {
			case m == nil:
				return fmt.Errorf("%w: the message does not exist", ErrInvalidParameterValue)
			case !newest || !m.visible.After(now):
				return nil
			case visible.Sub(m.received) > queue.MaxVisibility:
				return fmt.Errorf("%w: hidden for %v, at most %v from the receive",
					ErrInvalidParameterValue, d.After, queue.MaxVisibility)
			}
			q.messages.show(m, visible)
			q.wake() // a waiting Receive may have to wake up earlier
			return nil
		})
	}
	return errs
}

// settle calls do, under the lock, with the message of a receipt, or nil if it is gone.
func (q *Queue) settle(ctx context.Context, op, receipt string, do func(m *message, newest bool) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	apply, fault := true, error(nil)
	if q.opts.Fault != nil {
		apply, fault = q.opts.Fault(op, q.eventID(receipt))
	}
	var err error
	if apply {
		err = q.locked(receipt, do)
	}
	if err = errors.Join(err, fault); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return nil
}

func (q *Queue) locked(receipt string, do func(m *message, newest bool) error) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.expire(q.opts.Now())
	m, newest, err := q.find(receipt)
	if err != nil {
		return err
	}
	return do(m, newest)
}

// eventID is the event's id of a receipt, for Fault.
func (q *Queue) eventID(receipt string) string {
	q.mu.Lock()
	defer q.mu.Unlock()
	if m, _, err := q.find(receipt); err == nil && m != nil {
		return m.id
	}
	return ""
}
