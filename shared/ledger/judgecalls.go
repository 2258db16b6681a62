package ledger

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// JudgeStart decides what Start does to the record that was found, nil if there is no
// record. Next is the record to write; it is nil if there is nothing to write, because of
// err or because an earlier call, whose reply was lost, has written it.
func JudgeStart(found *Record, c Claim, handler string) (next *Record, err error) {
	switch {
	case !inForce(found, c):
		return nil, ErrFenced
	case slices.Contains(found.Started, handler):
		return nil, nil
	}
	rec := *found
	rec.Started = Union(found.Started, []string{handler})
	return &rec, nil
}

// JudgeCommit decides, as [JudgeStart] does, what Commit does to the record; the store
// decides whether the rest of tx can be applied. A handler that is already done counts as
// committed, even if the claim has ended since.
func JudgeCommit(found *Record, c Claim, handler string, tx Tx) (next *Record, err error) {
	switch {
	case ofClaim(found, c) && slices.Contains(found.Done, handler):
		return nil, nil
	case !inForce(found, c):
		return nil, ErrFenced
	}
	rec := *found
	rec.Done = Union(found.Done, []string{handler})
	rec.Results = found.Results.With(handler, tx.Result)
	return &rec, nil
}

// JudgeEnd decides, as [JudgeStart] does, what e does to the record. A handler that Commit
// recorded as done stays done, whether or not e lists it.
func JudgeEnd(found *Record, e End, keep time.Duration) (next *Record, err error) {
	switch {
	case !slices.Contains([]State{StateCompleted, StateReleased, StateFailed}, e.State):
		return nil, fmt.Errorf("state %q ends no claim", e.State)
	case ofClaim(found, e.Claim) && found.State == e.State:
		return nil, nil
	case !inForce(found, e.Claim):
		return nil, ErrFenced
	}
	at := milliseconds(e.At)
	rec := *found
	rec.State = e.State
	rec.Reason = e.Reason
	rec.Done = Union(found.Done, e.Done)
	rec.Started = Union(e.Started, nil)
	rec.Expires = Expiry(rec.DedupUntil, at, cmp.Or(e.Claim.Keep, keep))
	openAfter(&rec, e, at)
	if e.State != StateCompleted && len(e.Tries) > 0 {
		rec.Tries = boundTries(e.Tries)
	}
	if e.State == StateReleased {
		rec.NotBefore = milliseconds(e.NotBefore)
	} else {
		rec.Finished = at
	}
	if !e.Ran {
		rec.Runs = max(rec.Runs-1, 0)
	}
	if !e.Ran || e.State == StateReleased && !e.Counted {
		rec.Attempts = max(rec.Attempts-1, 0)
	}
	return &rec, nil
}

// ofClaim reports whether nobody has claimed the record since c.
func ofClaim(found *Record, c Claim) bool {
	return found != nil && found.Owner == c.Owner && found.Fence == c.Fence
}

// inForce reports whether c still holds the record.
func inForce(found *Record, c Claim) bool {
	return ofClaim(found, c) && found.State == StateClaimed
}
