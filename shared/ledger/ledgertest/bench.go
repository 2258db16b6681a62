package ledgertest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

// The times of the suite: the first claim is made at start, and holds for lease.
const (
	lease  = time.Minute
	window = time.Hour
)

// start is the time at which every case begins.
func start() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// A bench holds what a case works with.
type bench struct {
	*testing.T
	Harness
	owners int
}

// request returns a request for key at start, for an event that has just arrived.
func (b *bench) request(key string, edits ...func(*ledger.Request)) ledger.Request {
	b.owners++
	r := ledger.Request{
		Key: key, Owner: fmt.Sprintf("owner-%d", b.owners), Type: "thing.happened", Hash: "hash-1",
		Identity: webhook.BodyHash, Secret: new(1),
		At: start(), Lease: start().Add(lease),
		Received: start().Add(-time.Second), DedupUntil: start().Add(window - time.Second),
	}
	for _, edit := range edits {
		edit(&r)
	}
	return r
}

// at moves a request's time by d.
func at(d time.Duration) func(*ledger.Request) {
	return func(r *ledger.Request) { r.At, r.Lease = start().Add(d), start().Add(d+lease) }
}

// bornExpired gives a request a lease that has passed for every later request.
func bornExpired(r *ledger.Request) { r.Lease = r.At }

func firstReceive(r *ledger.Request) { r.FirstReceive = true }

// ask makes one request.
func (b *bench) ask(r ledger.Request) ledger.Answer {
	b.Helper()
	answers := b.Store.Claim(b.Context(), []ledger.Request{r})
	if len(answers) != 1 {
		b.Fatalf("Claim of one gave %d answers", len(answers))
	}
	return answers[0]
}

// claim makes a request that must succeed.
func (b *bench) claim(key string, edits ...func(*ledger.Request)) ledger.Claim {
	b.Helper()
	a := b.ask(b.request(key, edits...))
	if a.Status != ledger.Claimed || a.Err != nil {
		b.Fatalf("Claim of %s = %v, %v; want Claimed", key, a.Status, a.Err)
	}
	return a.Claim
}

// ending returns an End of c at start.
func ending(c ledger.Claim, s ledger.State, edits ...func(*ledger.End)) ledger.End {
	e := ledger.End{Claim: c, At: start(), State: s, Done: c.Done, Started: c.Started}
	for _, edit := range edits {
		edit(&e)
	}
	return e
}

// end makes one End and returns its answer.
func (b *bench) end(e ledger.End) error {
	b.Helper()
	errs := b.Store.End(b.Context(), []ledger.End{e})
	if len(errs) != 1 {
		b.Fatalf("End of one gave %d answers", len(errs))
	}
	return errs[0]
}

// mustEnd makes an End that must succeed.
func (b *bench) mustEnd(c ledger.Claim, s ledger.State, edits ...func(*ledger.End)) {
	b.Helper()
	b.wantError("End", b.end(ending(c, s, edits...)), nil)
}

// done records handlers as done when the claim ends; because sets the reason.
func done(handlers ...string) func(*ledger.End) {
	return func(e *ledger.End) { e.Done = handlers }
}

func begun(handlers ...string) func(*ledger.End) {
	return func(e *ledger.End) { e.Started = handlers }
}

func because(reason string) func(*ledger.End) {
	return func(e *ledger.End) { e.Reason = reason }
}

// after sets the wait of a release after a failed run.
func after(d time.Duration) func(*ledger.End) {
	return func(e *ledger.End) { e.Ran, e.Counted, e.NotBefore = true, true, start().Add(d) }
}

// uncounted marks a run that does not count.
func uncounted(e *ledger.End) { e.Ran, e.Counted = true, false }

// ran marks any other run.
func ran(e *ledger.End) { e.Ran, e.Counted = true, true }

// record returns the record of key, which must exist.
func (b *bench) record(key string) ledger.Record {
	b.Helper()
	rec, ok := b.Record(b.T, key)
	if !ok {
		b.Fatalf("no record of %s", key)
	}
	return rec
}

// wantError checks for an error that the contract names, or nil.
func (b *bench) wantError(call string, err, want error) {
	b.Helper()
	if !errors.Is(err, want) {
		b.Fatalf("%s = %v, want %v", call, err, want)
	}
}

// wantUnchanged checks that a record has not changed.
func (b *bench) wantUnchanged(key string, was ledger.Record) {
	b.Helper()
	b.wantEqual("record of "+key, b.record(key), was)
}

// wantEqual compares two values; nil and empty slices are equal.
func (b *bench) wantEqual(what string, got, want any) {
	b.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.EquateErrors()); diff != "" {
		b.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}
