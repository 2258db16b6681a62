package process

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	mathrand "math/rand/v2"
	"runtime"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
)

// A Worker handles batches. Handlers, Ledger, Queue and DeadLetters are required; the zero
// value of each other field means its default. A Worker is safe for concurrent use. From one
// batch to the next it keeps only how often its engines have failed.
type Worker struct {
	Handlers    *hook.Registry
	Ledger      ledger.Store
	Entities    ledger.Entities // needed by handlers that skip stale events
	States      ledger.States   // needed by handlers that move or read a state
	Vault       vault.Getter    // where the bodies are that do not fit the queue; nil if nowhere
	Queue       Deferrer        // where the batch came from
	DeadLetters Sender
	Timing      Timing // the zero Timing means DefaultTiming

	// KeepPayload reports whether the ledger keeps the payloads of a source. Nil keeps
	// none.
	KeepPayload func(source string) bool
	// Now is this machine's clock; nil means time.Now.
	Now func() time.Time
	// Jitter returns a random duration in [0, d); nil means a real one.
	Jitter func(d time.Duration) time.Duration
	// NewOwner returns 128 random bits as text; nil means real ones.
	NewOwner func() string
	// Around, if not nil, is called in place of each run of a handler and calls run, which
	// runs it. Its error counts as the handler's. It is called concurrently for the events
	// of a batch. A caller uses it to show what is running, or to prevent it.
	Around func(m queue.Message, handler string, run func() error) error

	outages outages
}

// A Deferrer is the part of [queue.Queue] that delays received messages.
type Deferrer interface {
	Defer(ctx context.Context, deferrals []queue.Deferral) []error
}

// A Sender is the part of [queue.Queue] that sends messages.
type Sender interface {
	Send(ctx context.Context, m queue.Message, delay time.Duration) error
}

// Batch handles messages and returns the result of each in its place. It returns when every
// handler has returned, however long that takes: only the end of the process stops a
// handler that ignores its context.
func (w *Worker) Batch(ctx context.Context, ms []queue.Message) []Result {
	b := w.newBatch(ctx, ms)
	left := make([]int, len(ms))
	for i := range ms {
		left[i] = i
	}
	// A round has each key once: a second message with the key waits until the first has
	// ended, and is then most likely a duplicate.
	for len(left) > 0 {
		var round []int
		round, left = b.firstOfEachKey(left)
		b.round(round)
	}
	w.outages.count(b.Now(), b.answers, b.results)
	return b.results
}

// batch is one call of Batch.
type batch struct {
	*Worker
	// These hide the Worker's own, which may be zero.
	Timing   Timing
	Now      func() time.Time
	Jitter   func(d time.Duration) time.Duration
	NewOwner func() string

	answers     ledgerAnswers
	ctx         context.Context // the caller's, without its deadline: the tail has its own
	handlersEnd time.Time       // by our clock, when handlers must have returned
	end         time.Time       // by our clock, when the function ends
	ms          []queue.Message
	results     []Result
	deferrals   []queue.Deferral // recorded, and not yet sent to the queue
}

func (w *Worker) newBatch(ctx context.Context, ms []queue.Message) *batch {
	b := &batch{
		Worker: w, Timing: w.Timing, Now: w.Now, Jitter: w.Jitter, NewOwner: w.NewOwner,
		ctx: context.WithoutCancel(ctx), ms: ms, results: make([]Result, len(ms)),
	}
	b.setDefaults()
	left := b.Timing.Function
	if deadline, ok := ctx.Deadline(); ok {
		left = time.Until(deadline)
	}
	b.end = b.Now().Add(left)
	b.handlersEnd = b.end.Add(-b.Timing.Tail)
	for i, m := range ms {
		b.results[i] = Result{Message: m}
		if !m.Received.IsZero() {
			b.results[i].QueueDelay = b.Now().Sub(m.Received)
		}
	}
	return b
}

func (b *batch) setDefaults() {
	if b.Timing == (Timing{}) {
		b.Timing = DefaultTiming
	}
	if b.Now == nil {
		b.Now = time.Now
	}
	if b.Jitter == nil {
		b.Jitter = jitter
	}
	if b.NewOwner == nil {
		b.NewOwner = newOwner
	}
}

func jitter(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return mathrand.N(d)
}

func newOwner() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	return hex.EncodeToString(b[:])
}

// firstOfEachKey splits off the first message of every key; unreadable messages have no
// key.
func (b *batch) firstOfEachKey(left []int) (first, rest []int) {
	seen := map[string]bool{}
	for _, i := range left {
		key := b.ms[i].Key()
		if b.ms[i].Unreadable == nil && seen[key] {
			rest = append(rest, i)
			continue
		}
		seen[key] = true
		first = append(first, i)
	}
	return first, rest
}

// round handles messages of distinct keys.
func (b *batch) round(is []int) {
	var together, alone []*job
	for _, j := range b.claim(is) {
		if j.claim.Lapsed {
			alone = append(alone, j)
			continue
		}
		together = append(together, j)
	}
	b.run(together)
	// An event whose process died must not end its neighbours' process again.
	for _, j := range alone {
		b.run([]*job{j})
	}
}

// largeBody is the length above which a body is handled alone: decoded, a list of empty
// objects takes up to a hundred times its length.
const largeBody = 256 << 10

// run runs the handlers of claimed events concurrently, those with large bodies one after
// another, and ends the claims.
func (b *batch) run(jobs []*job) {
	switch len(jobs) {
	case 0:
		return
	case 1: // it has no neighbour that could wait for it, so it needs no group
		jobs[0].verdict = b.handle(jobs[0])
		b.endGroup(jobs)
		return
	}
	finished := make(chan *job, len(jobs))
	handle := func(js ...*job) {
		growStack()
		for _, j := range js {
			j.verdict = b.handle(j)
			finished <- j
		}
	}
	var large []*job
	for _, j := range jobs {
		if len(j.message.Raw) > largeBody || j.message.Origin.Stored != nil {
			large = append(large, j)
			continue
		}
		go handle(j)
	}
	if len(large) > 0 {
		go handle(large...)
	}
	b.commitInGroups(finished, len(jobs)) // takes every job, so none is left running
}

// growStack makes a goroutine's stack as large as decoding a payload needs, while it is
// almost empty. Otherwise it would be copied up to three times as it grows, with all
// frames: then an event takes 5 % more CPU time (117 µs in place of 111, in the benchmark of
// functions/process over an instant table).
//
//go:noinline
func growStack() {
	var room [9 << 10]byte
	runtime.KeepAlive(&room)
}

// timeToStart reports whether enough is left of the function's time to run handlers.
func (b *batch) timeToStart() bool {
	return b.end.Sub(b.Now()) >= b.Timing.StartMargin
}
