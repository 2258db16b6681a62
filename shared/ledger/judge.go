package ledger

import (
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
	if found == nil {
		return claim(fresh(r), r, keep, false)
	}
	ended := found.State == StateCompleted || found.State == StateFailed
	switch {
	case found.State == StateClaimed && found.Owner == r.Owner:
		c := claimOf(*found, r, false)
		if last := found.Runs - 1; !reopenedBy(*found, r) && !explained(found.Tries, last) {
			c.markDied(last, r.At)
		}
		return Answer{Status: Claimed, Claim: c}, nil
	case ended && r.Received.After(found.DedupUntil):
		again := fresh(r)
		again.Fence, again.Earlier = found.Fence, found.Received
		return claim(again, r, keep, false)
	case conflicts(found, r):
		return Answer{Status: Conflict}, nil
	case found.State == StateReleased && r.At.Before(found.NotBefore):
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
		rec := *found
		if found.State == StateClaimed {
			rec.open(r.At, OutcomeDied)
		}
		answer, next := claim(rec, r, keep, false)
		if found.State == StateClaimed || saysDied(found.Tries, found.Runs) {
			answer.Claim.markDied(found.Runs, found.Lease)
		}
		return answer, next
	}
	if reopened, ok := reopen(*found, r); ok {
		return claim(reopened, r, keep, false)
	}
	return Answer{Status: Duplicate}, nil
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
	named := r.Reopen != nil && r.Reopen.Fence == found.Fence
	switch {
	case found.State == StateCompleted && found.Reason == ReasonUnhandled && r.Handled:
	case named && r.Reopen.Replay:
		found.Attempts = 0
		found.Done = without(found.Done, r.Reopen.Handlers)
		found.Started = without(found.Started, r.Reopen.Handlers)
		found.Results = found.Results.without(r.Reopen.Handlers)
	case named && found.State == StateFailed:
		found.Attempts = 0
		found.Started = nil
	default:
		return Record{}, false
	}
	found.Reason = ""
	found.Finished = time.Time{}
	return found, true
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

// claim gives rec to r. Lapsed says that the previous claim was never ended.
func claim(rec Record, r Request, keep time.Duration, lapsed bool) (Answer, *Record) {
	rec.State = StateClaimed
	rec.Owner = r.Owner
	rec.Fence++
	rec.Attempts++
	rec.Runs++
	rec.Lease = r.Lease
	rec.NotBefore = time.Time{}
	rec.Expires = Expiry(rec.DedupUntil, r.At, keep)
	if r.Reopen != nil {
		rec.Done = Union(rec.Done, r.Reopen.AssumeDone)
	}
	return Answer{Status: Claimed, Claim: claimOf(rec, r, lapsed)}, &rec
}

// claimOf is the claim that r holds on rec.
func claimOf(rec Record, r Request, lapsed bool) Claim {
	return Claim{
		Key: r.Key, Owner: rec.Owner, Fence: rec.Fence,
		Lease: rec.Lease, DedupUntil: rec.DedupUntil, Earlier: rec.Earlier,
		Attempts: rec.Attempts, Runs: rec.Runs, Done: slices.Clone(rec.Done), Started: slices.Clone(rec.Started),
		Results: rec.Results, Reason: rec.Reason, Lapsed: lapsed, Tries: slices.Clone(rec.Tries),
		Since: rec.Since, Kind: rec.Kind,
	}
}
