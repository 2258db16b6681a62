package simulate

import (
	"context"
	"slices"
	"time"

	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
)

// act is one step of the driver while the world has faults.
func (w *world) act() {
	if w.violation != nil {
		return
	}
	if c := w.ingestCall(); c != nil { // time must not pass: see failSend
		w.resolve(c)
		return
	}
	if w.plan.Nap >= 0 && w.step >= w.plan.Nap && w.napped.IsZero() {
		w.nap()
		return
	}
	if w.plan.LoseRow >= 0 && w.step >= w.plan.LoseRow && w.lostRow == "" {
		w.loseRow()
	}
	if w.safe != nil {
		w.rotate()
	}
	if w.disturb() {
		return
	}
	if len(w.parked) > 0 && w.chance(w.plan.Slow) {
		w.pass(w.someTime())
		return
	}
	var choices []func()
	for _, c := range w.parked {
		if !c.hung {
			choices = append(choices, func() { w.resolve(c) })
		}
	}
	for _, d := range w.due() {
		choices = append(choices, func() { w.deliver(d) })
	}
	if w.queue.Counts().Visible > 0 {
		for i := range w.workers {
			if w.free(i) {
				choices = append(choices, func() { w.invoke(i) })
			}
		}
	}
	if w.upkeepIsDue() {
		choices = append(choices, func() { w.startUpkeep(true) })
	}
	if len(choices) == 0 {
		w.wait()
		return
	}
	choices[w.rng.IntN(len(choices))]()
}

// loseRow removes an event's record from the table, as somebody does by hand, or by making
// the table again.
func (w *world) loseRow() {
	var keys []string
	for key := range w.ledger.Records() {
		if w.byKey(key) != nil {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return
	}
	slices.Sort(keys)
	w.lostRow = keys[mix(w.seed, uint64(w.step))%uint64(len(keys))]
	w.ledger.DropRecord(w.lostRow)
	w.watch.lost(w.lostRow)
	w.say("table", "loses the row of", short(w.lostRow))
	// The provider sends it once more, which nothing tells from the first time.
	w.deliveries = append(w.deliveries, &delivery{name: "again", event: w.byKey(w.lostRow), due: time.Now().Add(w.upTo(time.Hour))})
}

// disturb now and then does something that nothing waits for.
func (w *world) disturb() bool {
	switch {
	case len(w.ghosts) > 0 && w.rng.IntN(8) == 0:
		w.haunt(w.rng.IntN(len(w.ghosts)))
	case w.chance(w.plan.Again / 4):
		w.deliverAgain()
	case w.chance(w.plan.Copies / 8):
		if ms := w.queue.Messages(); len(ms) > 0 {
			w.copyMessage(ms[w.rng.IntN(len(ms))])
		}
	case w.chance(w.plan.Operator / 4):
		w.operate()
	case w.chance(w.plan.Upkeep / 4):
		w.startUpkeep(false)
	case w.chance(w.plan.Release / 4):
		w.startRelease()
	case w.rng.IntN(12) == 0 && w.anyStuck():
		w.pass(time.Minute + w.upTo(2*time.Minute))
	default:
		return false
	}
	return true
}

// anyStuck reports whether a process with a slow clock is at work.
func (w *world) anyStuck() bool {
	return slices.ContainsFunc(w.workers, func(inv *invocation) bool {
		return inv != nil && inv.stuck && !inv.over && !inv.dead.Load()
	})
}

// haunt applies a request that nobody waits for any more.
func (w *world) haunt(i int) {
	c := w.ghosts[i]
	w.ghosts = slices.Delete(w.ghosts, i, i+1)
	w.note(c, "arrives late", "")
	for _, it := range c.items {
		if w.rng.IntN(4) > 0 {
			it.apply()
		}
	}
}

// deliverAgain makes a message visible while it is being processed: the queue delivers at
// least once.
func (w *world) deliverAgain() {
	var working []*invocation
	for _, inv := range w.workers {
		if inv != nil && !inv.over {
			working = append(working, inv)
		}
	}
	if len(working) == 0 {
		return
	}
	inv := working[w.rng.IntN(len(working))]
	m := inv.messages[w.rng.IntN(len(inv.messages))]
	w.say("queue", "delivers again", describeAll{m})
	w.queue.Defer(context.Background(), []queue.Deferral{{Receipt: m.Wire.Receipt}})
}

// copyMessage puts another copy of a message into the queue.
func (w *world) copyMessage(m queue.Message) {
	w.say("queue", "has a copy of", describeAll{m})
	if err := w.queue.Put(m.Wire, w.upTo(12*time.Minute)); err != nil {
		panic(err) // it was in the queue before
	}
}

func (w *world) ingestCall() *call {
	for _, c := range w.parked {
		if c.op == opSend && w.safe == nil {
			return c
		}
	}
	return nil
}

// due returns the deliveries whose time has come.
func (w *world) due() []*delivery {
	var due []*delivery
	for _, d := range w.deliveries {
		if !d.due.After(time.Now()) {
			due = append(due, d)
		}
	}
	return due
}

// someTime draws how long there are no answers.
func (w *world) someTime() time.Duration {
	most := []time.Duration{60 * time.Millisecond, 600 * time.Millisecond, 5 * time.Second, 30 * time.Second, 90 * time.Second}
	return time.Duration(w.rng.Int64N(int64(most[w.pick(6, 6, 4, 3, 1)])))
}

// nextDeath returns when the next process reaches its timeout.
func (w *world) nextDeath() time.Time {
	next := time.Now().Add(30 * 24 * time.Hour)
	for _, inv := range w.processes() {
		if inv.working() && inv.death.Before(next) {
			next = inv.death
		}
	}
	return next
}

// pass lets time pass, but not beyond the next process's timeout.
func (w *world) pass(d time.Duration) {
	time.Sleep(min(d, time.Until(w.nextDeath())))
	w.endOverdue()
}

// endOverdue ends the processes whose time is up.
func (w *world) endOverdue() {
	for _, inv := range w.processes() {
		if inv.working() && !time.Now().Before(inv.death) {
			w.observe() // what happened until then
			if inv.working() {
				w.kill(inv, "timeout")
			}
		}
	}
}

// wait lets time pass until something happens: a goroutine parks, a delivery is due, a
// message may be visible, or a process reaches its timeout.
func (w *world) wait() {
	next := w.nextDeath()
	for _, d := range w.deliveries {
		if d.due.Before(next) {
			next = d.due
		}
	}
	if w.safe != nil && w.safe.upkeepDue.Before(next) {
		next = w.safe.upkeepDue
	}
	for pause := time.Second; ; pause = min(2*pause, 10*time.Minute) {
		timer := time.NewTimer(min(pause, time.Until(next)))
		select {
		case <-w.stirred:
			timer.Stop()
			return
		case <-timer.C:
		}
		if !time.Now().Before(next) || w.queue.Counts().Visible > 0 || w.nothingComes() {
			break
		}
	}
	w.endOverdue()
}

// nothingComes reports whether waiting longer is useless: no worker is busy, and the queue
// is empty.
func (w *world) nothingComes() bool {
	return w.idle() && !w.queueHolds() && len(w.deliveries) == 0 && len(w.watch.owed(vault.Spill)) == 0
}

func (w *world) queueHolds() bool {
	n := w.queue.Counts()
	return n.Visible+n.InFlight+n.Delayed > 0
}

// nap lets days pass, so that messages come close to the end of their retention: at least
// two hours before it, and often not much more.
func (w *world) nap() {
	x := w.rng.Float64()
	until := w.began.Add(process.DefaultTiming.QueueRetention - 2*time.Hour - time.Duration(x*x*float64(24*time.Hour)))
	w.say("world", "sleeps until", until.Sub(w.began))
	for time.Now().Before(until) {
		w.pass(time.Until(until))
		w.observe()
	}
	w.napped = time.Now()
}

// mustHeal reports whether further faults could legitimately lose a message, because its
// retention ends soon.
func (w *world) mustHeal() bool {
	return !w.napped.IsZero() && time.Since(w.napped) > 45*time.Minute
}
