package queue

import (
	"context"
	"errors"
	"math"
	"time"
)

// ErrTooLarge says that a message exceeds the queue's limit even when it is compressed. A
// retry does not help.
var ErrTooLarge = errors.New("message is too large for the queue")

// ErrInvalid says that a field of the event is missing or malformed, which is a bug of the
// program that sends it. A retry does not help.
var ErrInvalid = errors.New("message is not valid")

// A Queue delivers messages until they are deleted, each at least once, in no particular
// order.
//
// A call makes one attempt: it neither retries nor waits longer than its context. If a
// method returns nil, its effect is durable. An error not named below means the outcome is
// unknown: the call may have taken effect. All methods may be called concurrently.
type Queue interface {
	// Send appends m, to be received after the delay, at most MaxDelay. Only what
	// Encode writes is sent. It returns ErrTooLarge if m can never fit, and
	// ErrInvalid if it is not a message; then nothing is sent.
	Send(ctx context.Context, m Message, delay time.Duration) error

	// Receive takes up to max (1 to MaxBatch) visible messages, waiting up to wait,
	// and no longer than MaxWait, for the first. It hides them for the queue's
	// visibility timeout. A message that Decode cannot read has Unreadable set. It is
	// not an error if there is no message.
	Receive(ctx context.Context, max int, wait time.Duration) ([]Message, error)

	// Delete removes messages for good, by the receipts of their latest receive.
	// It returns one error for each receipt, nil if the message is removed; deleting
	// twice is not an error. With the receipt of an earlier receive it may return nil
	// and leave the message.
	Delete(ctx context.Context, receipts []string) []error

	// Defer hides received messages for the time given, counted from now. It
	// returns one error for each. To defer too late, when the message is visible
	// again, received again or deleted, is an error or has no effect.
	Defer(ctx context.Context, deferrals []Deferral) []error
}

// A Deferral hides one received message.
type Deferral struct {
	Receipt string
	After   time.Duration // rounded up to whole seconds; 0 makes it visible at once
}

// Seconds rounds a delay up to whole seconds, the unit of SQS, so that nothing comes early.
// A negative delay is 0; one that does not fit is the longest that does.
func Seconds(d time.Duration) int32 {
	d = min(max(d, 0), math.MaxInt32*time.Second)
	return int32((d + time.Second - 1) / time.Second)
}
