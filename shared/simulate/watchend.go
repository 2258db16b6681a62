package simulate

import (
	"maps"
	"slices"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

// ends checks the world once everything has ended.
func (v *watch) ends() {
	dead := v.w.dead.Messages()
	for _, key := range slices.Sorted(maps.Keys(v.events)) {
		f := v.events[key]
		for _, e := range f.acked {
			v.handled(f, e, dead)
		}
		v.noneSwallowed(f)
		v.conversation(f)
		if e := v.w.byKey(key); e != nil {
			for _, handler := range e.handlers {
				if counting(handler) {
					v.effects(f, handler)
				}
			}
		}
	}
	v.nothingKept()
	if v.w.plan.Foreign && !slices.ContainsFunc(dead, func(m queue.Message) bool { return m.Wire.Body == foreignBody && m.Failure != nil }) {
		v.w.violated(1, "the unreadable message is no dead letter")
	}
	for key, r := range v.w.ledger.Records() {
		if v.w.byKey(key) != nil && !over(r.State) && !slices.ContainsFunc(dead, v.unclaimed(key)) {
			v.w.violated(15, "nothing is left to do, but the record of %s is %s", key, r.State)
		}
	}
}

// unclaimed matches a letter of the event that was sent without a claim, because the ledger
// did not answer until the queue would have dropped the message.
func (v *watch) unclaimed(key string) func(queue.Message) bool {
	return func(m queue.Message) bool {
		if m.Key() != key || m.Failure == nil || m.Failure.Reason != queue.ReasonExpired {
			return false
		}
		return m.Failure.Fence == 0 || slices.ContainsFunc(v.of(key).requests, func(sent *queue.Failure) bool {
			return unclaimedFence(sent) == m.Failure.Fence
		})
	}
}

// handled checks that an acknowledged body was handled, or is where an operator finds it.
func (v *watch) handled(f *fate, e *event, dead []queue.Message) {
	hash := hashOf(e.body)
	r := v.w.record(f.key)
	switch {
	case r == nil || r.Hash != hash:
		if !slices.ContainsFunc(dead, func(m queue.Message) bool { return v.rawOf(m) == e.body && m.Failure != nil }) {
			v.w.violated(1, "%s was acknowledged with a body that is neither recorded nor a dead letter", f.key)
		}
	case r.State == ledger.StateCompleted:
		v.allDone(f, r)
	case r.State == ledger.StateFailed && f.life.cancelled: // as an operator wished
	case r.State == ledger.StateFailed:
		if !slices.ContainsFunc(dead, func(m queue.Message) bool {
			return m.Key() == f.key && m.Failure != nil && m.Failure.Fence == r.Fence
		}) {
			v.w.violated(1, "%s failed, and no dead letter can reopen it", f.key)
		}
	}
}

// noneSwallowed checks that each arrival after an event's window was an event of its own,
// or is a letter that never met the ledger.
func (v *watch) noneSwallowed(f *fate) {
	for _, arrived := range f.arrivals {
		window := v.w.byKey(f.key).window
		if !slices.ContainsFunc(f.lives, func(opened time.Time) bool { return !arrived.After(opened.Add(window)) }) &&
			!slices.ContainsFunc(v.w.dead.Messages(), v.unclaimed(f.key)) {
			v.w.violated(1, "%s arrived again %v after its start, past its window, and was not handled again", f.key, arrived.Sub(v.w.began))
		}
	}
}
