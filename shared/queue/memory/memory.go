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

	// MaxReceives is after how many receives the next one moves the message to
	// DeadLetters instead. Where either is missing nothing is moved.
	MaxReceives int
	DeadLetters *Queue

	// Now is the clock of visibility, delay and retention; nil means time.Now. How
	// long Receive waits goes by the time of the process all the same, so with
	// another clock call it with no wait.
	Now func() time.Time

	// Fault, if set, is asked before each call: op is "send", "receive", "delete" or
	// "defer", and id the event's id, empty for "receive" and for a receipt of no
	// message. Delete and Defer ask for each receipt. If apply is false the call has
	// no effect; a non-nil err is returned either way. So (true, err) is a lost reply.
	Fault func(op, id string) (apply bool, err error)
}

// Errors of SQS, by the names that it gives them.
var (
	ErrReceiptHandleIsInvalid = errors.New("ReceiptHandleIsInvalid")
	ErrInvalidParameterValue  = errors.New("InvalidParameterValue")
)

// A Queue is a queue in memory. Make it with [New].
type Queue struct {
	opts Options
	ids  *atomic.Uint64 // shared with the dead letters, so that an id names one message in both

	mu       sync.Mutex    // guards what follows; held while DeadLetters' is taken, never the other way
	messages []*message    // in the order in which Receive looks
	arrival  chan struct{} // closed when a message may have become visible; nil if nobody waits
}

type message struct {
	wire     queue.Wire // Receipt is empty; Receives and Sent are as of now
	id       string     // the event's id, for Fault
	visible  time.Time  // from when on it can be received
	received time.Time  // when it was received last
	from     *Queue     // the queue that moved it here by itself; nil if it was sent
}

var _ queue.Queue = (*Queue)(nil)

// New makes an empty queue.
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

// Send appends m.
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

// Put appends w as another producer's program would, past Encode and Fault. Body and
// Attributes count. What SQS does not take is refused with [queue.ErrTooLarge],
// [queue.ErrInvalid], or, for the delay, [ErrInvalidParameterValue].
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
	q.messages = append(q.messages, m)
	q.wake()
}

// wake lets every waiting Receive look again. q.mu is held.
func (q *Queue) wake() {
	if q.arrival != nil {
		close(q.arrival)
		q.arrival = nil
	}
}

// receipt names one receive of one message, as "m12#3".
func (m *message) receipt() string {
	return m.wire.MessageID + "#" + strconv.Itoa(m.wire.Receives)
}

// find gives the message that a receipt names, nil if it is gone; newest says that it
// was not received again since. q.mu is held.
func (q *Queue) find(receipt string) (m *message, newest bool, err error) {
	id, receive, ok := strings.Cut(receipt, "#")
	if n, err := strconv.Atoi(receive); !ok || err != nil || n < 1 || !strings.HasPrefix(id, "m") {
		return nil, false, fmt.Errorf("%w: no queue in memory gave that receipt", ErrReceiptHandleIsInvalid)
	}
	for _, m := range q.messages {
		if m.wire.MessageID == id {
			return m, m.receipt() == receipt, nil
		}
	}
	return nil, false, nil
}

func seconds(d time.Duration) time.Duration { return time.Duration(queue.Seconds(d)) * time.Second }
