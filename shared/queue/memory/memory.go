package memory

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"webhookintake/shared/queue"
)

// The defaults of SQS.
const (
	DefaultVisibility = 30 * time.Second
	DefaultRetention  = 4 * 24 * time.Hour
)

// Options configure a queue. The zero Options are SQS's defaults.
type Options struct {
	Visibility time.Duration // how long a receive hides a message; 0 means DefaultVisibility
	Retention  time.Duration // after which a message is dropped; 0 means DefaultRetention

	// MaxReceives is the number of receives after which the next one moves the message to
	// DeadLetters instead. If either is missing, nothing is moved.
	MaxReceives int
	DeadLetters *Queue

	// Now is the clock of visibility, delay and retention; nil means time.Now. The wait
	// of Receive does not depend on it, so with another clock call it without a wait.
	Now func() time.Time

	// Fault, if not nil, is called before each operation. Op is "send", "receive",
	// "delete" or "defer"; id is the event's id, and empty for "receive" and for an unknown
	// receipt. Delete and Defer call it for each receipt. If apply is false, the operation
	// has no effect; a non-nil err is returned either way. So (true, err) is a lost reply.
	Fault func(op, id string) (apply bool, err error)
}

// Errors of SQS, with the names that it gives them.
var (
	ErrReceiptHandleIsInvalid = errors.New("ReceiptHandleIsInvalid")
	ErrInvalidParameterValue  = errors.New("InvalidParameterValue")
)

// A Queue is a queue in memory. [New] makes one.
type Queue struct {
	opts Options
	ids  *atomic.Uint64 // shared with the dead letters, so that an id names one message in both

	mu       sync.Mutex    // guards what follows; held while DeadLetters' is taken, never the other way
	messages backlog       // in the order in which Receive looks
	arrival  chan struct{} // closed when a message may have become visible; nil if nobody waits
}

type message struct {
	wire     queue.Wire // Receipt is empty; Receives and Sent are as of now
	id       string     // the event's id, for Fault
	visible  time.Time  // when it can be received
	received time.Time  // when it was last received
	from     *Queue     // the queue that moved it here; nil if it was sent
	order    uint64     // of coming into this queue
	place    int        // in the backlog
}

var _ queue.Queue = (*Queue)(nil)

// New returns an empty queue.
func New(opts Options) *Queue {
	if opts.Visibility == 0 {
		opts.Visibility = DefaultVisibility
	}
	if opts.Retention == 0 {
		opts.Retention = DefaultRetention
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	q := &Queue{opts: opts, ids: new(atomic.Uint64)}
	if opts.DeadLetters != nil {
		q.ids = opts.DeadLetters.ids
	}
	return q
}

func (q *Queue) fault(op, id string) (apply bool, err error) {
	if q.opts.Fault == nil {
		return true, nil
	}
	return q.opts.Fault(op, id)
}

// Send implements [queue.Queue].
func (q *Queue) Send(ctx context.Context, m queue.Message, delay time.Duration) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("send: %w", err)
	}
	w, err := queue.Encode(m)
	if err != nil {
		return fmt.Errorf("send %s: %w", m.ID, err)
	}
	apply, fault := q.fault("send", m.ID)
	if apply {
		err = q.Put(w, delay)
	}
	return errors.Join(err, fault)
}

// Put appends the Body and Attributes of w as another program would, without Encode and
// Fault. If SQS would not accept them, it returns [queue.ErrTooLarge], [queue.ErrInvalid]
// or, for the delay, [ErrInvalidParameterValue].
func (q *Queue) Put(w queue.Wire, delay time.Duration) error {
	if err := check(w); err != nil {
		return err
	}
	if delay > queue.MaxDelay {
		return fmt.Errorf("%w: a delay of %v, at most %v", ErrInvalidParameterValue, delay, queue.MaxDelay)
	}
	now := q.opts.Now()
	m := &message{
		wire:    queue.Wire{Body: w.Body, Attributes: clone(w.Attributes)},
		visible: now.Add(seconds(delay)),
	}
	m.id = m.wire.Attributes[queue.AttrID]
	q.enter(m, now)
	return nil
}

// enter appends m as a new message.
func (q *Queue) enter(m *message, now time.Time) {
	m.wire.MessageID = "m" + strconv.FormatUint(q.ids.Add(1), 10)
	m.wire.Receives = 0
	m.wire.Sent = now.UTC().Truncate(time.Millisecond)
	m.from = nil
	q.append(m)
}

func (q *Queue) append(m *message) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.messages.add(m)
	q.wake()
}

// wake lets every waiting Receive look again. Callers hold q.mu.
func (q *Queue) wake() {
	if q.arrival != nil {
		close(q.arrival)
		q.arrival = nil
	}
}

// receipt identifies one receive of one message, as "m12#3".
func (m *message) receipt() string {
	return m.wire.MessageID + "#" + strconv.Itoa(m.wire.Receives)
}

// find returns the message of a receipt, or nil if it is gone. Newest says that it was not
// received again since. Callers hold q.mu.
func (q *Queue) find(receipt string) (m *message, newest bool, err error) {
	id, receive, ok := strings.Cut(receipt, "#")
	if n, err := strconv.Atoi(receive); !ok || err != nil || n < 1 || !strings.HasPrefix(id, "m") {
		return nil, false, fmt.Errorf("%w: this is not a receipt of a queue in memory", ErrReceiptHandleIsInvalid)
	}
	m = q.messages.byID[id]
	return m, m != nil && m.receipt() == receipt, nil
}

func seconds(d time.Duration) time.Duration { return time.Duration(queue.Seconds(d)) * time.Second }
