package simulate

import (
	"slices"

	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

// mayTake checks a claim of an event that has not ended against what operators asked for.
// A cancel takes the record that it names, and no other; an event that waits is taken
// before its time only by a retry of its fence, or by such a cancel.
func (v *watch) mayTake(f *fate, inv *invocation, r ledger.Request, m queue.Message, before, after *ledger.Record) bool {
	asked := m.Failure != nil && before != nil && m.Failure.Fence == before.Fence && f.requested(m.Failure)
	mayHurry := asked && (cancels(m.Failure) || m.Failure.Reason == queue.ReasonRetry)
	early := before != nil && before.State == ledger.StateReleased && r.At.Before(before.NotBefore)
	switch {
	case cancels(m.Failure) && (!asked || after.Reason != ledger.ReasonCancelled):
		v.w.violated(21, "%s cancels %s of fence %d with the word on fence %d, and leaves the reason %q",
			inv.name, f.key, before.Fence, m.Failure.Fence, after.Reason)
		return false
	case early && !mayHurry:
		v.w.violated(21, "%s claims %s before its time, and nobody asked for that", inv.name, f.key)
		return false
	case cancels(m.Failure):
		f.life.cancelled = true
	}
	return true
}

// cancelledEnd reports whether a failed event was cancelled, and so has no letter. Nothing
// may have run under the claim.
func (v *watch) cancelledEnd(f *fate, cl *claimed, c ledger.Claim) bool {
	r := v.w.record(c.Key)
	if r.Reason != ledger.ReasonCancelled && !f.life.cancelled {
		return false
	}
	sent := slices.ContainsFunc(f.letters, func(l letter) bool { return l.fence == c.Fence })
	if r.Reason != ledger.ReasonCancelled || !f.life.cancelled || cl.runs > 0 || sent {
		v.w.violated(21, "%s ends as %q after %d runs, with a letter: %v; an operator cancelled it: %v",
			c.Key, r.Reason, cl.runs, sent, f.life.cancelled)
	}
	return true
}
