package simulate

import (
	"fmt"
	"time"

	"webhookintake/shared/vault"
)

// The bounds within which everything must end once the world has healed.
const (
	// healBound is ample: twelve tries of an event whose handlers always fail take under
	// seven hours, and the longest wait that a handler can ask for is six.
	healBound  = 48 * time.Hour
	healRounds = 2000 // steps of the driver
)

// heal removes all faults. Every waiting call is answered, in any order, and time passes
// only when no goroutine can continue.
func (w *world) heal() {
	if w.violation != nil {
		return
	}
	w.observe()
	w.healed = true
	w.plan.Crash, w.plan.Hung, w.plan.Lost, w.plan.Fail, w.plan.Slow = 0, 0, 0, 0, 0
	w.plan.QueueOut, w.plan.LedgerOut, w.plan.VaultOut = outage{}, outage{}, outage{}
	w.say("world", "heals", "")
	if w.safe != nil {
		w.rotate()
	}
	for len(w.ghosts) > 0 {
		w.haunt(0)
	}
	for _, c := range w.parked {
		c.hung = false
	}
	until := time.Now().Add(healBound)
	for round := 0; w.violation == nil; round++ {
		w.observe()
		if len(w.parked)+len(w.active)+len(w.watch.owed(vault.Quarantine)) == 0 && w.nothingComes() {
			break
		}
		if round > healRounds || time.Now().After(until) {
			w.violated(15, "after %v and %d steps without faults not everything has ended: %s", time.Since(until.Add(-healBound)), round, w.left())
			break
		}
		w.proceed()
	}
	if w.violation == nil {
		w.watch.ends()
	}
}

// proceed is one step of a healed world.
func (w *world) proceed() {
	switch due := w.due(); {
	case len(w.parked) > 0:
		w.resolve(w.parked[w.rng.IntN(len(w.parked))])
	case len(due) > 0:
		w.deliver(due[0])
	case w.queue.Counts().Visible > 0 && w.freeWorker() >= 0:
		w.invoke(w.freeWorker())
	case w.upkeepIsDue():
		w.startUpkeep(true)
	case w.idle() && len(w.watch.owed(vault.Quarantine)) > 0:
		w.startRelease()
	default:
		w.wait()
	}
}

func (w *world) freeWorker() int {
	for i := range w.workers {
		if w.free(i) {
			return i
		}
	}
	return -1
}

// left describes what has not ended.
func (w *world) left() string {
	text := fmt.Sprintf("%d calls, %d deliveries", len(w.parked), len(w.deliveries)+len(w.active))
	for _, m := range w.queue.Messages() {
		text += ", " + (describeAll{m}).String()
		if r := w.record(m.Key()); r != nil {
			text += fmt.Sprintf(" [%s]", r.State)
		}
	}
	return text
}
