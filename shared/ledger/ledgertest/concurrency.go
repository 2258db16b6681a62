package ledgertest

import (
	"fmt"
	"sync"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

const (
	promiseLinear     = "Calls for the same key are linearizable, across processes and restarts, and a change is durable when its method returns success."
	promiseConcurrent = "All methods may be called concurrently."
)

// rivals is how many goroutines do the same thing at once.
const rivals = 8

// together runs fn concurrently, rivals times.
func together(fn func(i int)) {
	var running sync.WaitGroup
	begin := make(chan struct{})
	for i := range rivals {
		running.Go(func() {
			<-begin
			fn(i)
		})
	}
	close(begin)
	running.Wait()
}

// race makes rivals claim key at once; exactly one must win, and the others must learn when
// its lease ends.
func (b *bench) race(key string, edits ...func(*ledger.Request)) ledger.Claim {
	b.Helper()
	requests := make([]ledger.Request, rivals)
	for i := range requests {
		requests[i] = b.request(key, edits...)
	}
	answers := make([]ledger.Answer, rivals)
	together(func(i int) { answers[i] = b.Store.Claim(b.Context(), requests[i:i+1])[0] })
	var won []ledger.Claim
	for _, a := range answers {
		switch a.Status {
		case ledger.Claimed:
			won = append(won, a.Claim)
		case ledger.InProgress:
			b.wantEqual("until", a.Until, requests[0].Lease)
		default:
			b.Errorf("answer %v, %v", a.Status, a.Err)
		}
	}
	if len(won) != 1 {
		b.Fatalf("%d of %d claims of %s won, want 1", len(won), rivals, key)
	}
	rec := b.record(key)
	b.wantEqual("holder", []any{rec.Owner, rec.Fence}, []any{won[0].Owner, won[0].Fence})
	return won[0]
}

func concurrencyCases() []testCase {
	return []testCase{
		{"RaceForANewEvent", promiseLinear, func(b *bench) {
			for n := range 5 {
				b.race(fmt.Sprint("a#", n), firstReceive)
			}
		}},
		{"RaceForALapsedLease", promiseLinear, func(b *bench) {
			c := b.claim("a#1", bornExpired)
			for n := range 5 {
				next := b.race("a#1", at(time.Duration(n)*lease))
				b.wantEqual("fence", next.Fence, c.Fence+1)
				c = next
			}
		}},
		{"RaceForALetter", promiseLinear, func(b *bench) {
			c := b.claim("a#1")
			b.mustEnd(c, ledger.StateFailed, because("permanent"))
			b.race("a#1", func(r *ledger.Request) { r.Reopen = &ledger.Reopen{Fence: c.Fence} })
		}},
		{"RaceOfOneCommit", promiseConcurrent, func(b *bench) {
			// An abandoned call may still be under way when it is repeated.
			c := b.claim("a#1")
			errs := make([]error, rivals)
			together(func(i int) { errs[i] = b.Store.Commit(b.Context(), c, "h", b.counting()) })
			b.wantError("Commit", b.Store.Commit(b.Context(), c, "h", b.counting()), nil)
			b.wantCounted(1)
		}},
		{"RaceOfCommits", promiseConcurrent, func(b *bench) {
			c := b.claim("a#1")
			var want []string
			for i := range rivals {
				want = append(want, fmt.Sprint("h", i))
			}
			together(func(i int) {
				if err := b.Store.Commit(b.Context(), c, want[i], ledger.Tx{}); err != nil {
					b.Errorf("Commit: %v", err)
				}
				if err := b.Store.Start(b.Context(), c, want[i]); err != nil {
					b.Errorf("Start: %v", err)
				}
			})
			b.wantEqual("done", b.record("a#1").Done, want)
			b.wantEqual("started", b.record("a#1").Started, want)
		}},
		{"RaceOfCommitAndClaim", promiseLinear, raceCommitClaim},
		{"RaceOfEnds", promiseLinear, func(b *bench) {
			c := b.claim("a#1")
			states := []ledger.State{ledger.StateCompleted, ledger.StateReleased, ledger.StateFailed}
			errs := make([]error, rivals)
			together(func(i int) {
				errs[i] = b.Store.End(b.Context(), []ledger.End{ending(c, states[i%len(states)])})[0]
			})
			won := b.record("a#1").State
			for i, err := range errs {
				want := ledger.ErrFenced
				if states[i%len(states)] == won {
					want = nil
				}
				b.wantError("End as "+string(states[i%len(states)]), err, want)
			}
		}},
	}
}

// raceCommitClaim lets a worker whose lease has passed commit while another claims: what
// was committed in time is in the new claim's Done, and the rest has no effect.
func raceCommitClaim(b *bench) {
	for n := range 10 {
		key, item := fmt.Sprint("a#", n), fmt.Sprint("item-", n)
		late := b.claim(key, bornExpired)
		r := b.request(key)
		tx := ledger.Tx{Writes: []webhook.Write{webhook.Add(b.Table, id(item), "n", 1)}}
		var next ledger.Answer
		var err error
		var running sync.WaitGroup
		running.Go(func() { err = b.Store.Commit(b.Context(), late, "h", tx) })
		running.Go(func() { next = b.Store.Claim(b.Context(), []ledger.Request{r})[0] })
		running.Wait()
		if next.Status != ledger.Claimed {
			next = b.ask(r) // an engine may refuse either of two concurrent calls
		}
		b.wantEqual("status", next.Status, ledger.Claimed)
		committed := b.Item(b.T, item) != nil
		b.wantEqual("done, as committed", len(next.Claim.Done) == 1, committed)
		if err == nil && !committed {
			b.Error("Commit succeeded, and its writes are not there")
		}
	}
}
