package ledgertest

import (
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

// A row is one way of claiming an event. Its record has run twice: first a and b are
// done and s has begun, then the last claim is ended (or not) by found.
type row struct {
	name, promise string
	found         func(b *bench, c ledger.Claim) // nil: there is no record
	ask           func(r *ledger.Request, last ledger.Claim)

	want     ledger.Status
	until    time.Duration // of InProgress, from start
	attempts int           // of Claimed, as done, started, lapsed and reason
	done     []string
	started  []string
	lapsed   bool
	reason   string
	reopened bool
}

func left(*bench, ledger.Claim) {}

func ended(s ledger.State, edits ...func(*ledger.End)) func(*bench, ledger.Claim) {
	return func(b *bench, c ledger.Claim) { b.mustEnd(c, s, edits...) }
}

func later(d time.Duration) func(*ledger.Request, ledger.Claim) {
	return func(r *ledger.Request, _ ledger.Claim) { at(d)(r) }
}

func arriving(d time.Duration) func(*ledger.Request, ledger.Claim) {
	return func(r *ledger.Request, last ledger.Claim) {
		r.Received = last.DedupUntil.Add(d)
		r.DedupUntil = r.Received.Add(window)
	}
}

func anotherBody(r *ledger.Request, _ ledger.Claim) {
	r.Hash, r.Identity, r.Secret = "hash-2", webhook.Given, nil
}

func reopening(o ledger.Reopen, fenceOff int64) func(*ledger.Request, ledger.Claim) {
	return func(r *ledger.Request, last ledger.Claim) {
		mine := o
		mine.Fence = last.Fence + fenceOff
		r.Reopen = &mine
	}
}

func all(asks ...func(*ledger.Request, ledger.Claim)) func(*ledger.Request, ledger.Claim) {
	return func(r *ledger.Request, last ledger.Claim) {
		for _, ask := range asks {
			ask(r, last)
		}
	}
}

func rowCases() []testCase {
	var cs []testCase
	for _, rows := range [][]row{firstRows(), openRows(), endedRows(), operatorRows(), retryRows(), cancelRows()} {
		for _, row := range rows {
			cs = append(cs, testCase{"Row" + row.name, row.promise, row.run})
		}
	}
	return cs
}

func (w row) run(b *bench) {
	var last ledger.Claim
	runs := 1
	if w.found != nil {
		first := b.claim("a#1")
		b.wantError("Start", b.Store.Start(b.Context(), first, "s"), nil)
		b.mustEnd(first, ledger.StateReleased, after(0), done("a", "b"), begun("s"))
		last = b.claim("a#1")
		w.found(b, last)
	}
	before, _ := b.Record(b.T, "a#1")
	r := b.request("a#1")
	if w.ask != nil {
		w.ask(&r, last)
	}
	got := b.ask(r)
	if w.lapsed && w.promise != rowResetOpen {
		died, at := last.Runs, last.Lease
		if r.Owner == last.Owner { // the previous run was released without a reason
			died, at = last.Runs-1, r.At
		}
		b.wantDied(got.Claim.Tries, died, at)
		got.Claim.Tries = nil
	}
	switch {
	case r.Owner == last.Owner:
		runs = before.Runs
	case !w.reset():
		runs = before.Runs + 1
	}
	want := ledger.Answer{Status: w.want}
	switch w.want {
	case ledger.Claimed:
		fence := last.Fence + 1
		if r.Owner == last.Owner {
			fence = last.Fence
		}
		want.Claim = ledger.Claim{
			Key: r.Key, Owner: r.Owner, Fence: fence, Lease: r.Lease, DedupUntil: r.DedupUntil,
			Attempts: w.attempts, Runs: runs, Done: w.done, Started: w.started, Lapsed: w.lapsed, Reason: w.reason, Reopened: w.reopened,
		}
		want.Claim.Since, want.Claim.Kind = w.open(r, before)
		if w.reset() {
			want.Claim.Earlier = before.Received
		}
	case ledger.InProgress:
		want.Until = start().Add(w.until)
	}
	b.wantEqual("answer", got, want)
	after, _ := b.Record(b.T, "a#1")
	if w.want != ledger.Claimed || r.Owner == last.Owner {
		b.wantEqual("record", after, before)
		return
	}
	w.checkRecord(b, r, runs, before, after)
}

func (w row) reset() bool { return w.promise == rowReset || w.promise == rowResetOpen }

// open gives since when, and why, the event is open once it is claimed.
func (w row) open(r ledger.Request, before ledger.Record) (since time.Time, kind string) {
	since, kind = before.Since, before.Kind
	if w.reset() {
		since, kind = time.Time{}, ""
	}
	if before.State != ledger.StateClaimed || r.Owner == before.Owner {
		return since, kind
	}
	if since.IsZero() {
		since = r.At
	}
	return since, ledger.OutcomeDied
}

// checkRecord checks the record that a claim leaves.
func (w row) checkRecord(b *bench, r ledger.Request, runs int, before, after ledger.Record) {
	want := ledger.Record{
		State: ledger.StateClaimed, Owner: r.Owner, Fence: before.Fence + 1, Lease: r.Lease,
		Attempts: w.attempts, Runs: runs, Done: w.done, Started: w.started, Reason: w.reason,
		Hash: before.Hash, Identity: before.Identity, Secret: before.Secret, Type: before.Type, Received: before.Received, DedupUntil: before.DedupUntil,
		FirstClaimed: before.FirstClaimed,
	}
	want.Since, want.Kind = w.open(r, before)
	if w.found == nil || w.reset() {
		want.Hash, want.Identity, want.Secret = r.Hash, r.Identity, r.Secret
		want.Type, want.FirstClaimed = r.Type, r.At
		want.Received, want.DedupUntil = r.Received, r.DedupUntil
		want.Earlier = before.Received
	}
	want.Expires = ledger.Expiry(want.DedupUntil, r.At, b.Keep)
	b.wantEqual("record", after, want)
}

// firstRows are the rows that are judged first, and their order.
