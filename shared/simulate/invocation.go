package simulate

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// An invocation is one call of the process function, in a process that dies with it at
// its timeout, or before.
type invocation struct {
	w        *world
	name     string
	number   int
	skew     time.Duration // of its machine's clock
	started  time.Time
	deadline time.Time // when its time is up
	death    time.Time // when its process is ended: at the deadline, unless it is stuck
	stuck    bool      // its clock runs slowly
	messages []queue.Message
	owners   int // the number of owners that it drew

	dead atomic.Bool
	over bool // the driver has taken its results

	fences map[string]int64 // of its claims, by key
	began  int              // the length of the trace when it received its messages
}

// invoke makes a worker receive and process messages.
func (w *world) invoke(worker int) {
	ms, err := w.queue.Receive(context.Background(), 1+w.rng.IntN(w.plan.Batch), 0)
	if err != nil || len(ms) == 0 {
		return
	}
	w.invocations++
	inv := &invocation{
		w: w, number: w.invocations, messages: ms, skew: w.plan.Skews[worker],
		name:    fmt.Sprintf("worker%d.%d", worker+1, w.invocations),
		started: time.Now(), deadline: time.Now().Add(process.DefaultTiming.Function),
		fences: map[string]int64{}, began: len(w.trace),
	}
	w.workers[worker] = inv
	w.say(inv.name, "receives", describeAll(ms))
	inv.death = inv.deadline
	if w.chance(w.plan.Stuck) {
		inv.stuck = true
		inv.death = inv.deadline.Add(time.Duration(w.rng.Int64N(int64(4 * time.Minute))))
		w.say(inv.name, "runs on a machine whose clock is slow", "")
	}
	w.watch.received(ms)
	w.living.Go(func() { inv.work() })
}

// work is the invocation's goroutine.
func (inv *invocation) work() {
	w := inv.w
	ctx, cancel := context.WithDeadline(context.WithValue(context.Background(), invocationKey{}, inv), inv.deadline)
	defer cancel()
	p := &port{w: w, inv: inv}
	worker := &process.Worker{
		Handlers: w.registry, Ledger: p, Entities: p, States: p, Queue: p, DeadLetters: p,
		Now: inv.now, Jitter: inv.jitter, NewOwner: inv.newOwner,
	}
	if w.safe != nil {
		worker.Vault = &vaultPort{w, inv}
	}
	if w.variant.worker != nil {
		w.variant.worker(worker, inv)
	}
	messages := inv.messages
	if w.variant.received != nil {
		messages = w.variant.received(inv, slices.Clone(messages))
	}
	results := worker.Batch(ctx, messages)
	if w.variant.result != nil {
		w.variant.result(results)
	}
	c := &call{op: opRespond, subject: "results", inv: inv, ctx: context.Background(), results: results}
	for i, r := range results {
		if r.Acked {
			m := inv.messages[i]
			c.add(i, m.Wire.Receipt, func() { w.deleteMessage(inv, m) })
		}
	}
	w.park(c)
}

// now returns the time by the machine's clock. In a process that has died it is the end of
// time, so that its goroutines end soon after the schedule is over.
func (inv *invocation) now() time.Time {
	if inv.dead.Load() {
		return time.Now().Add(365 * 24 * time.Hour)
	}
	if inv.stuck {
		return inv.started.Add(inv.skew + time.Since(inv.started)/10)
	}
	return time.Now().Add(inv.skew)
}

// outlived reports whether the process continues after its time, and so after its leases;
// or may do so by the clocks of others, which are minutes off.
func (inv *invocation) outlived() bool { return inv.w.plan.FarOff || !time.Now().Before(inv.deadline) }

// jitter does not depend on the order of goroutines.
func (inv *invocation) jitter(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return time.Duration(mix(inv.w.seed, uint64(inv.number), uint64(time.Now().UnixNano()), uint64(d)) % uint64(d))
}

func (inv *invocation) newOwner() string {
	inv.owners++
	return inv.name + "-" + strconv.Itoa(inv.owners)
}

// kill ends the invocation's process: none of its goroutines acts again. Its last requests
// may still be on their way.
func (w *world) kill(inv *invocation, why string) {
	inv.dead.Store(true)
	w.say(inv.name, "dies", why)
	var left []*call
	for _, c := range w.parked {
		switch {
		case c.inv != inv:
			left = append(left, c)
		case c.run == nil && c.op != opRespond && w.chance(w.plan.Late/2):
			w.ghosts = append(w.ghosts, c)
		}
	}
	w.parked = left
	w.watch.died(inv)
}

// idle reports whether no invocation is under way.
func (w *world) idle() bool {
	return !slices.ContainsFunc(w.processes(), (*invocation).working)
}

// free reports whether a worker can be invoked.
func (w *world) free(worker int) bool {
	return !w.workers[worker].working()
}

// message returns the message for which a claim is made: among several with the same key,
// the one that arrived at the time in the request, if there is one.
func (inv *invocation) message(r ledger.Request) (found queue.Message, ok bool) {
	for _, m := range inv.messages {
		if m.Key() != r.Key || !asks(m.Failure, r.Reopen) {
			continue
		}
		if !ok || m.Received.Equal(r.Received) {
			found, ok = m, true
		}
	}
	if i := slices.IndexFunc(inv.messages, func(m queue.Message) bool { return m.Key() == r.Key && cancels(m.Failure) }); !ok && i >= 0 {
		return inv.messages[i], true // taken for something else
	}
	return found, ok
}

// asks reports whether a request is for a message with that failure.
func asks(f *queue.Failure, r *ledger.Reopen) bool {
	if f == nil || r == nil {
		return f == nil && r == nil
	}
	act := map[queue.Reason]ledger.Act{
		queue.ReasonReplay: ledger.Replay, queue.ReasonRetry: ledger.Retry, queue.ReasonCancel: ledger.Cancel,
	}[f.Reason]
	return f.Fence == r.Fence && act == r.Act &&
		slices.Equal(f.Handlers, r.Handlers) && slices.Equal(f.AssumeDone, r.AssumeDone)
}

// cancels reports whether a message with that failure is to end its event without a run.
func cancels(f *queue.Failure) bool { return f != nil && f.Reason == queue.ReasonCancel }

// outcomes describes for the trace the outcome of each message of an invocation.
type outcomes []process.Result

func (rs outcomes) String() string {
	text := ""
	for i, r := range rs {
		if i > 0 {
			text += ", "
		}
		text += r.Message.Wire.MessageID + " " + string(r.Outcome)
		if r.Reason != "" {
			text += " as " + string(r.Reason)
		}
	}
	return text
}

// describeAll names messages for the trace.
type describeAll []queue.Message

func (ms describeAll) String() string {
	text := ""
	for i, m := range ms {
		if i > 0 {
			text += ", "
		}
		text += m.Wire.MessageID + " " + short(m.Key())
		if m.Failure != nil {
			text += fmt.Sprintf(" %s of fence %d", m.Failure.Reason, m.Failure.Fence)
		}
	}
	return text
}

// short cuts a key so that a line can be read.
func short(key string) string { return key[:min(len(key), 30)] }
