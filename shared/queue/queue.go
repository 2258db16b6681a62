package queue

import (
	"context"
	"errors"
	"math"
	"time"
)

// ErrTooLarge says that a message passes the queue's limit even compressed. Trying
// again cannot help.
var ErrTooLarge = errors.New("message is larger than the queue takes")

// ErrInvalid says that a message is none that the queue takes: a field of the event is
// missing or malformed, which is a bug of the program that sends it. Trying again
// cannot help.
var ErrInvalid = errors.New("message is not valid")

// A Queue holds messages until they are deleted, in no particular order, each at
// least once.
//
// A call is one try: it neither retries nor waits longer than its context. What a
// method returns nil for is durable. An error not named below means the outcome is
// unknown: the call may have taken effect. All methods may be called concurrently.
type Queue interface {
	// Send appends m, to be received after the delay, at most MaxDelay. Only what
	// Encode writes travels. It returns ErrTooLarge if m can never fit, and
	// ErrInvalid if it is no message; neither sends anything.
	Send(ctx context.Context, m Message, delay time.Duration) error

	// Receive takes up to max (1 to MaxBatch) visible messages, waiting up to wait,
	// and no longer than MaxWait, for the first, and hides them for the queue's visibility timeout. A message
	// that Decode cannot read comes with Unreadable set. None is no error.
	Receive(ctx context.Context, max int, wait time.Duration) ([]Message, error)

	// Delete removes messages for good, by the receipts of their newest receive.
	// It returns one error for each receipt, nil where it is removed; deleting
	// twice is no error. The receipt of an earlier receive may give nil and yet
	// leave the message.
	Delete(ctx context.Context, receipts []string) []error

	// Defer hides received messages for the time given, counted from now. It
	// returns one error for each. What is deferred too late, when the message is
	// visible again, received again or deleted, is an error or has no effect.
	Defer(ctx context.Context, deferrals []Deferral) []error
}

// A Deferral puts off one received message.
type Deferral struct {
	Receipt string
	After   time.Duration // 0 makes it visible at once; rounded up to whole seconds
}

// Seconds rounds a delay up to the whole seconds in which SQS counts, so that nothing
// comes early. What is negative is 0; what does not fit is the longest that does.
func Seconds(d time.Duration) int32 {
	d = min(max(d, 0), math.MaxInt32*time.Second)
	return int32((d + time.Second - 1) / time.Second)
}
