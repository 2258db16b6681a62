package ledgertest

import (
	"fmt"
	"time"

	"webhookintake/shared/ledger"
)

const promiseAlone = "Calls for different keys have no order, and a batch is not atomic: each of its items succeeds or fails on its own."

func batchCases() []testCase {
	return []testCase{
		{"BatchClaim", promiseAlone, batchClaim},
		{"BatchEnd", promiseAlone, batchEnd},
		{"BatchEndFenced", "answers each in its place: nil or ErrFenced.", func(b *bench) {
			var ends []ledger.End
			var was []ledger.Record
			for how, lose := range lostClaims() {
				c := lose(b, "a#"+how)
				ends = append(ends, ending(c, ledger.StateCompleted, done("h")))
				was = append(was, b.record(c.Key))
			}
			for i, err := range b.Store.End(b.Context(), ends) {
				b.wantError(ends[i].Claim.Key, err, ledger.ErrFenced)
				b.wantUnchanged(ends[i].Claim.Key, was[i])
			}
		}},
		{"BatchOfNone", "answers each in its place", func(b *bench) {
			b.wantEqual("answers", len(b.Store.Claim(b.Context(), nil)), 0)
			b.wantEqual("answers", len(b.Store.End(b.Context(), nil)), 0)
		}},
		{"BatchOfMany", "answers each in its place", func(b *bench) {
			const many = 60 // more than fits into one request of any engine
			var requests []ledger.Request
			for i := range many {
				requests = append(requests, b.request(fmt.Sprint("a#", i), firstReceive))
			}
			var ends []ledger.End
			for i, a := range b.Store.Claim(b.Context(), requests) {
				if a.Status != ledger.Claimed || a.Claim.Key != requests[i].Key {
					b.Fatalf("claim %d = %v of %q: %v", i, a.Status, a.Claim.Key, a.Err)
				}
				ends = append(ends, ending(a.Claim, ledger.StateCompleted, done("h")))
			}
			for i, err := range b.Store.End(b.Context(), ends) {
				b.wantError(fmt.Sprint("End ", i), err, nil)
				b.wantEqual("state", b.record(ends[i].Claim.Key).State, ledger.StateCompleted)
			}
		}},
	}
}

// batchClaim claims ten events of every kind at once, all announced as new.
func batchClaim(b *bench) {
	b.mustEnd(b.claim("a#completed"), ledger.StateCompleted)
	b.mustEnd(b.claim("a#waiting"), ledger.StateReleased, after(time.Second))
	b.mustEnd(b.claim("a#due"), ledger.StateReleased, after(0), done("h"), begun("s"))
	b.claim("a#held")
	b.claim("a#lapsed", bornExpired)
	b.mustEnd(b.claim("a#conflict"), ledger.StateCompleted)
	own := b.request("a#own", firstReceive)
	b.ask(own)
	wants := []struct {
		key      string
		want     ledger.Status
		attempts int
	}{
		{"a#new1", ledger.Claimed, 1},
		{"a#completed", ledger.Duplicate, 0},
		{"a#waiting", ledger.InProgress, 0},
		{"a#new2", ledger.Claimed, 1},
		{"a#due", ledger.Claimed, 2},
		{"a#held", ledger.InProgress, 0},
		{"a#lapsed", ledger.Claimed, 2},
		{"a#conflict", ledger.Conflict, 0},
		{"a#own", ledger.Claimed, 1},
		{"a#new3", ledger.Claimed, 1},
	}
	var requests []ledger.Request
	for _, w := range wants {
		r := b.request(w.key, firstReceive)
		switch w.key {
		case "a#conflict":
			r.Hash = "hash-2"
		case "a#own":
			r = own
		}
		requests = append(requests, r)
	}
	for i, a := range b.Store.Claim(b.Context(), requests) {
		if a.Status != wants[i].want || a.Err != nil || a.Claim.Attempts != wants[i].attempts {
			b.Errorf("%s: %v, attempts %d, %v; want %v, %d", wants[i].key, a.Status, a.Claim.Attempts, a.Err, wants[i].want, wants[i].attempts)
		}
		if a.Status == ledger.Claimed {
			rec := b.record(wants[i].key)
			b.wantEqual(wants[i].key, []any{rec.Owner, rec.Fence, a.Claim.Done, a.Claim.Started},
				[]any{requests[i].Owner, a.Claim.Fence, rec.Done, rec.Started})
		}
	}
}

// batchEnd ends ten claims of every kind at once.
func batchEnd(b *bench) {
	fenced := b.claim("a#fenced", bornExpired)
	b.claim("a#fenced")
	gone := b.claim("a#gone")
	gone.Key = "a#nowhere"
	twice := ending(b.claim("a#twice"), ledger.StateCompleted, done("h"))
	b.wantError("End", b.end(twice), nil)
	committed := b.claim("a#committed")
	b.wantError("Commit", b.Store.Commit(b.Context(), committed, "w", ledger.Tx{}), nil)
	begunOnce := b.claim("a#started")
	b.wantError("Start", b.Store.Start(b.Context(), begunOnce, "s"), nil)
	b.mustEnd(b.claim("a#reason"), ledger.StateReleased, after(0), because("permanent"), done("x"))
	reason := b.claim("a#reason")

	wants := []struct {
		end     ledger.End
		want    error
		done    []string
		started []string
	}{
		{end: ending(b.claim("a#plain"), ledger.StateCompleted, done("h")), done: []string{"h"}},
		{end: ending(fenced, ledger.StateCompleted, done("h")), want: ledger.ErrFenced},
		{end: ending(b.claim("a#released"), ledger.StateReleased, after(time.Second), begun("s")), started: []string{"s"}},
		{end: ending(gone, ledger.StateCompleted, done("h")), want: ledger.ErrFenced},
		{end: twice, done: []string{"h"}},
		{end: ending(committed, ledger.StateCompleted, done("h")), done: []string{"h", "w"}},
		{end: ending(begunOnce, ledger.StateReleased, after(0), begun())},
		{end: ending(reason, ledger.StateCompleted), done: []string{"x"}},
		{end: ending(b.claim("a#unrun"), ledger.StateReleased)},
		{end: ending(b.claim("a#failed"), ledger.StateFailed, because("permanent"))},
	}
	var ends []ledger.End
	for _, w := range wants {
		ends = append(ends, w.end)
	}
	for i, err := range b.Store.End(b.Context(), ends) {
		w, key := wants[i], ends[i].Claim.Key
		b.wantError("End "+key, err, w.want)
		if w.want != nil {
			continue
		}
		rec := b.record(key)
		b.wantEqual(key, []any{rec.State, rec.Done, rec.Started, rec.Reason, rec.NotBefore},
			[]any{w.end.State, w.done, w.started, w.end.Reason, w.end.NotBefore})
	}
	b.wantEqual("attempts", b.record("a#unrun").Attempts, 0)
	if _, ok := b.Record(b.T, "a#nowhere"); ok {
		b.Error("End made a record")
	}
}
