package operate

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A ProcessingState says whether the queue's messages are handled.
type ProcessingState string

// The states.
const (
	Running  ProcessingState = "running"
	Pausing  ProcessingState = "pausing" // what is being handled is finished
	Paused   ProcessingState = "paused"  // messages wait in the queue
	Resuming ProcessingState = "resuming"
)

// ErrCannotPause says that nothing is known which could be paused.
var ErrCannotPause = errors.New("processing cannot be paused here")

// Processing is whether an intake handles the messages of its queue. Pausing stops neither
// receiving webhooks nor what is being handled.
type Processing interface {
	// Processing returns the state as it is now, or [ErrCannotPause].
	Processing(ctx context.Context) (ProcessingState, error)
	// SetProcessing asks for Running or Paused, which takes up to a minute on AWS. It returns
	// [ErrCannotPause].
	SetProcessing(ctx context.Context, want ProcessingState) error
}

const (
	// lookEvery is how often the state and the counts are read again.
	lookEvery = 2 * time.Second
	// emptyLooks in a row mean that the queue is empty: SQS counts approximately.
	emptyLooks = 5
)

// SwitchProcessing asks for Running or Paused, and returns when it is so. When ctx ends, what
// was asked for still happens.
func SwitchProcessing(ctx context.Context, p Processing, want ProcessingState, progress func(text string)) error {
	if err := p.SetProcessing(ctx, want); err != nil {
		return err
	}
	for {
		state, err := p.Processing(ctx)
		if err != nil || state == want {
			return err
		}
		progress(fmt.Sprintf("%s…", state))
		if err := sleep(ctx, lookEvery); err != nil {
			return fmt.Errorf("it is still %s, and is going to be %s: %w", state, want, err)
		}
	}
}

// Drain waits until the queue has no message. An event that waits for its next try is one.
func Drain(ctx context.Context, in Intake, progress func(text string)) error {
	for empty := 0; empty < emptyLooks; {
		counts, err := in.Counts(ctx)
		if err != nil {
			return err
		}
		if empty++; counts.Queue.All() > 0 {
			empty = 0
		}
		progress(fmt.Sprintf("%d messages wait, %d are being handled or wait for their next try", counts.Queue.Waiting+counts.Queue.Delayed, counts.Queue.InFlight))
		if err := sleep(ctx, lookEvery); err != nil {
			return fmt.Errorf("the queue is not empty: %d messages: %w", counts.Queue.All(), err)
		}
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
