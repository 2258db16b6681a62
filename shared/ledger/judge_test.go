package ledger_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"webhookintake/shared/ledger"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	const (
		completed, failed  = ledger.StateCompleted, ledger.StateFailed
		released, claimed  = ledger.StateReleased, ledger.StateClaimed
		dup, conf, waiting = ledger.Duplicate, ledger.Conflict, ledger.InProgress
		taken              = ledger.Claimed
	)
	ab, s := []string{"a", "b"}, []string{"s"}
	after := closes.Add(time.Millisecond)
	for _, tt := range []struct {
		name  string
		found *ledger.Record
		ask   ledger.Request

		want          ledger.Status
		attempts      int // of Claimed, as what follows
		done, started []string
		reason        string
		lapsed        bool
		died          int // the run for which a try is added
		reopened      bool
	}{
		// The rows of the claim table, in its order.
		{name: "nothing", ask: ask(), want: taken, attempts: 1},
		{name: "released, due", found: record(released), ask: ask(), want: taken, attempts: 3, done: ab, started: s},
		{name: "released with a reason", found: record(released, reason("permanent")), ask: ask(), want: taken,
			attempts: 3, done: ab, started: s, reason: "permanent"},
		{name: "lease passed", found: record(claimed), ask: ask(), want: taken, attempts: 3, done: ab, started: s, lapsed: true, died: 4},
		{name: "lease passed, then put back", found: record(released, putBack), ask: ask(), want: taken,
			attempts: 3, done: ab, started: s, lapsed: true},
		{name: "lease passed, put back, then run", found: record(released, putBack, func(r *ledger.Record) { r.Runs++ }), ask: ask(), want: taken,
			attempts: 3, done: ab, started: s},
		{name: "completed, past the window", found: record(completed), ask: ask(arrivedAt(after)), want: taken, attempts: 1},
		{name: "failed, past the window", found: record(failed), ask: ask(arrivedAt(after)), want: taken, attempts: 1},
		{name: "released, past the window", found: record(released, reason("permanent")), ask: ask(arrivedAt(after)), want: taken, attempts: 1},
		{name: "lease passed, past the window", found: record(claimed), ask: ask(arrivedAt(after)), want: taken, attempts: 1, lapsed: true},
		{name: "waiting, past the window", found: record(released), ask: ask(askedAt(opened), arrivedAt(after)), want: waiting},
		{name: "within the lease, past the window", found: record(claimed), ask: ask(askedAt(opened), arrivedAt(after)), want: waiting},
		{name: "released, at the window's end", found: record(released), ask: ask(arrivedAt(closes)), want: taken, attempts: 3, done: ab, started: s},
		{name: "unhandled, now handled", found: record(completed, reason(ledger.ReasonUnhandled)), ask: ask(handled), want: taken,
			attempts: 3, done: ab, started: s},
		{name: "unhandled, still", found: record(completed, reason(ledger.ReasonUnhandled)), ask: ask(), want: dup},
		{name: "failed, its letter", found: record(failed), ask: ask(letter(7)), want: taken, attempts: 1, done: ab, reopened: true},
		{name: "failed, an older letter", found: record(failed), ask: ask(letter(6)), want: dup},
		{name: "completed, a letter", found: record(completed), ask: ask(letter(7)), want: dup},
		{name: "completed, replay", found: record(completed), ask: ask(replay(7)), want: taken, attempts: 1, reopened: true},
		{name: "failed, replay", found: record(failed), ask: ask(replay(7)), want: taken, attempts: 1, reopened: true},
		{name: "replay of one handler", found: record(completed), ask: ask(replay(7, "a")), want: taken, attempts: 1, done: []string{"b"}, started: s, reopened: true},
		{name: "replay of a started one", found: record(failed), ask: ask(replay(7, "s")), want: taken, attempts: 1, done: ab, reopened: true},
		{name: "an older replay", found: record(completed), ask: ask(replay(6)), want: dup},
		{name: "own claim", found: record(claimed), ask: ask(owner("old")), want: taken, attempts: 2, done: ab, started: s},
		{name: "own claim, no try of the previous run", found: record(claimed, untold), ask: ask(owner("old")),
			want: taken, attempts: 2, done: ab, started: s, lapsed: true, died: 3},
		{name: "own claim, a try says that the previous run died", found: record(claimed, func(r *ledger.Record) { r.Tries = append(r.Tries, diedTry(3, now)) }),
			ask: ask(owner("old")), want: taken, attempts: 2, done: ab, started: s, lapsed: true},
		{name: "own claim, reopened by a replay", found: record(claimed, untold), ask: ask(owner("old"), replay(6)),
			want: taken, attempts: 2, done: ab, started: s, reopened: true},
		{name: "own first claim", found: record(claimed, func(r *ledger.Record) { r.Attempts, r.Runs, r.Tries = 1, 1, nil }), ask: ask(owner("old")),
			want: taken, attempts: 1, done: ab, started: s},
		{name: "own claim, after a run that did not count", found: record(claimed, func(r *ledger.Record) { r.Attempts, r.Runs, r.Tries = 1, 2, nil }), ask: ask(owner("old")),
			want: taken, attempts: 1, done: ab, started: s, lapsed: true, died: 1},
		{name: "released, waiting", found: record(released), ask: ask(askedAt(now.Add(-time.Millisecond))), want: waiting},
		{name: "within the lease", found: record(claimed), ask: ask(askedAt(now.Add(-time.Millisecond))), want: waiting},
		{name: "conflict", found: record(completed), ask: ask(hash("h2")), want: conf},
		{name: "completed", found: record(completed), ask: ask(handled), want: dup},
		{name: "failed", found: record(failed), ask: ask(handled), want: dup},

		// The order of the rules.
		{name: "own claim before conflict", found: record(claimed), ask: ask(owner("old"), hash("h2")), want: taken,
			attempts: 2, done: ab, started: s},
		{name: "own claim before its lease's end", found: record(claimed), ask: ask(owner("old"), askedAt(opened)), want: taken,
			attempts: 2, done: ab, started: s},
		{name: "own owner, but ended", found: record(completed), ask: ask(owner("old")), want: dup},
		{name: "past the window before conflict", found: record(completed), ask: ask(arrivedAt(after), hash("h2")), want: taken, attempts: 1},
		{name: "past the window before replay of one", found: record(completed), ask: ask(arrivedAt(after), replay(7, "a")), want: taken, attempts: 1},
		{name: "past the window before the letter", found: record(failed), ask: ask(arrivedAt(after), letter(7)), want: taken, attempts: 1},
		{name: "at the window's end", found: record(completed), ask: ask(arrivedAt(closes)), want: dup},
		{name: "conflict at the window's end", found: record(completed), ask: ask(arrivedAt(closes), hash("h2")), want: conf},
		{name: "conflict before unhandled", found: record(completed, reason(ledger.ReasonUnhandled)), ask: ask(handled, hash("h2")), want: conf},
		{name: "conflict before the letter", found: record(failed), ask: ask(letter(7), hash("h2")), want: conf},
		{name: "conflict before replay", found: record(completed), ask: ask(replay(7), hash("h2")), want: conf},
		{name: "conflict before waiting", found: record(released), ask: ask(askedAt(opened), hash("h2")), want: conf},
		{name: "conflict before the lease's end", found: record(claimed), ask: ask(askedAt(opened), hash("h2")), want: conf},
		{name: "conflict of a lapsed lease", found: record(claimed), ask: ask(hash("h2")), want: conf},
		{name: "waiting before the letter", found: record(released), ask: ask(askedAt(opened), letter(7)), want: waiting},

		// What an operator asks of an event that has not ended.
		{name: "retry before its time", found: record(released), ask: ask(askedAt(opened), retry(7)), want: taken,
			attempts: 3, done: ab, started: s, reopened: true},
		{name: "retry of a letter that waits to be sent", found: record(released, reason("permanent")), ask: ask(askedAt(opened), retry(7)), want: taken,
			attempts: 3, done: ab, started: s, reason: "permanent", reopened: true},
		{name: "retry of another fence", found: record(released), ask: ask(askedAt(opened), retry(6)), want: waiting},
		{name: "retry that is due anyway", found: record(released), ask: ask(retry(7)), want: taken, attempts: 3, done: ab, started: s},
		{name: "retry within the lease", found: record(claimed), ask: ask(askedAt(opened), retry(7)), want: waiting},
		{name: "retry of another body", found: record(released), ask: ask(askedAt(opened), retry(7), hash("h2")), want: conf},
		{name: "retry of what failed", found: record(failed), ask: ask(retry(7)), want: dup},
		{name: "retry of what was completed", found: record(completed), ask: ask(retry(7)), want: dup},
		{name: "retry of nothing", ask: ask(retry(7)), want: taken, attempts: 1},
		{name: "letter before its time", found: record(released), ask: ask(askedAt(opened), letter(7)), want: waiting},
		{name: "replay before its time", found: record(released), ask: ask(askedAt(opened), replay(7)), want: waiting},
		{name: "own claim by a retry", found: record(claimed), ask: ask(owner("old"), retry(6)), want: taken,
			attempts: 2, done: ab, started: s, reopened: true},
		{name: "cancel before its time", found: record(released), ask: ask(askedAt(opened), cancel(7)), want: taken,
			attempts: 3, done: ab, started: s, reason: "cancelled", reopened: true},
		{name: "cancel of what is due", found: record(released), ask: ask(cancel(7)), want: taken,
			attempts: 3, done: ab, started: s, reason: "cancelled", reopened: true},
		{name: "cancel of a letter that waits to be sent", found: record(released, reason("permanent")), ask: ask(cancel(7)), want: taken,
			attempts: 3, done: ab, started: s, reason: "cancelled", reopened: true},
		{name: "cancel of what died", found: record(claimed), ask: ask(cancel(7)), want: taken,
			attempts: 3, done: ab, started: s, reason: "cancelled", reopened: true, lapsed: true, died: 4},
		{name: "cancel within the lease", found: record(claimed), ask: ask(askedAt(opened), cancel(7)), want: waiting},
		{name: "cancel of another fence", found: record(released), ask: ask(cancel(6)), want: dup},
		{name: "cancel of a later fence", found: record(claimed), ask: ask(cancel(6)), want: dup},
		{name: "cancel whose process died", found: record(claimed, reason("cancelled")), ask: ask(cancel(6)), want: dup},
		{name: "cancel of another body", found: record(released), ask: ask(cancel(7), hash("h2")), want: taken,
			attempts: 3, done: ab, started: s, reason: "cancelled", reopened: true},
		{name: "cancel of what was completed", found: record(completed), ask: ask(cancel(7)), want: dup},
		{name: "cancel of what was unhandled", found: record(completed, reason(ledger.ReasonUnhandled)), ask: ask(handled, cancel(7)), want: dup},
		{name: "cancel of what failed", found: record(failed), ask: ask(cancel(7)), want: dup},
		{name: "cancel past the window", found: record(completed), ask: ask(arrivedAt(after), cancel(7)), want: dup},
		{name: "cancel of nothing", ask: ask(cancel(7)), want: dup},
		{name: "own cancel", found: record(claimed, reason("cancelled")), ask: ask(owner("old"), cancel(6)), want: taken,
			attempts: 2, done: ab, started: s, reason: "cancelled", reopened: true},
		{name: "the event's own message, after a cancel whose process died", found: record(claimed, reason("cancelled"), untold), ask: ask(), want: taken,
			attempts: 3, done: ab, started: s, reason: "cancelled", lapsed: true, died: 4},
		{name: "no body", found: record(released), ask: ask(neverRuns), want: dup},
		{name: "no body, and nothing there", ask: ask(neverRuns), want: dup},
		{name: "retry without a body", found: record(released), ask: ask(askedAt(opened), retry(7), neverRuns), want: dup},
		{name: "letter without a body", found: record(failed), ask: ask(letter(7), neverRuns), want: dup},
		{name: "replay without a body", found: record(completed), ask: ask(replay(7), neverRuns), want: dup},
		{name: "no body, within the lease", found: record(claimed), ask: ask(askedAt(opened), neverRuns), want: waiting},

		// No conflict without a hash; handlers that an operator assumes done.
		{name: "request without hash", found: record(completed), ask: ask(hash("")), want: dup},
		{name: "record without hash", found: record(completed, func(r *ledger.Record) { r.Hash = "" }), ask: ask(hash("h2")), want: dup},
		{name: "nothing, assumed", ask: ask(letter(1, "y", "x")), want: taken, attempts: 1, done: []string{"x", "y"}, reopened: true},
		{name: "released, assumed what is done", found: record(released), ask: ask(letter(3, "a")), want: taken, attempts: 3, done: ab, started: s},
		{name: "letter, assumed", found: record(failed), ask: ask(letter(7, "s", "a")), want: taken, attempts: 1, done: []string{"a", "b", "s"}, reopened: true},
		{name: "released, assumed", found: record(released), ask: ask(letter(3, "s")), want: taken, attempts: 3, done: []string{"a", "b", "s"}, started: s, reopened: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			answer, next := ledger.Judge(tt.found, tt.ask, testKeep)
			want := ledger.Answer{Status: tt.want}
			if tt.want == waiting {
				want.Until = now
			}
			if tt.want == taken {
				want.Claim = ledger.Claim{
					Key: tt.ask.Key, Owner: tt.ask.Owner, Fence: 1, Lease: tt.ask.Lease, DedupUntil: closes,
					Attempts: tt.attempts, Runs: 1, Done: tt.done, Started: tt.started, Reason: tt.reason, Lapsed: tt.lapsed, Reopened: tt.reopened,
				}
				if tt.found != nil {
					want.Claim.Fence = 8
					if !tt.ask.Received.After(closes) {
						want.Claim.Runs, want.Claim.Tries = tt.found.Runs+1, tt.found.Tries
					} else {
						want.Claim.Earlier = opened
					}
				}
				if tt.ask.Owner == "old" {
					want.Claim.Fence, want.Claim.Lease, want.Claim.Runs = 7, now, tt.found.Runs
				}
				if tt.found != nil && tt.found.State == claimed && tt.ask.Owner != "old" {
					want.Claim.Since, want.Claim.Kind = tt.ask.At, ledger.OutcomeDied
				}
				if tt.died > 0 {
					at := now // the lease's end, or the time of a repeated call
					want.Claim.Tries = append(slices.Clip(tt.found.Tries), diedTry(tt.died, at))
				} else if tt.ask.Owner == "old" {
					want.Claim.Tries = tt.found.Tries
				}
			}
			compare(t, "answer", answer, want)
			checkNext(t, tt.found, tt.ask, answer, next)
		})
	}
}

// checkNext checks the parts of the written record that the answer does not show.
func checkNext(t *testing.T, found *ledger.Record, r ledger.Request, a ledger.Answer, next *ledger.Record) {
	t.Helper()
	if a.Status != ledger.Claimed || found != nil && r.Owner == found.Owner {
		if next != nil {
			t.Errorf("a %v that claims nothing writes %+v", a.Status, next)
		}
		return
	}
	want := ledger.Record{
		State: ledger.StateClaimed, Owner: r.Owner, Fence: a.Claim.Fence, Lease: r.Lease,
		Attempts: a.Claim.Attempts, Runs: a.Claim.Runs, Done: a.Claim.Done, Started: a.Claim.Started, Reason: a.Claim.Reason,
		Hash: r.Hash, Type: r.Type, Received: r.Received, DedupUntil: r.DedupUntil, FirstClaimed: r.At,
		Expires: closes.Add(testKeep), Since: a.Claim.Since, Kind: a.Claim.Kind,
	}
	if found != nil && !r.Received.After(found.DedupUntil) {
		want.Hash, want.Type, want.FirstClaimed = found.Hash, found.Type, found.FirstClaimed
		want.Received, want.DedupUntil, want.Tries = found.Received, found.DedupUntil, found.Tries
	} else if found != nil {
		want.Earlier = found.Received
	}
	compare(t, "record", *next, want)
}

func compare(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		dedupUntil time.Time
		at         time.Time
		want       time.Time
	}{
		{"the window ends later", now.Add(time.Hour), now, now.Add(time.Hour + testKeep)},
		{"now is later", now.Add(-time.Hour), now, now.Add(testKeep)},
		{"to the second", now.Add(time.Second - time.Nanosecond), now, now.Add(testKeep)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := ledger.Expiry(tt.dedupUntil, tt.at, testKeep); !got.Equal(tt.want) {
				t.Errorf("Expiry = %v, want %v", got, tt.want)
			}
		})
	}
}
