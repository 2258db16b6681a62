package simulate

import (
	"cmp"
	"context"
	"slices"
	"testing/synctest"

	"webhookintake/shared/process"
)

// The operations at which goroutines park.
const (
	opSend    = "send"     // ingest, to the queue
	opClaim   = "claim"    // and the following: a worker, to the ledger
	opStart   = "start"    //
	opCommit  = "commit"   //
	opEnd     = "end"      //
	opNewest  = "newest"   //
	opState   = "state"    //
	opDefer   = "defer"    // a worker, to the queue
	opLetter  = "letter"   // a worker, to the dead-letter queue
	opRespond = "respond"  // a function returns; the queue deletes the acknowledged messages
	opRun     = "run"      // a handler works
	opRunLate = "run late" // a handler works although its context has ended
	opPut     = "put"      // and the following: ingest, upkeep, a worker or a release, to the vault
	opGet     = "get"      //
	opList    = "list"     //
	opRemove  = "remove"   //
	opResend  = "resend"   // upkeep or a release, to the queue
	opLease   = "lease"    // upkeep, to the ledger
)

// A call is a goroutine that waits for the driver: in a call to an engine, in a handler, or
// at the end of an invocation.
type call struct {
	actor    string // who waits
	op       string
	subject  string // with actor and op it orders the calls
	inv      *invocation
	delivery *delivery
	ctx      context.Context
	items    []item
	run      *run             // of opRun and opRunLate
	results  []process.Result // of opRespond

	released chan struct{} // closed by the driver, which has set told before
	gone     bool          // the caller's context ended; guarded by world.mu
	hung     bool          // the driver will not answer
	twins    []*call       // that nothing distinguishes from this one; they share its fate
}

// named reports whether nothing distinguishes the calls: they arrived at the same moment
// from goroutines of one batch, and their order is not determined.
func (c *call) named(other *call) bool {
	return c.actor == other.actor && c.op == other.op && c.subject == other.subject
}

// An item is one record, message or receipt of a call. Each item of a call has its own
// fate, as in a batch.
type item struct {
	index int // in the caller's order
	key   string
	apply func() // applies it in the engine
	done  bool   // it was applied before the caller continued
	told  bool   // the caller gets the answer
}

func (it *item) do() {
	it.apply()
	it.done = true
}

func (c *call) add(index int, key string, apply func()) {
	c.items = append(c.items, item{index: index, key: key, apply: apply})
}

// each calls fn for the items whose answers reach the caller.
func (c *call) each(fn func(index int)) {
	for _, it := range c.items {
		if it.told {
			fn(it.index)
		}
	}
}

// park waits until the driver releases the call, and reports whether it did: false means
// that the caller's context ended first. In a process that has died it waits for the end of
// the schedule.
func (w *world) park(c *call) bool {
	if c.inv != nil {
		c.actor = c.inv.name
		if c.inv.dead.Load() {
			<-w.over
			return false
		}
	}
	// The order of goroutines within a batch is not determined.
	slices.SortStableFunc(c.items, func(a, b item) int { return cmp.Compare(a.key, b.key) })
	if c.subject == "" && len(c.items) > 0 {
		c.subject = c.items[0].key
	}
	c.released = make(chan struct{})
	w.mu.Lock()
	w.arrived = append(w.arrived, c)
	w.mu.Unlock()
	w.stir()
	select {
	case <-c.released:
		return true
	case <-w.over:
		return false
	case <-c.ctx.Done():
	}
	w.mu.Lock()
	c.gone = true
	w.mu.Unlock()
	w.stir()
	if c.inv != nil && c.inv.dead.Load() {
		<-w.over
	}
	return false
}

// stir wakes the driver if it is waiting.
func (w *world) stir() {
	select {
	case w.stirred <- struct{}{}:
	default:
	}
}

// observe waits until no goroutine can continue without the driver, and records which ones
// wait.
func (w *world) observe() {
	synctest.Wait()
	select {
	case <-w.stirred:
	default:
	}
	w.mu.Lock()
	arrived := w.arrived
	w.arrived = nil
	w.mu.Unlock()
	slices.SortStableFunc(arrived, func(a, b *call) int {
		return cmp.Or(cmp.Compare(a.actor, b.actor), cmp.Compare(a.op, b.op), cmp.Compare(a.subject, b.subject))
	})
	var last *call
	for _, c := range arrived {
		if c.inv != nil && c.inv.dead.Load() {
			continue
		}
		if last != nil && last.named(c) && !w.isGone(last) {
			last.twins = append(last.twins, c)
			continue
		}
		last = c
		w.parked = append(w.parked, c)
		if c.run != nil && !c.run.started {
			c.run.started = true
			w.note(c, "begins", "")
			w.watch.runBegins(c)
		}
	}
	w.parked = slices.DeleteFunc(w.parked, func(c *call) bool {
		gone := w.isGone(c)
		if gone {
			w.timedOut(c)
		}
		return gone
	})
	w.settleDeliveries()
}

func (w *world) isGone(c *call) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return c.gone
}

// timedOut handles a call whose caller has stopped waiting: its request may still be on its
// way.
func (w *world) timedOut(c *call) {
	if c.run != nil {
		return // it parks again
	}
	if c.op != opRespond && w.chance(w.plan.Late) {
		w.ghosts = append(w.ghosts, c)
		w.note(c, "times out", "still on its way")
		return
	}
	w.note(c, "times out", "lost")
}

// release lets the caller continue.
func (w *world) release(c *call) {
	w.parked = slices.DeleteFunc(w.parked, func(other *call) bool { return other == c })
	close(c.released)
	for _, twin := range c.twins {
		for i, it := range c.items {
			if it.done {
				twin.items[i].do()
			}
			twin.items[i].told = it.told
		}
		close(twin.released)
	}
}
