package simulate

import (
	"reflect"
	"slices"
	"strings"

	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

// claimedTries checks that a claim keeps the tries, and that a new life begins without any.
func (v *watch) claimedTries(f *fate, before, after *ledger.Record) {
	switch {
	case len(f.life.claims) > 1 && !reflect.DeepEqual(before.Tries, after.Tries):
		v.w.violated(17, "a claim of %s changed its tries from %v to %v", f.key, before.Tries, after.Tries)
	case before == nil && len(after.Tries) > 0:
		v.w.violated(17, "%s begins with the tries %v", f.key, after.Tries)
	}
}

// endedTries checks what a record says about the run that just ended.
func (v *watch) endedTries(f *fate, cl *claimed, e ledger.End, before, after *ledger.Record) {
	if after.State == ledger.StateCompleted {
		if len(e.Tries) > 0 || !reflect.DeepEqual(before.Tries, after.Tries) {
			v.w.violated(17, "%s was completed, but tries were written: %v", f.key, e.Tries)
		}
		return
	}
	run, _ := f.life.before(cl)
	for _, handler := range cl.failed {
		told := slices.ContainsFunc(after.Tries, func(t ledger.Try) bool {
			return t.Handler == handler && t.Attempt == run+1 && t.Error != ""
		})
		if !told {
			v.w.violated(17, "%s failed in run %d of %s, but the record says %v", handler, run+1, f.key, after.Tries)
		}
	}
}

// letterCause checks that a letter says why: with the error of a handler that failed under
// its claim or, if none ran, under the last claim that ran one.
func (v *watch) letterCause(f *fate, letter *queue.Failure) {
	if letter.Error == "" {
		v.w.violated(17, "the letter of %s, %s, does not say why", f.key, letter.Reason)
		return
	}
	cl := f.life.claim(letter.Fence)
	byErrors := []queue.Reason{queue.ReasonPermanent, queue.ReasonAttempts, queue.ReasonExpired}
	if cl == nil || !slices.Contains(byErrors, letter.Reason) {
		return
	}
	last := f.life.lastRun(cl)
	if last == nil || last != cl && !last.ended || len(last.failed) == 0 {
		return // it died, or was before an operator's request
	}
	if !slices.ContainsFunc(last.failed, func(handler string) bool { return strings.Contains(letter.Error, handler+": ") }) {
		v.w.violated(17, "the letter of %s, %s, says %q, not how %v failed", f.key, letter.Reason, letter.Error, last.failed)
	}
}

// lastRun returns the claim, or the last one before it, that is a run, or nil.
func (l *life) lastRun(cl *claimed) *claimed {
	for _, one := range slices.Backward(l.claims[:slices.Index(l.claims, cl)+1]) {
		if one.runs > 0 || one != cl && !one.ended {
			return one
		}
	}
	return nil
}
