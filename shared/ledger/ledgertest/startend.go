package ledgertest

import (
	"time"

	"webhookintake/shared/ledger"
)

// lostClaims are the ways to lose a claim. Each returns the claim, and leaves a record that
// the claim must not change.
func lostClaims() map[string]func(b *bench, key string) ledger.Claim {
	return map[string]func(b *bench, key string) ledger.Claim{
		"claimed since": func(b *bench, key string) ledger.Claim {
			late := b.claim(key, bornExpired)
			b.claim(key)
			return late
		},
		"claimed and released since": func(b *bench, key string) ledger.Claim {
			late := b.claim(key, bornExpired)
			b.mustEnd(b.claim(key), ledger.StateReleased, after(time.Second))
			return late
		},
		"claimed and completed since": func(b *bench, key string) ledger.Claim {
			late := b.claim(key, bornExpired)
			b.mustEnd(b.claim(key), ledger.StateCompleted)
			return late
		},
		"claimed and failed since": func(b *bench, key string) ledger.Claim {
			late := b.claim(key, bornExpired)
			b.mustEnd(b.claim(key), ledger.StateFailed, because("permanent"))
			return late
		},
		"ended as released itself": func(b *bench, key string) ledger.Claim {
			c := b.claim(key)
			b.mustEnd(c, ledger.StateReleased, after(0))
			return c
		},
		"of another owner": func(b *bench, key string) ledger.Claim {
			c := b.claim(key)
			c.Owner = "somebody else"
			return c
		},
		"of another fence": func(b *bench, key string) ledger.Claim {
			c := b.claim(key)
			c.Fence++
			return c
		},
	}
}

// wantFenced checks that call changes nothing and returns ErrFenced, however the claim was
// lost, even if the record itself is gone.
func wantFenced(b *bench, call func(c ledger.Claim) error) {
	for how, lose := range lostClaims() {
		key := "a#" + how
		c := lose(b, key)
		was := b.record(key)
		b.wantError(how, call(c), ledger.ErrFenced)
		b.wantUnchanged(key, was)
	}
	gone := b.claim("a#gone")
	gone.Key = "a#nowhere"
	b.wantError("no record", call(gone), ledger.ErrFenced)
	if _, ok := b.Record(b.T, gone.Key); ok {
		b.Error("a call on no record made one")
	}
}

func holdCases() []testCase {
	return []testCase{
		{"StartNotes", "Start records that an at-most-once handler is about to run.", func(b *bench) {
			c := b.claim("a#1", bornExpired)
			for _, handler := range []string{"s2", "s1"} {
				b.wantError("Start", b.Store.Start(b.Context(), c, handler), nil)
			}
			b.wantEqual("started", b.record("a#1").Started, []string{"s1", "s2"})
			b.wantEqual("started, in the next claim", b.claim("a#1").Started, []string{"s1", "s2"})
		}},
		{"StartFenced", "It returns ErrFenced.", func(b *bench) {
			wantFenced(b, func(c ledger.Claim) error { return b.Store.Start(b.Context(), c, "s") })
		}},
		{"StartTwice", "Starting twice is no error.", func(b *bench) {
			c := b.claim("a#1")
			for range 2 {
				b.wantError("Start", b.Store.Start(b.Context(), c, "s"), nil)
			}
			b.wantEqual("started", b.record("a#1").Started, []string{"s"})
		}},
		{"StartAfterTheEnd", "It returns ErrFenced.", func(b *bench) {
			c := b.claim("a#1")
			b.wantError("Start", b.Store.Start(b.Context(), c, "s"), nil)
			b.mustEnd(c, ledger.StateCompleted, begun("s"))
			// Nil would allow running the handler of an event that has ended.
			b.wantError("Start", b.Store.Start(b.Context(), c, "s"), ledger.ErrFenced)
		}},
	}
}

// wantRuns checks the runs in the record of key.
func (b *bench) wantRuns(key string, attempts, runs int) {
	b.Helper()
	rec := b.record(key)
	b.wantEqual("attempts and runs of "+key, []int{rec.Attempts, rec.Runs}, []int{attempts, runs})
}

func endCases() []testCase {
	states := []ledger.State{ledger.StateCompleted, ledger.StateReleased, ledger.StateFailed}
	return []testCase{
		{"EndWrites", "End ends claims, as completed, released or failed, and answers each in its place: nil or ErrFenced.", func(b *bench) {
			for _, s := range states {
				key := "a#" + string(s)
				c := b.claim(key)
				was := b.record(key)
				at := start().Add(2 * window)
				b.mustEnd(c, s, done("h"), begun("s"), because("r"), after(time.Second), func(e *ledger.End) { e.At = at })
				want := was
				want.State, want.Done, want.Started, want.Reason = s, []string{"h"}, []string{"s"}, "r"
				want.Expires = ledger.Expiry(c.DedupUntil, at, b.Keep)
				if want.Finished = at; s == ledger.StateReleased {
					want.Finished, want.NotBefore = time.Time{}, start().Add(time.Second)
				}
				if s != ledger.StateCompleted {
					want.Since, want.Kind = at, "r"
				}
				b.wantUnchanged(key, want)
			}
		}},
		{"EndClearsTheReason", "End ends claims, as completed, released or failed, and answers each in its place: nil or ErrFenced.", func(b *bench) {
			b.mustEnd(b.claim("a#1"), ledger.StateReleased, after(0), because("permanent"))
			b.mustEnd(b.claim("a#1"), ledger.StateCompleted)
			b.wantEqual("reason", b.record("a#1").Reason, "")
		}},
		{"EndFenced", "answers each in its place: nil or ErrFenced.", func(b *bench) {
			wantFenced(b, func(c ledger.Claim) error { return b.end(ending(c, ledger.StateCompleted, done("h"))) })
		}},
		{"EndTwice", "Ending twice the same way is no error.", func(b *bench) {
			for _, s := range states {
				key := "a#" + string(s)
				e := ending(b.claim(key), s, done("h"), because("r"), after(time.Second))
				b.wantError("End", b.end(e), nil)
				was := b.record(key)
				b.wantError("End again", b.end(e), nil)
				b.wantUnchanged(key, was)
			}
		}},
		{"EndTwiceAnotherWay", "Ending twice the same way is no error.", func(b *bench) {
			c := b.claim("a#1")
			b.mustEnd(c, ledger.StateFailed)
			was := b.record("a#1")
			b.wantError("End", b.end(ending(c, ledger.StateCompleted)), ledger.ErrFenced)
			b.wantUnchanged("a#1", was)
		}},
		{"EndKeepsDone", "What Commit recorded as done stays done; started becomes what the End says.", func(b *bench) {
			c := b.claim("a#1")
			b.wantError("Commit", b.Store.Commit(b.Context(), c, "x", ledger.Tx{}), nil)
			b.wantError("Start", b.Store.Start(b.Context(), c, "s"), nil)
			b.wantError("Start", b.Store.Start(b.Context(), c, "t"), nil)
			b.mustEnd(c, ledger.StateReleased, after(0), done("y"), begun("t"))
			c = b.claim("a#1")
			b.wantEqual("done", c.Done, []string{"x", "y"})
			b.wantEqual("started", c.Started, []string{"t"})
			b.mustEnd(c, ledger.StateReleased, after(0), begun())
			b.wantEqual("started", b.claim("a#1").Started, []string{})
		}},
		{"EndUnrun", "The end of a claim under which nothing ran takes back the run and the attempt.", func(b *bench) {
			for range 3 {
				c := b.claim("a#1")
				b.wantEqual("attempts and runs", []int{c.Attempts, c.Runs}, []int{1, 1})
				b.mustEnd(c, ledger.StateReleased)
				b.wantRuns("a#1", 0, 0)
			}
			for _, s := range states {
				key := "a#" + string(s)
				b.mustEnd(b.claim(key), ledger.StateReleased, after(0))
				b.mustEnd(b.claim(key), s)
				b.wantRuns(key, 1, 1)
			}
		}},
		{"EndUncounted", "A release of a run that does not count takes back the attempt but not the run.", func(b *bench) {
			for n := range 3 {
				c := b.claim("a#1")
				b.wantEqual("attempts and runs", []int{c.Attempts, c.Runs}, []int{1, n + 1})
				b.mustEnd(c, ledger.StateReleased, uncounted)
				b.wantRuns("a#1", 0, n+1)
			}
			b.mustEnd(b.claim("a#1"), ledger.StateReleased, after(0))
			b.wantRuns("a#1", 1, 4)
			for _, s := range []ledger.State{ledger.StateCompleted, ledger.StateFailed} {
				b.mustEnd(b.claim("a#"+string(s)), s, uncounted)
				b.wantRuns("a#"+string(s), 1, 1)
			}
		}},
	}
}
