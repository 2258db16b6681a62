package simulate

import (
	"reflect"
	"slices"

	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

// claimed is called for each claim that reached the ledger, with the record before and
// after it.
func (v *watch) claimed(inv *invocation, r ledger.Request, before, after *ledger.Record) {
	if same(before, after) {
		return
	}
	f := v.of(r.Key)
	m, ok := inv.message(r)
	if !ok || after == nil || after.State != ledger.StateClaimed {
		v.w.violated(5, "a claim of %s left the record %+v", r.Key, after)
		return
	}
	if before != nil && after.Fence <= before.Fence {
		v.w.violated(5, "the fence of %s went from %d to %d", r.Key, before.Fence, after.Fence)
	}
	if cancels(m.Failure) && (before == nil || over(before.State)) {
		v.w.violated(21, "%s cancels %s, which has not begun or has ended", inv.name, r.Key)
		return
	}
	if !v.mayClaim(f, m, before, after) {
		v.w.violated(6, "%s claims %s, which was %s with fence %d, without cause", inv.name, r.Key, before.State, before.Fence)
		return
	}
	if !v.mayTake(f, inv, r, m, before, after) {
		return
	}
	if before != nil && over(before.State) {
		f.reopened = len(v.w.trace)
	}
	lapsed := before != nil && before.State == ledger.StateClaimed
	if last := f.life.current(); last != nil && last.lapsed && !last.ran() {
		lapsed = true // it was put back, and has not run again since its process died
	}
	f.life.claims = append(f.life.claims, &claimed{
		fence: after.Fence, arrived: m.Received.UnixMilli(), inv: inv, lapsed: lapsed,
	})
	inv.fences[r.Key] = after.Fence
	v.gained(f, before, after, "")
	v.kept(f, before, after)
	v.claimedTries(f, before, after)
}

// mayClaim reports whether there is a cause to claim a record, and starts a new life or a
// new count if the cause requires it.
func (v *watch) mayClaim(f *fate, m queue.Message, before, after *ledger.Record) bool {
	if before == nil {
		f.life = newLife(m.Received)
		return true
	}
	// A new life may begin before the old one has ended, but not with an arrival that has
	// been handled.
	if m.Received.After(f.life.opened.Add(v.w.byKey(f.key).window)) && (over(before.State) || after.Received.Equal(m.Received)) {
		f.life = newLife(m.Received)
		return !slices.Contains(f.served, m.Received.UnixMilli())
	}
	if !over(before.State) {
		return true
	}
	if m.Failure == nil || m.Failure.Fence != before.Fence || !f.requested(m.Failure) {
		return false
	}
	return f.life.reopen(m.Failure, before.State, v.w.byKey(f.key).handlers)
}

// reopen applies an operator's request: a dead letter runs the handlers that have not
// finished; a replay runs all handlers again, or those that it names.
func (l *life) reopen(word *queue.Failure, state ledger.State, handlers []string) bool {
	l.runs, _ = l.before(nil)
	l.claims, l.completed, l.cancelled = nil, 0, false
	if word.Reason != queue.ReasonReplay {
		clear(l.unsure)
		return state == ledger.StateFailed
	}
	for _, handler := range handlers {
		if len(word.Handlers) == 0 || slices.Contains(word.Handlers, handler) {
			delete(l.finished, handler)
			delete(l.unsure, handler)
		}
	}
	return true
}

// changed is called for each Start, Commit and End that reached the ledger. Committed is
// the handler of a Commit.
func (v *watch) changed(inv *invocation, c ledger.Claim, committed string, before, after *ledger.Record) bool {
	if same(before, after) {
		return false
	}
	f := v.of(c.Key)
	switch {
	case before == nil || after == nil || before.Fence != after.Fence || before.Owner != after.Owner:
		v.w.violated(5, "%s changed whose claim %s is", inv.name, c.Key)
		return false
	case before.State != ledger.StateClaimed || before.Fence != c.Fence || before.Owner != c.Owner || inv.fences[c.Key] != before.Fence:
		v.w.violated(5, "%s changed %s under fence %d, whose claim has fence %d and is %s", inv.name, c.Key, c.Fence, before.Fence, before.State)
		return false
	}
	v.gained(f, before, after, committed)
	v.kept(f, before, after)
	return true
}

// gained checks the handlers that are newly done: each has finished, and one whose effects
// are writes was recorded by the Commit that wrote them.
func (v *watch) gained(f *fate, before, after *ledger.Record, committed string) {
	for _, handler := range after.Done {
		if before != nil && slices.Contains(before.Done, handler) {
			continue
		}
		assumed := slices.ContainsFunc(f.requests, func(w *queue.Failure) bool { return slices.Contains(w.AssumeDone, handler) })
		if assumed || v.stale(f, handler) {
			continue
		}
		if !f.life.finished[handler] {
			v.w.violated(7, "%s is recorded as done for %s but never finished", handler, f.key)
		} else if transactional(handler) && handler != committed {
			v.w.violated(12, "%s is recorded as done for %s without its effects", handler, f.key)
		}
	}
}

// stale reports whether the handler finished a newer event of the entity.
func (v *watch) stale(f *fate, handler string) bool {
	e := v.w.byKey(f.key)
	return skipsStale(handler) && v.newest[e.entity] > e.at
}

// kept checks the handlers that were done before: within a life, only a replay, which has
// cleared finished, removes them.
func (v *watch) kept(f *fate, before, after *ledger.Record) {
	if before == nil || f.life.opened.After(before.DedupUntil) {
		return
	}
	for _, handler := range before.Done {
		if f.life.finished[handler] && !slices.Contains(after.Done, handler) {
			v.w.violated(8, "%s of %s was done and is not done any more", handler, f.key)
		}
	}
}

// ended is called for each End.
func (v *watch) ended(inv *invocation, e ledger.End, before, after *ledger.Record) {
	c := e.Claim
	if !v.changed(inv, c, "", before, after) {
		return
	}
	f := v.of(c.Key)
	cl := f.life.current()
	if cl == nil {
		return // its row was lost, which the claim found
	}
	cl.ended, cl.released = true, after.State == ledger.StateReleased
	for _, handler := range cl.finished {
		if !slices.Contains(after.Done, handler) {
			v.w.violated(8, "%s of %s finished, but the claim was ended without it", handler, c.Key)
		}
	}
	if over(after.State) {
		f.served = append(f.served, cl.arrived)
		f.lives = append(f.lives, f.life.opened)
	}
	switch after.State {
	case ledger.StateCompleted:
		if f.life.completed++; f.life.completed > 1 {
			v.w.violated(16, "%s was completed twice", c.Key)
		}
		v.allDone(f, after)
	case ledger.StateFailed:
		if v.cancelledEnd(f, cl, c) {
			break
		}
		if !slices.ContainsFunc(f.letters, func(l letter) bool { return l.fence == c.Fence }) {
			v.w.violated(4, "%s is recorded as failed, but there is no letter of fence %d", c.Key, c.Fence)
		}
	}
	v.endedTries(f, cl, e, before, after)
}

// allDone checks a completed record.
func (v *watch) allDone(f *fate, r *ledger.Record) {
	for _, handler := range v.w.byKey(f.key).handlers {
		if !slices.Contains(r.Done, handler) {
			v.w.violated(7, "%s is completed without %s", f.key, handler)
		}
	}
}

// committed is called for each Commit. After it, each effect must exist as often as the
// handler was recorded as done.
func (v *watch) committed(inv *invocation, c ledger.Claim, handler string, before, after *ledger.Record) {
	f := v.of(c.Key)
	if v.changed(inv, c, handler, before, after) && !slices.Contains(before.Done, handler) && slices.Contains(after.Done, handler) {
		f.gains[handler]++
		if e := v.w.byKey(c.Key); skipsStale(handler) {
			if e.at < v.newest[e.entity] {
				v.w.violated(12, "%s of %s was committed after a newer event of %s", handler, c.Key, e.entity)
			}
			v.newest[e.entity] = max(v.newest[e.entity], e.at)
		}
	}
	if counting(handler) {
		v.effects(f, handler)
	}
}

// effects compares what the handler counted with how often it was recorded as done.
func (v *watch) effects(f *fate, handler string) {
	var n int64
	if item, ok := v.w.ledger.Item(handler, itemKey(f.key)); ok {
		n, _ = item["n"].Any().(int64)
	}
	if n != int64(f.gains[handler]) {
		v.w.violated(12, "%s of %s took effect %d times and was recorded %d times", handler, f.key, n, f.gains[handler])
	}
}

func same(a, b *ledger.Record) bool {
	if a == nil || b == nil {
		return a == b
	}
	return reflect.DeepEqual(*a, *b)
}

// over reports whether the state ends an event.
func over(s ledger.State) bool { return s == ledger.StateCompleted || s == ledger.StateFailed }
