package memory

import (
	"context"
	"errors"
	"fmt"
)

// ErrNoOrigin says that a letter was sent and not moved by a queue, so that it can only be
// moved back to a named destination.
var ErrNoOrigin = errors.New("CouldNotDetermineMessageSource: the letter was sent, so name the destination")

// Move sends the visible messages to destination, as SQS's StartMessageMoveTask does. Each
// arrives as a new message, with a new id and retention and no receives. Without a
// destination each goes back to the queue that moved it here, and Move stops with
// [ErrNoOrigin] at one that was sent. It returns the number of messages moved.
func (q *Queue) Move(ctx context.Context, destination *Queue) (moved int, err error) {
	if destination == q {
		return 0, fmt.Errorf("move: %w: the destination is the source", ErrInvalidParameterValue)
	}
	for ctx.Err() == nil {
		m, to, err := q.pull(destination)
		if m == nil || err != nil {
			return moved, err
		}
		now := to.opts.Now()
		m.visible = now
		to.enter(m, now)
		moved++
	}
	return moved, fmt.Errorf("move: %w", ctx.Err())
}

// pull removes the first visible message, unless it has no destination.
func (q *Queue) pull(destination *Queue) (m *message, to *Queue, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.opts.Now()
	q.expire(now)
	m, to = q.messages.first(), destination
	if m == nil || m.visible.After(now) {
		return nil, nil, nil
	}
	if to == nil {
		to = m.from
	}
	if to == nil {
		return nil, nil, fmt.Errorf("move: %w", ErrNoOrigin)
	}
	q.messages.remove(m)
	return m, to, nil
}
