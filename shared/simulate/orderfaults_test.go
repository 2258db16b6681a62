package simulate

import (
	"context"
	"slices"

	"webhookintake/shared/ledger"
	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// orderFaults are mistakes with what an operator asks for an event that has not ended.
func orderFaults() []fault {
	return []fault{
		{"a cancel runs a handler on no record", variant{received: takeCancels(func(found *ledger.Record, _ queue.Message) bool {
			return found == nil
		})}, []int{21}, 500},
		{"a cancel runs a handler on a later fence", variant{received: takeCancels(func(found *ledger.Record, m queue.Message) bool {
			return found != nil && found.Fence > m.Failure.Fence && found.Reason != ledger.ReasonCancelled
		})}, []int{21}, 2000},
		{"a cancel runs a handler after a crash between its claim and its end", variant{received: takeCancels(func(found *ledger.Record, m queue.Message) bool {
			return found != nil && found.State == ledger.StateClaimed && found.Reason == ledger.ReasonCancelled && found.Fence == m.Failure.Fence+1
		})}, []int{21}, 20000},
		{"a cancel runs the handlers of what it cancels", variant{received: takeCancels(func(found *ledger.Record, m queue.Message) bool {
			return found != nil && found.Fence == m.Failure.Fence && !over(found.State)
		})}, []int{21}, 500},
		{"the event's own message runs what is cancelled", store(eachAnswer(func(a *ledger.Answer) {
			if a.Claim.Reason == ledger.ReasonCancelled {
				a.Claim.Reason = ""
			}
		})), []int{21}, 5000},
		{"a cancel of no record makes one", claimsAnyway(), []int{21}, 500},
		{"a cancel takes any fence", engineClaim(anyFence(ledger.Cancel)), []int{21}, 5000},
		{"a retry takes any fence", engineClaim(anyFence(ledger.Retry)), []int{21}, 5000},
		{"an event that waits is claimed by whoever comes", engineClaim(func(r *ledger.Request, found ledger.Record) {
			if found.State == ledger.StateReleased && r.At.Before(found.NotBefore) {
				r.At = found.NotBefore
				r.Lease = r.At.Add(process.DefaultTiming.Function)
			}
		}), []int{5, 11, 21}, 500},
		{"a cancelled event has a letter", variant{worker: letterToo}, []int{13, 21}, 500},
	}
}

// takeCancels takes a cancel for the event's own message where mistakes says so.
func takeCancels(mistakes func(found *ledger.Record, m queue.Message) bool) func(*invocation, []queue.Message) []queue.Message {
	return func(inv *invocation, ms []queue.Message) []queue.Message {
		for i, m := range ms {
			if found := inv.w.record(m.Key()); cancels(m.Failure) && mistakes(found, m) {
				ms[i].Failure, ms[i].NoBody = nil, false
				ms[i].Raw = []byte(inv.w.byKey(m.Key()).body)
				if found != nil {
					ms[i].Raw = inv.w.bodyOf(m.Key(), found.Hash)
				}
			}
		}
		return ms
	}
}

// letterToo sends a letter of what is cancelled.
func letterToo(w *process.Worker, inv *invocation) {
	w.Ledger = &brokenStore{Store: w.Ledger, end: func(ctx context.Context, s ledger.Store, ends []ledger.End) []error {
		for _, e := range ends {
			if e.Reason != ledger.ReasonCancelled {
				continue
			}
			event := inv.w.byKey(e.Claim.Key)
			m := queue.Message{Failure: &queue.Failure{Reason: "cancelled", Error: "cancelled", Attempts: e.Claim.Runs - 1, Fence: e.Claim.Fence}}
			m.Source, m.Provider, m.ID, m.Type = event.source(), event.source(), event.id, event.typ
			m.Received, m.Raw = e.At, []byte(event.body)
			_ = w.DeadLetters.Send(ctx, m, 0)
		}
		return s.End(ctx, ends)
	}}
}

// claimsAnyway lets a cancel claim an event that has no record.
func claimsAnyway() variant {
	return engine(func(m *ledgermemory.Store, b *brokenStore) {
		b.claim = func(ctx context.Context, s ledger.Store, rs []ledger.Request) []ledger.Answer {
			rs = slices.Clone(rs)
			for i := range rs {
				if _, ok := m.Record(rs[i].Key); !ok {
					rs[i].NeverRuns = false
				}
			}
			return s.Claim(ctx, rs)
		}
	})
}

// anyFence gives a request for one of the acts, or for any if none is given, the fence of the
// record that it finds.
func anyFence(acts ...ledger.Act) func(r *ledger.Request, found ledger.Record) {
	return func(r *ledger.Request, found ledger.Record) {
		if r.Reopen != nil && (len(acts) == 0 || slices.Contains(acts, r.Reopen.Act)) {
			reopen := *r.Reopen
			reopen.Fence = found.Fence
			r.Reopen = &reopen
		}
	}
}
