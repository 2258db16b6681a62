package ledger

import (
	"slices"
	"strings"
	"time"
)

// Judge decides what r means for the record found, nil for none, as [Store] promises
// for Claim. When the answer is Claimed, next is the record to write, provided that the
// one found has not changed. When the claim is r's own already, next is nil: there is
// nothing to write. Times of r count to the millisecond.
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
			c.tellDied(last, r.At)
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
		// Another event, though the one before it never came to its end: to go on with
		// that would leave a window which a second delivery of r is past, too.
		again := fresh(r)
		again.Fence, again.Earlier = found.Fence, found.Received
		return claim(again, r, keep, found.State == StateClaimed)
	case !ended:
		answer, next := claim(*found, r, keep, false)
		if found.State == StateClaimed || toldDied(found.Tries, found.Runs) {
			answer.Claim.tellDied(found.Runs, found.Lease)
		}
		return answer, next
	}
	if reopened, ok := reopen(*found, r); ok {
		return claim(reopened, r, keep, false)
	}
	return Answer{Status: Duplicate}, nil
}

// conflicts reports whether r is another body under the id, within the window.
func conflicts(found *Record, r Request) bool {
	return OtherBody(found.Hash, r.Hash) && !r.Received.After(found.DedupUntil)
}

// OtherBody reports whether two digests are of different bodies. Digests that were not made
// in the same way, with the same key, say nothing about each other: a key that comes,
// rotates or falls back to the one before must not look like another body.
func OtherBody(a, b string) bool {
	kindA, a := cutDigest(a)
	kindB, b := cutDigest(b)
	return a != "" && b != "" && kindA == kindB && a != b
}

// cutDigest splits a digest into how it was made and the hash. A bare one is a sha256.
func cutDigest(digest string) (kind, hash string) {
	kind, hash, ok := strings.Cut(digest, ":")
	if !ok {
		return "sha256", digest
	}
	return kind, hash
}

// reopen gives the record that r may claim although it has ended, if it may.
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

// reopenedBy reports whether r is what reopened the event for the claim that found tells
// of.
func reopenedBy(found Record, r Request) bool {
	return r.Reopen != nil && r.Reopen.Fence == found.Fence-1
}

// without is names less those in some; empty some means all of them.
func without(names, some []string) []string {
	if len(some) == 0 {
		return nil
	}
	left := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(some, name) })
	return Union(left, nil)
}

// fresh is the record of an event that is met for the first time, not yet claimed.
func fresh(r Request) Record {
	return Record{
		Hash: r.Hash, Identity: r.Identity, Secret: r.Secret, Type: r.Type,
		Received: r.Received, DedupUntil: r.DedupUntil, FirstClaimed: r.At,
	}
}

// claim gives rec to r. Lapsed says that the claim before it was never ended.
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
	}
}
