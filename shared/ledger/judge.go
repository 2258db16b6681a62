package ledger

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Judge decides what r does to the record that was found, nil if there is no record, as
// [Store] promises for Claim. If the answer is Claimed, next is the record to write,
// provided that found has not changed. If r holds the claim already, next is nil: there is
// nothing to write. Times in r count to the millisecond.
func Judge(found *Record, r Request, keep time.Duration) (answer Answer, next *Record) {
	r.At, r.Lease = milliseconds(r.At), milliseconds(r.Lease)
	r.Received, r.DedupUntil = milliseconds(r.Received), milliseconds(r.DedupUntil)
	switch {
	case r.NeverRuns:
		return judgeCancel(found, r, keep)
	case found == nil:
		return claim(fresh(r), r, keep, false)
	}
	ended := found.State == StateCompleted || found.State == StateFailed
	switch {
	case own(found, r):
		return ownClaim(found, r), nil
	case ended && r.Received.After(found.DedupUntil):
		again := fresh(r)
		again.Fence, again.Earlier = found.Fence, found.Received
		return claim(again, r, keep, false)
	case conflicts(found, r):
		return Answer{Status: Conflict}, nil
	case waits(found, r) && !r.asks(Retry, found):
		return Answer{Status: InProgress, Until: found.NotBefore}, nil
	case found.State == StateClaimed && r.At.Before(found.Lease):
		return Answer{Status: InProgress, Until: found.Lease}, nil
	case !ended && r.Received.After(found.DedupUntil):
		// This is another event, although the one before it never ended: continuing that
		// one would keep its window, and a second delivery of r would be past it, too.
		again := fresh(r)
		again.Fence, again.Earlier = found.Fence, found.Received
		lapsed := found.State == StateClaimed
		if lapsed {
			again.open(r.At, OutcomeDied)
		}
		return claim(again, r, keep, lapsed)
	case !ended:
		answer, next := claimOpen(*found, r, keep)
		answer.Claim.Reopened = answer.Claim.Reopened || waits(found, r)
		return answer, next
	}
	reopened, ok := reopen(*found, r)
	if !ok {
		return Answer{Status: Duplicate}, nil
	}
	answer, next = claim(reopened, r, keep, false)
	answer.Claim.Reopened = answer.Claim.Reopened || !handledNow(*found, r) || r.asks(Replay, found)
	return answer, next
}

// judgeCancel decides on a request for which no handler may run: all that it can claim is
// what it cancels.
func judgeCancel(found *Record, r Request, keep time.Duration) (Answer, *Record) {
	switch {
	case found == nil:
		return Answer{Status: Duplicate}, nil
	case own(found, r):
		return ownClaim(found, r), nil
	case found.State == StateClaimed && r.At.Before(found.Lease):
		return Answer{Status: InProgress, Until: found.Lease}, nil
	case found.State != StateClaimed && found.State != StateReleased, !r.asks(Cancel, found):
		return Answer{Status: Duplicate}, nil
	}
	rec := *found
	rec.Reason = ReasonCancelled
	answer, next := claimOpen(rec, r, keep)
	answer.Claim.Reopened = true
	return answer, next
}

// own reports whether r has claimed the record: its reply was lost.
func own(found *Record, r Request) bool {
	return found.State == StateClaimed && found.Owner == r.Owner
}

// ownClaim is the answer to a request that has claimed the record already.
func ownClaim(found *Record, r Request) Answer {
	c := claimOf(*found, r, false)
	c.Reopened = reopenedBy(*found, r) || r.Reopen != nil && len(r.Reopen.AssumeDone) > 0
	ended := reopenedBy(*found, r) && (r.Reopen.Act == Redrive || r.Reopen.Act == Replay)
	if last := found.Runs - 1; !ended && !explained(found.Tries, last) {
		c.markDied(last, r.At)
	}
	return Answer{Status: Claimed, Claim: c}
}

// waits reports whether the event was released until later than r.
func waits(found *Record, r Request) bool {
	return found.State == StateReleased && r.At.Before(found.NotBefore)
}

// asks reports whether an operator asks for the act, having seen the record as it is.
func (r Request) asks(act Act, found *Record) bool {
	return r.Reopen != nil && r.Reopen.Act == act && r.Reopen.Fence == found.Fence
}

// conflicts reports whether r has another body under the same id, within the window.
func conflicts(found *Record, r Request) bool {
	return OtherBody(found.Hash, r.Hash) && !r.Received.After(found.DedupUntil)
}

// OtherBody reports whether two digests are of different bodies. Digests that were not made
// in the same way, with the same key, cannot be compared: a key that is added, rotated or
// rolled back must not look like another body.
func OtherBody(a, b string) bool {
	kindA, a := cutDigest(a)
	kindB, b := cutDigest(b)
	return a != "" && b != "" && kindA == kindB && a != b
}

// cutDigest splits a digest into how it was made and the hash. A digest without a prefix is
// a sha256.
func cutDigest(digest string) (kind, hash string) {
	kind, hash, ok := strings.Cut(digest, ":")
	if !ok {
		return "sha256", digest
	}
	return kind, hash
}

// reopen returns the record for r to claim, if r may claim it although it has ended.
func reopen(found Record, r Request) (Record, bool) {
	switch {
	case handledNow(found, r):
	case r.asks(Replay, &found):
		found.Attempts = 0
		found.Done = without(found.Done, r.Reopen.Handlers)
		found.Started = without(found.Started, r.Reopen.Handlers)
		found.Results = found.Results.without(r.Reopen.Handlers)
	case r.asks(Redrive, &found) && found.State == StateFailed:
		found.Attempts = 0
		found.Started = nil
	default:
		return Record{}, false
	}
	found.Reason = ""
	found.Finished = time.Time{}
	return found, true
}

// handledNow reports whether the event ended because it had no handler, and has one now.
func handledNow(found Record, r Request) bool {
	return found.State == StateCompleted && found.Reason == ReasonUnhandled && r.Handled
}

// reopenedBy reports whether r is the request that reopened the event for the claim in
// found.
func reopenedBy(found Record, r Request) bool {
	return r.Reopen != nil && r.Reopen.Fence == found.Fence-1
}

// without returns names without those in some; an empty some removes all of them.
func without(names, some []string) []string {
	if len(some) == 0 {
		return nil
	}
	left := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(some, name) })
	return Union(left, nil)
}

// fresh is the record of an event that is seen for the first time, not yet claimed.
func fresh(r Request) Record {
	return Record{
		Hash: r.Hash, Identity: r.Identity, Secret: r.Secret, Type: r.Type,
		Received: r.Received, DedupUntil: r.DedupUntil, FirstClaimed: r.At,
	}
}

// claimOpen gives rec, which has not ended, to r.
func claimOpen(rec Record, r Request, keep time.Duration) (Answer, *Record) {
	lapsed := rec.State == StateClaimed
	if lapsed {
		rec.open(r.At, OutcomeDied)
	}
	answer, next := claim(rec, r, keep, false)
	if lapsed || saysDied(rec.Tries, rec.Runs) {
		answer.Claim.markDied(rec.Runs, rec.Lease)
	}
	return answer, next
}

// claim gives rec to r. Lapsed says that the previous claim was never ended.
func claim(rec Record, r Request, keep time.Duration, lapsed bool) (Answer, *Record) {
	rec.State = StateClaimed
	rec.Owner = r.Owner
	rec.Fence++
	rec.Attempts++
	rec.Runs++
	rec.Lease = r.Lease
	rec.NotBefore = time.Time{}
	rec.Expires = Expiry(rec.DedupUntil, r.At, cmp.Or(r.Keep, keep))
	before := len(rec.Done)
	if r.Reopen != nil {
		rec.Done = Union(rec.Done, r.Reopen.AssumeDone)
	}
	c := claimOf(rec, r, lapsed)
	c.Reopened = len(rec.Done) > before
	return Answer{Status: Claimed, Claim: c}, &rec
}

// claimOf is the claim that r holds on rec.
func claimOf(rec Record, r Request, lapsed bool) Claim {
	return Claim{
		Key: r.Key, Owner: rec.Owner, Fence: rec.Fence,
		Lease: rec.Lease, DedupUntil: rec.DedupUntil, Earlier: rec.Earlier,
		Attempts: rec.Attempts, Runs: rec.Runs, Done: slices.Clone(rec.Done), Started: slices.Clone(rec.Started),
		Results: rec.Results, Reason: rec.Reason, Lapsed: lapsed, Tries: slices.Clone(rec.Tries),
		Since: rec.Since, Kind: rec.Kind, Keep: r.Keep,
	}
}
