package ledgertest

import (
	"fmt"
	"strings"
	"time"

	"webhookintake/shared/ledger"
)

// tried adds tries to an End.
func tried(tries ...ledger.Try) func(*ledger.End) {
	return func(e *ledger.End) { e.Tries = tries }
}

// try returns the Try of a failed run, with its handler's error.
func try(attempt int, handler, text string) ledger.Try {
	return ledger.Try{At: start(), Attempt: attempt, Outcome: "failed", Handler: handler, Error: text}
}

// wantDied checks that the only try is a run that died.
func (b *bench) wantDied(tries []ledger.Try, run int, at time.Time) {
	b.Helper()
	if len(tries) != 1 || tries[0].Error == "" {
		b.Fatalf("tries %+v, want one that says what happened", tries)
	}
	want := ledger.Try{At: at, Attempt: run, Outcome: ledger.OutcomeDied, Error: tries[0].Error}
	b.wantEqual("try", tries[0], want)
}

func triesCases() []testCase {
	const (
		kept  = "The tries of a release or a failure, if it has any, replace those that are kept: at most MaxTries of them and MaxTriesSize bytes, without the oldest that do not fit; a completion leaves them as they are."
		given = "A claim returns the tries that are kept, and writes none; if a lease has passed, the last of them is the run that died."
	)
	return []testCase{
		{"TriesAreKept", kept, func(b *bench) {
			first, second := try(1, "charge", "no credit <&> \"today\""), try(2, "ship", "no ship at sea: für später")
			b.mustEnd(b.claim("a#1"), ledger.StateReleased, after(0), tried(first))
			c := b.claim("a#1")
			b.wantEqual("tries of the claim", c.Tries, []ledger.Try{first})
			b.mustEnd(c, ledger.StateFailed, ran, because("permanent"), tried(first, second))
			b.wantEqual("tries", b.record("a#1").Tries, []ledger.Try{first, second})
		}},
		{"TriesStay", kept, func(b *bench) {
			one := try(1, "charge", "no credit")
			b.mustEnd(b.claim("a#1"), ledger.StateReleased, after(0), tried(one))
			b.mustEnd(b.claim("a#1"), ledger.StateReleased)
			b.mustEnd(b.claim("a#1"), ledger.StateReleased, after(0))
			b.mustEnd(b.claim("a#1"), ledger.StateCompleted, ran, tried(try(3, "charge", "not to be written")))
			b.wantEqual("tries", b.record("a#1").Tries, []ledger.Try{one})
		}},
		{"TriesAreBounded", kept, func(b *bench) {
			var short, long []ledger.Try
			for n := range 7 {
				short = append(short, try(n+1, fmt.Sprint("h", n), "no credit"))
				long = append(long, try(n+1, fmt.Sprint("h", n), strings.Repeat(`"`, 100*n)))
			}
			b.mustEnd(b.claim("a#1"), ledger.StateReleased, after(0), tried(short...))
			b.wantEqual("short ones", b.record("a#1").Tries, short[2:])
			b.mustEnd(b.claim("a#1"), ledger.StateFailed, ran, tried(long...))
			got := b.record("a#1").Tries
			if size := len(ledger.EncodeTries(got)); len(got) == 0 || size > ledger.MaxTriesSize {
				b.Fatalf("%d tries of %d bytes", len(got), size)
			}
			b.wantEqual("last handler", got[len(got)-1].Handler, "h6")
		}},
		{"TriesAreOfTheEvent", given, func(b *bench) {
			c := b.claim("a#1")
			b.mustEnd(c, ledger.StateFailed, ran, tried(try(1, "charge", "no credit")))
			letter := b.claim("a#1", func(r *ledger.Request) { r.Reopen = &ledger.Reopen{Fence: c.Fence} })
			b.wantEqual("tries, redriven", len(letter.Tries), 1)
			b.mustEnd(letter, ledger.StateFailed, ran, tried(letter.Tries...))
			next := b.claim("a#1", func(r *ledger.Request) { r.Received = r.DedupUntil.Add(time.Second) })
			b.wantEqual("tries of a new arrival", len(next.Tries), 0)
			b.wantEqual("tries in its record", len(b.record("a#1").Tries), 0)
		}},
		{"TriesOfALapsedClaim", given, func(b *bench) {
			dead := b.claim("a#1", bornExpired)
			c := b.claim("a#1")
			b.wantEqual("lapsed", c.Lapsed, true)
			b.wantDied(c.Tries, dead.Runs, dead.Lease)
			b.wantEqual("tries that the claim wrote", len(b.record("a#1").Tries), 0)
			failed := try(c.Runs, "charge", "no credit")
			b.mustEnd(c, ledger.StateReleased, after(0), tried(ledger.AddTries(c.Tries, []ledger.Try{failed})...))
			r := b.request("a#1")
			next := b.ask(r).Claim
			b.wantEqual("lapsed, after a run that was ended", next.Lapsed, false)
			b.wantEqual("the same, asked for again", b.ask(r).Claim.Lapsed, false)
			b.wantEqual("last try", next.Tries[len(next.Tries)-1], failed)
		}},
		{"LapsedUntilItRuns", rowClaimed, func(b *bench) {
			dead := b.claim("a#1", bornExpired)
			for range 3 {
				c := b.claim("a#1")
				b.wantEqual("lapsed", c.Lapsed, true)
				b.wantDied(c.Tries, dead.Runs, dead.Lease)
				b.mustEnd(c, ledger.StateReleased, tried(c.Tries...)) // no time was left to run it
			}
			r := b.request("a#1")
			b.ask(r)
			b.wantEqual("lapsed, of a reply that is asked for again", b.ask(r).Claim.Lapsed, true)
		}},
	}
}
