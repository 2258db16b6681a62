package ledgertest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

const (
	promiseUnknown = "An error not named below means the outcome is unknown: it may have been applied, or may yet be."
	promiseAgain   = "Callers are correct either way; calling again with the same arguments is safe."
)

// A fragile call is one that can be lost and repeated.
type fragile struct {
	name string
	// prepare brings the store to a state in which the call can be made, on keys that begin
	// with prefix. Make makes the call and returns each item's error, nil for success;
	// check checks what the call leaves, whether it was made once or more often.
	prepare func(b *bench, prefix string) (make func() []error, check func())
}

// lossCases lose each call's nth message, for every n, before and after it is applied.
func lossCases() []testCase {
	var cs []testCase
	for _, f := range fragileCalls() {
		cs = append(cs,
			testCase{f.name + "LostBefore", promiseUnknown, func(b *bench) { f.lose(b, false) }},
			testCase{f.name + "LostAfter", promiseAgain, func(b *bench) { f.lose(b, true) }})
	}
	return cs
}

func (f fragile) lose(b *bench, reply bool) {
	const most = 100 // messages of one call: far beyond what any needs
	for n := range most {
		prefix := fmt.Sprintf("a#%d-", n)
		call, check := f.prepare(b, prefix)
		was, _ := b.Record(b.T, prefix+"1")
		stop := b.Lose(Loss{After: n, Reply: reply})
		errs := call()
		lost := stop()
		for i, err := range errs {
			for _, named := range []error{ledger.ErrFenced, ledger.ErrStale, ledger.ErrStateMoved, webhook.ErrCondition, webhook.ErrWrites} {
				if errors.Is(err, named) {
					b.Fatalf("message %d lost: item %d = %v, which is not what happened", n, i, err)
				}
			}
		}
		if !lost {
			if n == 0 {
				b.Fatal("nothing was lost: the harness does not see the call")
			}
			b.wantEqual("errors without loss", errs, make([]error, len(errs)))
			check()
			return
		}
		if n == 0 && !slices.ContainsFunc(errs, func(err error) bool { return err != nil }) {
			b.Fatal("the first message was lost, and the call succeeded")
		}
		if now, _ := b.Record(b.T, prefix+"1"); n == 0 && !reply && len(errs) == 1 {
			b.wantEqual("record after a request that was lost", now, was)
		}
		b.wantEqual("errors of the second call", call(), make([]error, len(errs)))
		check()
	}
	b.Fatal("the call never ends")
}

// errClaim is the error of an answer that is not Claimed.
func errClaim(a ledger.Answer) error {
	switch {
	case a.Status == ledger.Claimed:
		return nil
	case a.Status == ledger.Unknown && a.Err != nil:
		return a.Err
	}
	return fmt.Errorf("answer %v, %w: %w", a.Status, a.Err, ledger.ErrFenced)
}

// claims prepares a Claim of requests, which must leave each record with the fence
// and attempts that want gives.
func claims(b *bench, want int64, requests ...ledger.Request) (func() []error, func()) {
	call := func() []error {
		var errs []error
		for _, a := range b.Store.Claim(b.Context(), requests) {
			errs = append(errs, errClaim(a))
		}
		return errs
	}
	return call, func() {
		for _, r := range requests {
			rec := b.record(r.Key)
			b.wantEqual("claimed", []any{rec.State, rec.Owner, rec.Fence, rec.Attempts}, []any{ledger.StateClaimed, r.Owner, want, int(want)})
		}
	}
}

// ends prepares an End, which must leave the records in its states.
func ends(b *bench, es ...ledger.End) (func() []error, func()) {
	call := func() []error { return b.Store.End(b.Context(), es) }
	return call, func() {
		for _, e := range es {
			rec := b.record(e.Claim.Key)
			b.wantEqual("ended", []any{rec.State, rec.Owner, rec.Fence, rec.Done}, []any{e.State, e.Claim.Owner, e.Claim.Fence, e.Done})
		}
	}
}

func fragileCalls() []fragile {
	one := func(err error) []error { return []error{err} }
	return []fragile{
		{"ClaimNew", func(b *bench, prefix string) (func() []error, func()) {
			return claims(b, 1, b.request(prefix+"1"))
		}},
		{"ClaimReleased", func(b *bench, prefix string) (func() []error, func()) {
			b.mustEnd(b.claim(prefix+"1"), ledger.StateReleased, after(0))
			return claims(b, 2, b.request(prefix+"1"))
		}},
		{"ClaimCancel", func(b *bench, prefix string) (func() []error, func()) {
			b.mustEnd(b.claim(prefix+"1"), ledger.StateReleased, after(time.Hour))
			return claims(b, 2, b.request(prefix+"1", func(r *ledger.Request) {
				r.NeverRuns, r.Reopen = true, &ledger.Reopen{Act: ledger.Cancel, Fence: 1}
			}))
		}},
		{"ClaimWithPayload", func(b *bench, prefix string) (func() []error, func()) {
			return claims(b, 1, b.request(prefix+"1", func(r *ledger.Request) { r.Payload = []byte("{}") }))
		}},
		{"ClaimBatch", func(b *bench, prefix string) (func() []error, func()) {
			return claims(b, 1, b.request(prefix+"1", firstReceive), b.request(prefix+"2", firstReceive), b.request(prefix+"3"))
		}},
		{"Start", func(b *bench, prefix string) (func() []error, func()) {
			c := b.claim(prefix + "1")
			return func() []error { return one(b.Store.Start(b.Context(), c, "s")) },
				func() { b.wantEqual("started", b.record(c.Key).Started, []string{"s"}) }
		}},
		{"Commit", func(b *bench, prefix string) (func() []error, func()) {
			c := b.claim(prefix + "1")
			return func() []error { return one(b.Store.Commit(b.Context(), c, "h", ledger.Tx{})) },
				func() { b.wantEqual("done", b.record(c.Key).Done, []string{"h"}) }
		}},
		{"CommitWrites", func(b *bench, prefix string) (func() []error, func()) {
			c := b.claim(prefix + "1")
			entity := ledger.Entity{Handler: "h", Name: prefix}
			tx := ledger.Tx{Entity: entity, At: start(), Writes: []webhook.Write{webhook.Add(b.Table, id(prefix), "n", 1)}}
			return func() []error { return one(b.Store.Commit(b.Context(), c, "h", tx)) },
				func() {
					b.wantEqual("done", b.record(c.Key).Done, []string{"h"})
					b.wantItem(prefix, webhook.Attributes{"id": webhook.S(prefix), "n": webhook.N(1)})
					b.wantNewest(entity, start())
				}
		}},
		{"CommitState", func(b *bench, prefix string) (func() []error, func()) {
			c := b.claim(prefix + "1")
			tx := moving(prefix, 0, "one")
			tx.Writes = []webhook.Write{webhook.Put(b.Table, id(prefix), nil).IfAbsent()}
			return func() []error { return one(b.Store.Commit(b.Context(), c, "h", tx)) },
				func() {
					rec := b.record(c.Key)
					b.wantEqual("done", rec.Done, []string{"h"})
					b.wantEqual("results", rec.Results, results("h", "one"))
					b.wantState(prefix, first(), "one")
					b.wantItem(prefix, id(prefix))
				}
		}},
		{"GetState", func(b *bench, prefix string) (func() []error, func()) {
			b.wantError("Commit", b.Store.Commit(b.Context(), b.claim(prefix+"1"), "h", moving(prefix, 0, "one")), nil)
			return func() []error {
				_, err := b.Store.GetState(b.Context(), prefix)
				return one(err)
			}, func() { b.wantState(prefix, first(), "one") }
		}},
		{"EndCompleted", func(b *bench, prefix string) (func() []error, func()) {
			return ends(b, ending(b.claim(prefix+"1"), ledger.StateCompleted, done("h")))
		}},
		{"EndReleasedUnrun", func(b *bench, prefix string) (func() []error, func()) {
			call, check := ends(b, ending(b.claim(prefix+"1"), ledger.StateReleased))
			return call, func() {
				check()
				b.wantEqual("attempts", b.record(prefix+"1").Attempts, 0)
			}
		}},
		{"EndBatch", func(b *bench, prefix string) (func() []error, func()) {
			return ends(b,
				ending(b.claim(prefix+"1"), ledger.StateCompleted, done("h")),
				ending(b.claim(prefix+"2"), ledger.StateReleased, after(time.Second)),
				ending(b.claim(prefix+"3"), ledger.StateFailed, because("permanent")))
		}},
		{"Newest", func(b *bench, prefix string) (func() []error, func()) {
			entity := ledger.Entity{Handler: "h", Name: prefix}
			b.wantError("Commit", b.Store.Commit(b.Context(), b.claim(prefix+"1"), "h", ledger.Tx{Entity: entity, At: start()}), nil)
			return func() []error {
				_, err := b.Store.Newest(b.Context(), entity)
				return one(err)
			}, func() { b.wantNewest(entity, start()) }
		}},
	}
}
