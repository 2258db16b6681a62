package simulate

import (
	"context"
	"slices"
	"testing"
	"time"

	"webhookintake/shared/ingest"
	"webhookintake/shared/ledger"
	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// A fault is a deliberate mistake. The simulator must find it within the given number of
// schedules, as a violation of one of the invariants.
type fault struct {
	name       string
	variant    variant
	invariants []int
	within     uint64
}

// processFaults are mistakes of the worker.
func processFaults() []fault {
	acked := func(o process.Outcome) func([]process.Result) {
		return func(rs []process.Result) {
			for i := range rs {
				rs[i].Acked = rs[i].Acked || rs[i].Outcome == o
			}
		}
	}
	return []fault{
		{"record before handling", variant{worker: recordFirst}, []int{7}, 10},
		{"acknowledge an in-progress duplicate", variant{result: acked(process.InProgress)}, []int{3}, 100},
		{"acknowledge what was put back", variant{result: acked(process.PutBack)}, []int{3, 15}, 2000},
		{"acknowledge when the ledger is away", variant{result: acked(process.Unavailable)}, []int{3}, 100},
		{"acknowledge what somebody else claimed", variant{result: acked(process.Fenced)}, []int{3, 15}, 15000},
		{"acknowledge all of a batch when one succeeds", variant{result: func(rs []process.Result) {
			if slices.ContainsFunc(rs, func(r process.Result) bool { return r.Acked }) {
				for i := range rs {
					rs[i].Acked = true
				}
			}
		}}, []int{3}, 100},
		{"lease shorter than the handlers' time", store(eachRequest(func(r *ledger.Request) {
			r.Lease = r.At.Add(5 * time.Second)
		})), []int{5, 9, 10, 11}, 200},
		{"window measured when claimed, not when it arrived", store(eachRequest(func(r *ledger.Request) {
			r.Received = r.At
		})), []int{6, 13, 17}, 1000},
		{"letter written after FAILED", variant{worker: letterAfterFailed}, []int{4}, 100},
		{"letter with another fence", letters(func(next process.Sender) senderFunc {
			return func(ctx context.Context, m queue.Message, delay time.Duration) error {
				failure := *m.Failure
				failure.Fence++
				m.Failure = &failure
				return next.Send(ctx, m, delay)
			}
		}), []int{4, 13}, 50},
		{"letter that could not be sent counts as sent", letters(func(next process.Sender) senderFunc { return deaf(next) }), []int{3, 4}, 500},
		{"put-backs counted as attempts", store(eachEnd(func(e *ledger.End) { e.Ran = true })), []int{13}, 1000},
		{"runs given back", store(eachEnd(func(e *ledger.End) { e.Ran = false })), []int{13}, 100},
		{"a wish to wait uses up an attempt", store(eachEnd(func(e *ledger.End) { e.Counted = true })), []int{13}, 1000},
		{"tries lost", store(eachEnd(func(e *ledger.End) { e.Tries = nil })), []int{17}, 100},
		{"tries of the last run only", store(eachAnswer(func(a *ledger.Answer) { a.Claim.Tries = nil })), []int{14, 17}, 1000},
		{"tries written on success", store(eachEnd(func(e *ledger.End) {
			if e.State == ledger.StateCompleted {
				e.Tries = []ledger.Try{{At: e.At, Attempt: 1, Outcome: "done"}}
			}
		})), []int{17}, 10},
		{"a put-back forgets what killed a process", store(eachEnd(func(e *ledger.End) {
			if !e.Ran && e.State == ledger.StateReleased {
				e.Tries = nil
			}
		})), []int{14}, 20000},
		{"what comes after others runs before they are done", variant{worker: ignoreAfter()}, []int{20}, 100},
		{"no failure uses up an attempt", store(eachEnd(func(e *ledger.End) { e.Counted = false })), []int{13}, 100},
		{"done forgotten on release", store(eachEnd(func(e *ledger.End) {
			if e.State == ledger.StateReleased {
				e.Done = nil
			}
		})), []int{8}, 200},
		{"completed although a handler failed", store(eachEnd(func(e *ledger.End) {
			if e.State == ledger.StateReleased {
				e.State = ledger.StateCompleted
			}
		})), []int{7}, 100},
		{"released for ever", store(eachEnd(func(e *ledger.End) { e.NotBefore = e.At.Add(90 * 24 * time.Hour) })), []int{15}, 100},
		{"at-most-once start not recorded", store(brokenStore{start: func() error { return nil }}), []int{10}, 200},
		{"effects outside the transaction", variant{worker: outsideTransaction}, []int{12}, 100},
		{"commit of unknown outcome taken for done", store(brokenStore{commit: func(ctx context.Context, s ledger.Store, c ledger.Claim, handler string, tx ledger.Tx) error {
			_ = s.Commit(ctx, c, handler, tx)
			return nil
		}}), []int{7, 12, 19}, 200},
		{"staleness not a condition of the commit", store(brokenStore{commit: func(ctx context.Context, s ledger.Store, c ledger.Claim, handler string, tx ledger.Tx) error {
			tx.Entity = ledger.Entity{}
			return s.Commit(ctx, c, handler, tx)
		}}), []int{12}, 1000},
		{"what killed a process runs beside others", store(eachAnswer(func(a *ledger.Answer) { a.Claim.Lapsed = false })), []int{14}, 500},
		{"near the end of retention nothing is done", variant{worker: func(w *process.Worker, _ *invocation) {
			w.Timing = process.DefaultTiming
			w.Timing.QueueRetention = 14 * 24 * time.Hour
		}}, []int{1, 15}, 5000},
	}
}

// engineFaults are mistakes of the ledger and of ingest.
func engineFaults() []fault {
	return []fault{
		{"claim ignores the lease", engineClaim(func(r *ledger.Request, _ ledger.Record) { r.At = r.At.Add(10 * time.Minute) }), []int{9, 11}, 200},
		{"completion ignores the fence", engine(func(m *ledgermemory.Store, b *brokenStore) {
			b.end = func(ctx context.Context, s ledger.Store, ends []ledger.End) []error {
				for i := range ends {
					if found, ok := m.Record(ends[i].Claim.Key); ok {
						ends[i].Claim.Fence, ends[i].Claim.Owner = found.Fence, found.Owner
					}
				}
				return s.End(ctx, ends)
			}
		}), []int{5}, 500},
		{"other body under an id taken for a duplicate", engineClaim(func(r *ledger.Request, found ledger.Record) { r.Hash = found.Hash }), []int{1, 3}, 500},
		{"letter reopens whatever its fence", engineClaim(anyFence()), []int{6}, 500},
		{"own claim not recognised", engineClaim(func(r *ledger.Request, found ledger.Record) {
			if found.Owner == r.Owner {
				r.At = found.Lease.Add(time.Second)
				r.Owner += "'"
			}
		}), []int{5, 9, 13}, 1000},
		{"acknowledge although the queue did not answer", variant{sender: func(next ingest.Sender) ingest.Sender { return deaf(next) }}, []int{1}, 200},
		{"dedup key from an unsigned header", keyFromHeader(), []int{2}, 10},
	}
}

// engineClaim changes requests for which the ledger has a record, as they arrive.
func engineClaim(change func(r *ledger.Request, found ledger.Record)) variant {
	return engine(func(m *ledgermemory.Store, b *brokenStore) {
		b.claim = func(ctx context.Context, s ledger.Store, rs []ledger.Request) []ledger.Answer {
			rs = slices.Clone(rs)
			for i := range rs {
				if found, ok := m.Record(rs[i].Key); ok {
					change(&rs[i], found)
				}
			}
			return s.Claim(ctx, rs)
		}
	})
}

// The simulator finds each of these faults: one that finds nothing proves nothing.
func TestFindsFaults(t *testing.T) {
	t.Parallel()
	for _, f := range slices.Concat(processFaults(), engineFaults(), stateFaults(), orderFaults(), vaultFaults()) {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			if raceDetector && f.within > 300 {
				t.Skip("takes minutes under the race detector; runs without it")
			}
			s := newSimulator(t)
			s.variant = f.variant
			for seed := uint64(1); seed <= f.within; seed++ {
				r := s.Run(t, seed)
				if r.Violation == nil {
					continue
				}
				t.Logf("schedule %d: %v", seed, r.Violation)
				if !slices.Contains(f.invariants, r.Violation.Invariant) {
					t.Errorf("found as a violation of invariant %d, want one of %v", r.Violation.Invariant, f.invariants)
				}
				return
			}
			t.Errorf("not found in %d schedules", f.within)
		})
	}
}
