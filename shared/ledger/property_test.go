package ledger_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"webhookintake/shared/ledger"
)

// A life is that of one record, with every claim that was ever made on it.
type life struct {
	rec    *ledger.Record
	now    time.Time
	claims []ledger.Claim
	owners int
}

var handlerNames = []string{"h1", "h2", "h3"}

func draw[T any](rt *rapid.T, of []T, what string) T { return rapid.SampledFrom(of).Draw(rt, what) }

func drawNames(rt *rapid.T, what string) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(handlerNames), 0, len(handlerNames), rapid.ID).Draw(rt, what)
}

func (l *life) drawRequest(rt *rapid.T) ledger.Request {
	l.owners++
	owner := string(rune('A' + l.owners))
	if l.rec != nil && rapid.IntRange(0, 9).Draw(rt, "own") == 0 {
		owner = l.rec.Owner
	}
	received := draw(rt, []time.Time{l.now, now}, "received")
	r := ledger.Request{
		Key: "a#1", Owner: owner, Type: "t", Hash: draw(rt, []string{"h1", "h1", "h1", "h2", ""}, "hash"),
		At: l.now, Lease: l.now.Add(draw(rt, []time.Duration{0, time.Minute}, "lease")),
		Received: received, DedupUntil: received.Add(10 * time.Minute), Handled: rapid.Bool().Draw(rt, "handled"),
	}
	if l.rec != nil && rapid.Bool().Draw(rt, "operator") {
		r.Reopen = &ledger.Reopen{
			Fence:    l.rec.Fence - draw(rt, []int64{0, 0, 1}, "behind"),
			Act:      draw(rt, []ledger.Act{ledger.Redrive, ledger.Replay, ledger.Retry, ledger.Cancel}, "act"),
			Handlers: drawNames(rt, "replayed"), AssumeDone: drawNames(rt, "assumed"),
		}
	}
	r.NeverRuns = rapid.IntRange(0, 3).Draw(rt, "never runs") == 0
	return r
}

// claim judges a request and checks that nothing forbidden happens.
func (l *life) claim(rt *rapid.T) {
	r := l.drawRequest(rt)
	answer, next := ledger.Judge(l.rec, r, testKeep)
	own := l.rec != nil && r.Owner == l.rec.Owner
	if claimed := answer.Status == ledger.Claimed; claimed != (next != nil) && !own {
		rt.Fatalf("%v writes %v", answer.Status, next)
	}
	if next != nil {
		l.checkClaim(rt, r, next)
		l.rec = next
	}
	if answer.Status == ledger.Claimed {
		l.claims = append(l.claims, answer.Claim)
	}
}

func (l *life) checkClaim(rt *rapid.T, r ledger.Request, next *ledger.Record) {
	if next.State != ledger.StateClaimed || next.Owner != r.Owner || next.Attempts < 1 {
		rt.Fatalf("claimed as %+v", next)
	}
	if next.Expires.Before(r.At.Add(testKeep).Truncate(time.Second)) || next.Expires.Before(next.DedupUntil) {
		rt.Fatalf("claimed at %v, it expires at %v", r.At, next.Expires)
	}
	if l.rec == nil {
		if r.NeverRuns {
			rt.Fatalf("what never runs made the record %+v", next)
		}
		return
	}
	was := *l.rec
	if next.Fence != was.Fence+1 {
		rt.Fatalf("fence %d after %d", next.Fence, was.Fence)
	}
	named := r.Reopen != nil && r.Reopen.Fence == was.Fence
	if r.NeverRuns {
		checkCancel(rt, r, named, was, *next)
		return
	}
	newArrival := r.Received.After(was.DedupUntil)
	retried := named && r.Reopen.Act == ledger.Retry
	if was.State == ledger.StateReleased && r.At.Before(was.NotBefore) && !retried {
		rt.Fatalf("claimed %v before it was to be", was.NotBefore.Sub(r.At))
	}
	replayed := named && r.Reopen.Act == ledger.Replay
	ended := was.State == ledger.StateCompleted || was.State == ledger.StateFailed
	unhandled := was.State == ledger.StateCompleted && was.Reason == ledger.ReasonUnhandled && r.Handled
	redriven := named && r.Reopen.Act == ledger.Redrive && was.State == ledger.StateFailed
	if ended && !newArrival && !replayed && !unhandled && !redriven {
		rt.Fatalf("a %s record was reopened by %+v", was.State, r)
	}
	if !subset(was.Done, next.Done) && !ended && !newArrival {
		rt.Fatalf("done shrank from %v to %v without having ended", was.Done, next.Done)
	}
	if !subset(was.Done, next.Done) && !newArrival && !replayed {
		rt.Fatalf("done shrank from %v to %v without replay or new arrival", was.Done, next.Done)
	}
	if newArrival && r.Received.After(next.DedupUntil) {
		rt.Fatalf("a second delivery of the event just claimed is past its window: %+v", next)
	}
	if reset := newArrival || (replayed || redriven) && ended && !unhandled; reset && next.Attempts != 1 || !reset && next.Attempts != was.Attempts+1 {
		rt.Fatalf("attempts %d after %d", next.Attempts, was.Attempts)
	}
	if newArrival && next.Runs != 1 || !newArrival && next.Runs != was.Runs+1 || next.Runs < next.Attempts {
		rt.Fatalf("run %d after %d, attempt %d", next.Runs, was.Runs, next.Attempts)
	}
	if !slices.IsSorted(next.Done) || !slices.IsSorted(next.Started) {
		rt.Fatalf("not sorted: %v, %v", next.Done, next.Started)
	}
}

// checkCancel checks a claim by what never runs a handler: it cancels what has not ended.
func checkCancel(rt *rapid.T, r ledger.Request, named bool, was, next ledger.Record) {
	open := was.State == ledger.StateReleased || was.State == ledger.StateClaimed && !r.At.Before(was.Lease)
	if !named || r.Reopen.Act != ledger.Cancel || !open || next.Reason != ledger.ReasonCancelled {
		rt.Fatalf("a %s record was claimed by %+v, as %+v", was.State, r, next)
	}
	if !subset(was.Done, next.Done) || next.Attempts != was.Attempts+1 || next.Runs != was.Runs+1 {
		rt.Fatalf("cancelled, %+v became %+v", was, next)
	}
}

// hold starts, commits or ends under any claim that was ever made.
func (l *life) hold(rt *rapid.T) {
	if len(l.claims) == 0 {
		return
	}
	c := draw(rt, l.claims, "claim")
	was := *l.rec
	var next *ledger.Record
	var err error
	switch handler := draw(rt, handlerNames, "handler"); rapid.IntRange(0, 2).Draw(rt, "what") {
	case 0:
		next, err = ledger.JudgeStart(l.rec, c, handler)
	case 1:
		next, err = ledger.JudgeCommit(l.rec, c, handler, ledger.Tx{})
	case 2:
		next, err = ledger.JudgeEnd(l.rec, ledger.End{
			Claim: c, At: l.now, State: draw(rt, []ledger.State{ledger.StateCompleted, ledger.StateReleased, ledger.StateFailed}, "state"),
			NotBefore: l.now.Add(draw(rt, []time.Duration{0, time.Minute}, "wait")),
			Ran:       rapid.Bool().Draw(rt, "ran"), Counted: rapid.Bool().Draw(rt, "counted"), Reason: draw(rt, []string{"", ledger.ReasonUnhandled}, "reason"),
			Done: drawNames(rt, "done"), Started: drawNames(rt, "started"),
		}, testKeep)
	}
	inForce := was.State == ledger.StateClaimed && was.Owner == c.Owner && was.Fence == c.Fence
	switch {
	case err != nil && (!errors.Is(err, ledger.ErrFenced) || inForce):
		rt.Fatalf("%v, with the claim in force: %v", err, inForce)
	case next != nil && (!inForce || err != nil):
		rt.Fatalf("a claim that is not in force wrote %+v", next)
	case next != nil && (next.Fence != was.Fence || next.Owner != was.Owner || next.Attempts < 0 || next.Attempts < was.Attempts-1 || next.Runs < next.Attempts || next.Runs < was.Runs-1 || !subset(was.Done, next.Done)):
		rt.Fatalf("%+v became %+v", was, next)
	}
	if next != nil {
		l.rec = next
	}
}

func subset(some, all []string) bool {
	return !slices.ContainsFunc(some, func(name string) bool { return !slices.Contains(all, name) })
}

// Whatever happens to a record, in any order: its fence only grows, it reopens only in the
// ways listed, done shrinks only by a replay or a new arrival, and attempts grow by one or
// start over.
func TestPropertyLifeOfARecord(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		l := &life{now: now}
		rt.Repeat(map[string]func(*rapid.T){
			"claim": l.claim,
			"hold":  l.hold,
			"wait": func(rt *rapid.T) {
				l.now = l.now.Add(draw(rt, []time.Duration{time.Millisecond, time.Minute, 11 * time.Minute}, "wait"))
			},
		})
	})
}

// Judge changes neither the record nor the request, so asking twice gives the same answer.
func TestPropertyJudgeIsPure(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		l := &life{now: now, rec: record(draw(rt, []ledger.State{
			ledger.StateClaimed, ledger.StateReleased, ledger.StateCompleted, ledger.StateFailed}, "state"))}
		r := l.drawRequest(rt)
		before := *l.rec
		before.Done, before.Started = slices.Clone(before.Done), slices.Clone(before.Started)
		first, _ := ledger.Judge(l.rec, r, testKeep)
		if first.Status == ledger.Claimed && len(first.Claim.Done) > 0 {
			first.Claim.Done[0] = "scribbled over by its holder"
		}
		if diff := cmp.Diff(before, *l.rec); diff != "" {
			rt.Fatalf("record after Judge (-want +got):\n%s", diff)
		}
		second, _ := ledger.Judge(l.rec, r, testKeep)
		if first.Status != second.Status {
			rt.Fatalf("%v, then %v", first.Status, second.Status)
		}
	})
}
