package simulate

import (
	"slices"

	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
)

// runBegins is called when a handler begins.
func (v *watch) runBegins(c *call) {
	r := c.run
	f := v.of(r.key)
	record := v.w.record(r.key)
	cl := f.life.current()
	if record == nil || cl == nil {
		v.w.violated(9, "%s runs for %s, which nobody claimed", r.handler, r.key)
		return
	}
	v.ranBeforeLoss(f, r)
	if atMostOnce(r.handler) {
		if f.life.unsure[r.handler] {
			v.w.violated(10, "%s, at most once, runs again for %s", r.handler, r.key)
		}
		f.life.unsure[r.handler] = true
	}
	// Count it under its own claim, which may not be the one in force: a letter mentions
	// it.
	if own := f.life.claim(c.inv.fences[r.key]); own != nil {
		own.runs++
	}
	v.order(f, r, record)
	if c.inv.outlived() {
		return // only a clock that is far off lets it begin: it changes no record
	}
	if f.life.cancelled {
		v.w.violated(21, "%s runs for %s, which is cancelled", r.handler, r.key)
	}
	if slices.Contains(record.Done, r.handler) {
		v.w.violated(9, "%s runs for %s, but the record says that it is done", r.handler, r.key)
	}
	for _, other := range v.running {
		if other.inv.outlived() {
			continue // its lease has passed: the fence makes sure that it changes nothing
		}
		if other.run.key == r.key {
			v.w.violated(11, "%s and %s work on %s at once", other.actor, c.actor, r.key)
		}
		if other.inv == c.inv && v.wasLapsed(other) {
			v.w.violated(14, "%s runs beside %s, whose process died once", r.key, other.run.key)
		}
	}
	v.attempts(f, cl, c, record)
	v.said(f, cl, c, record)
	v.alone(cl, c)
	v.running = append(v.running, c)
}

// order checks that a handler which comes after others does not run before they are done.
func (v *watch) order(f *fate, r *run, record *ledger.Record) {
	for _, handler := range before(r.handler) {
		done := slices.Contains(record.Done, handler) || f.life.finished[handler] && !transactional(handler)
		if !done {
			v.w.violated(20, "%s runs for %s, but %s is not done", r.handler, r.key, handler)
		}
	}
}

// attempts compares the attempt that the handler gets, and the record's, with the runs that
// were seen and with those of them that count.
func (v *watch) attempts(f *fate, cl *claimed, c *call, record *ledger.Record) {
	if cl.inv != c.inv {
		return // fenced: its number was true when it claimed
	}
	run, attempt := f.life.before(cl)
	run, attempt = run+1, attempt+1
	if c.run.attempt != run || record.Runs != run || record.Attempts != attempt {
		v.w.violated(13, "%s of %s gets run %d, the record says run %d and attempt %d, but it is run %d and attempt %d",
			c.run.handler, c.run.key, c.run.attempt, record.Runs, record.Attempts, run, attempt)
	}
	if attempt > process.MaxAttempts {
		v.w.violated(13, "%s runs for %s at attempt %d", c.run.handler, c.run.key, attempt)
	}
}

// alone checks that an event whose process died runs without neighbours.
func (v *watch) alone(cl *claimed, c *call) {
	if cl.inv != c.inv || !cl.lapsed {
		return
	}
	for _, other := range v.running {
		if other.inv == c.inv {
			v.w.violated(14, "%s, whose process died once, runs beside %s", c.run.key, other.run.key)
		}
	}
}

func (v *watch) wasLapsed(c *call) bool {
	cl := v.of(c.run.key).life.current()
	return cl != nil && cl.inv == c.inv && cl.lapsed
}

// runEnds is called before a handler returns.
func (v *watch) runEnds(c *call) {
	r := c.run
	v.running = slices.DeleteFunc(v.running, func(other *call) bool { return other.run == r })
	f := v.of(r.key)
	cl := f.life.current()
	if cl != nil && cl.inv != c.inv {
		cl = nil // another worker's claim
	}
	if r.outcome == nil {
		f.life.finished[r.handler] = true
		if cl != nil && !transactional(r.handler) {
			cl.finished = append(cl.finished, r.handler)
		}
		return
	}
	if cl != nil {
		cl.failed = append(cl.failed, r.handler)
		if asksToWait(r.outcome) {
			cl.waits++
		} else {
			cl.failures++
		}
	}
	if _, panics := r.outcome.(panicking); !panics && hook.Hint(r.outcome).NotSent && !hook.Hint(r.outcome).Permanent { //nolint:errorlint // never wrapped
		delete(f.life.unsure, r.handler)
	}
}

// asksToWait reports whether the outcome asks to be called later.
func asksToWait(outcome error) bool {
	_, panics := outcome.(panicking) //nolint:errorlint // never wrapped
	return !panics && hook.Hint(outcome).After > 0
}

// transactional reports whether the handler's end is committed at once, so that the handler
// has not finished if the commit fails.
func transactional(handler string) bool {
	return counting(handler) || skipsStale(handler) || movesState(handler)
}
