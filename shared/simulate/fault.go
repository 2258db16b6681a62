package simulate

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"webhookintake/shared/hook"
)

// resolve decides the outcome of a call, and of the process that made it.
func (w *world) resolve(c *call) {
	switch {
	case c.run != nil:
		w.resolveRun(c)
	case c.op == opSend && w.safe == nil:
		w.resolveSend(c)
	case c.inv != nil && w.chance(w.plan.Crash):
		w.crash(c)
	case c.op != opRespond && w.chance(w.plan.Hung):
		c.hung = true
		w.note(c, "is not answered", "")
	case w.out(c) || w.chance(w.plan.Lost):
		w.lose(c)
	default:
		w.carryOut(c)
	}
}

// out reports whether the engine that the call is for is down.
func (w *world) out(c *call) bool {
	switch c.op {
	case opClaim, opStart, opCommit, opEnd, opNewest, opState, opLease:
		return w.plan.LedgerOut.on(w.step)
	case opPut, opGet, opList, opRemove:
		return w.plan.VaultOut.on(w.step)
	case opRespond:
		return false
	}
	return w.plan.QueueOut.on(w.step)
}

// carryOut applies the call and returns its answer.
func (w *world) carryOut(c *call) {
	for i := range c.items {
		c.items[i].do()
		c.items[i].told = true
	}
	if c.op == opRespond {
		c.inv.over = true
	}
	w.note(c, "is done", sizeOf(c))
	w.release(c)
}

// crash ends the process before or after the call takes effect, for all of its items or for
// some.
func (w *world) crash(c *call) {
	applied := 0
	after := w.rng.IntN(2) == 0
	for _, it := range c.items {
		if after && (len(c.items) == 1 || w.rng.IntN(3) > 0) {
			it.apply()
			applied++
		}
	}
	why := "before"
	if after {
		why = "after"
	}
	w.note(c, "never returns", fmt.Sprintf("%d of %d done", applied, len(c.items)))
	w.parked = slices.DeleteFunc(w.parked, func(other *call) bool { return other == c })
	w.kill(c.inv, "crash "+why+" "+c.op)
}

// lose loses the request or the answer, of all items together or of each separately.
func (w *world) lose(c *call) {
	torn := len(c.items) > 1 && w.chance(w.plan.Torn)
	applies, told := w.rng.IntN(2) == 0, false
	applied, answered := 0, 0
	for i := range c.items {
		if torn {
			applies, told = w.rng.IntN(2) == 0, w.rng.IntN(2) == 0
		}
		if applies || told {
			c.items[i].do()
			applied++
		}
		if c.items[i].told = told; told {
			answered++
		}
	}
	if c.op == opRespond {
		c.inv.over = true
	}
	w.note(c, "is lost in part or whole", fmt.Sprintf("%d of %d done, %d told", applied, len(c.items), answered))
	w.release(c)
}

// sizeOf returns a text for how many items a batch has.
func sizeOf(c *call) any {
	if c.results != nil {
		return outcomes(c.results)
	}
	if len(c.items) == 1 && c.op != opRespond {
		return ""
	}
	return fmt.Sprintf("%d items", len(c.items))
}

func (w *world) resolveSend(c *call) {
	switch lost := w.out(c) || w.chance(w.plan.Lost); {
	case !lost:
		w.carryOut(c)
	case w.rng.IntN(3) == 0:
		w.failSend(c, "is not answered", true)
	case w.rng.IntN(2) == 0:
		c.items[0].do()
		w.failSend(c, "is done, its answer lost", false)
	default:
		w.failSend(c, "is lost", false)
	}
}

// The errors of handlers.
var (
	errFails   = errors.New("fails")
	errTimeout = errors.New("gives up at its deadline")
)

// resolveRun ends a handler's work in one of the ways in which handlers end.
func (w *world) resolveRun(c *call) {
	switch {
	case w.chance(w.plan.Crash):
		w.note(c, "never returns", "")
		w.parked = slices.DeleteFunc(w.parked, func(other *call) bool { return other == c })
		w.kill(c.inv, "crash in a handler")
		return
	case w.chance(w.plan.Hung / 2):
		c.hung = true
		w.note(c, "hangs", "")
		return
	}
	if c.run.outcome = c.run.unready; c.run.outcome == nil {
		c.run.outcome = w.drawOutcome(c)
	}
	w.note(c, "returns", outcomeText(c.run.outcome))
	w.watch.runEnds(c)
	w.release(c)
}

// drawOutcome decides how a handler ends.
func (w *world) drawOutcome(c *call) error {
	switch kind := w.doom(c.run.key); {
	case kind == "permanent":
		return hook.Permanent(errFails)
	case kind == "error":
		return errFails
	case c.op == opRunLate:
		return errTimeout
	case !w.chance(w.plan.Fail):
		return nil
	}
	switch w.pick(6, 2, 2, 2, 3) {
	case 0:
		return errFails
	case 1:
		return hook.RetryAfter(w.upTo(6*time.Hour), errFails)
	case 2:
		return hook.Permanent(errFails)
	case 3:
		return panicking{errFails}
	}
	return hook.NotSent(errFails)
}

// doom returns how the event's handlers always fail; empty if they do not.
func (w *world) doom(key string) string {
	for n, i := range w.plan.Events {
		if w.events[i].key() == key {
			return w.plan.Doomed[n]
		}
	}
	return ""
}

func outcomeText(err error) string {
	if err == nil {
		return ""
	}
	hint := hook.Hint(err)
	switch _, panics := err.(panicking); { //nolint:errorlint // never wrapped
	case panics:
		return "panics"
	case hint.Permanent:
		return "permanent error"
	case hint.NotSent:
		return "error, nothing sent"
	case hint.After > 0:
		return "error, wants " + hint.After.Round(time.Second).String()
	}
	return "error"
}
