package ledgertest

import (
	"strings"
	"time"

	"webhookintake/shared/ledger"
)

func kind(k string) func(*ledger.End) { return func(e *ledger.End) { e.Kind = k } }

func endedAt(d time.Duration) func(*ledger.End) {
	return func(e *ledger.End) { e.At = start().Add(d) }
}

// index returns all entries by their keys, read in pages of one.
func (b *bench) index() map[string]ledger.OpenEntry {
	b.Helper()
	entries := map[string]ledger.OpenEntry{}
	for partition := range ledger.OpenPartitions {
		var last ledger.OpenEntry
		for {
			page, err := b.Index.Open(b.Context(), partition, last, 1)
			if err != nil {
				b.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			if _, twice := entries[page[0].Key]; twice || page[0].Since.Before(last.Since) {
				b.Fatalf("entry %+v comes after %+v", page[0], last)
			}
			last = page[0]
			entries[last.Key] = last
		}
	}
	return entries
}

// wantOpen checks that an event is open since d after start, in its record and in the index.
func (b *bench) wantOpen(key string, d time.Duration, kind string) {
	b.Helper()
	rec := b.record(key)
	b.wantEqual("since of "+key, rec.Since, start().Add(d))
	b.wantEqual("kind of "+key, rec.Kind, kind)
	want := ledger.OpenEntry{Key: key, Since: rec.Since, Type: rec.Type, Kind: kind, Reason: rec.Reason, Received: rec.Received}
	b.wantEqual("index", b.index()[key], want)
}

func (b *bench) wantNotOpen(key string) {
	b.Helper()
	rec := b.record(key)
	b.wantEqual("since and kind of "+key, []any{rec.Since, rec.Kind}, []any{time.Time{}, ""})
	if entry, ok := b.index()[key]; ok {
		b.Fatalf("the index holds %+v", entry)
	}
}

func openCases() []testCase {
	const (
		opens  = "A failure, and a release that has a reason or under which something ran, leaves the event open, since then if it was not open before, with the kind that the End names, else the one that is kept, else the reason."
		closes = "A completion, and a failure because the event was cancelled, leaves it not open."
		other  = "Any other release leaves that as it is."
		lapsed = "A claim that finds a lease that has passed leaves the event open, with OutcomeDied as its kind; any other leaves that as it is, but one that resets the record leaves it not open."
	)
	released, failed, completed := ledger.StateReleased, ledger.StateFailed, ledger.StateCompleted
	return []testCase{
		{"OpenSinceTheFirstFailure", opens, func(b *bench) {
			b.mustEnd(b.claim("a#1"), released, after(0), kind("charge: *bank.Error"))
			b.wantOpen("a#1", 0, "charge: *bank.Error")
			b.mustEnd(b.claim("a#1"), released, after(0), kind("ship: *sea.Error"), endedAt(time.Minute))
			b.wantOpen("a#1", 0, "ship: *sea.Error")
			b.mustEnd(b.claim("a#1"), failed, ran, because("permanent"), endedAt(time.Hour))
			b.wantOpen("a#1", 0, "ship: *sea.Error")
		}},
		{"OpenWithoutKind", opens, func(b *bench) {
			b.mustEnd(b.claim("a#1"), failed, because("expired"))
			b.wantOpen("a#1", 0, "expired")
			b.mustEnd(b.claim("a#2"), released, because("permanent"))
			b.wantOpen("a#2", 0, "permanent")
		}},
		{"OpenKindIsBounded", opens, func(b *bench) {
			b.mustEnd(b.claim("a#1"), failed, ran, kind("h:\n"+strings.Repeat("ü", ledger.MaxKind)))
			b.wantOpen("a#1", 0, "h: "+strings.Repeat("ü", (ledger.MaxKind-3)/2))
		}},
		{"OpenTogether", opens, func(b *bench) {
			b.mustEnd(b.claim("a#2"), released, after(0), kind("k"))
			var ends []ledger.End
			for _, key := range []string{"a#1", "a#2", "a#3"} {
				ends = append(ends, ending(b.claim(key), released, after(0), kind("k"), endedAt(time.Second)))
			}
			for _, err := range b.Store.End(b.Context(), ends) {
				b.wantError("End", err, nil)
			}
			b.wantOpen("a#1", time.Second, "k")
			b.wantOpen("a#2", 0, "k")
			b.wantOpen("a#3", time.Second, "k")
		}},
		{"OpenAfterATime", opens, func(b *bench) {
			b.mustEnd(b.claim("a#1"), released, after(0), kind("k"))
			partition := ledger.OpenPartition("a#1")
			for since, want := range map[time.Duration]int{-time.Millisecond: 1, 0: 0} {
				after := ledger.OpenEntry{Key: "~", Since: start().Add(since)}
				found, err := b.Index.Open(b.Context(), partition, after, 9)
				b.wantError("Open", err, nil)
				b.wantEqual("entries after a time", len(found), want)
			}
		}},
		{"ClosedByCompletion", closes, func(b *bench) {
			b.mustEnd(b.claim("a#1"), completed, ran)
			b.wantNotOpen("a#1")
			b.mustEnd(b.claim("a#2"), released, after(0), kind("k"))
			b.mustEnd(b.claim("a#2"), completed, ran)
			b.wantNotOpen("a#2")
		}},
		{"ClosedTogether", closes, func(b *bench) {
			b.mustEnd(b.claim("a#2"), released, after(0), kind("k"))
			var ends []ledger.End
			for _, key := range []string{"a#1", "a#2", "a#3"} {
				ends = append(ends, ending(b.claim(key), completed, ran))
			}
			for _, err := range b.Store.End(b.Context(), ends) {
				b.wantError("End", err, nil)
			}
			b.wantEqual("index", b.index(), map[string]ledger.OpenEntry{})
		}},
		{"ClosedByCancelling", closes, func(b *bench) {
			b.mustEnd(b.claim("a#1"), released, after(0), kind("k"))
			b.mustEnd(b.claim("a#1"), failed, because(ledger.ReasonCancelled))
			b.wantNotOpen("a#1")
		}},
		{"ReleaseWithoutRun", other, func(b *bench) {
			b.mustEnd(b.claim("a#1"), released)
			b.wantNotOpen("a#1")
			b.mustEnd(b.claim("a#1"), released, after(0), kind("k"))
			b.mustEnd(b.claim("a#1"), released, endedAt(time.Minute))
			b.wantOpen("a#1", 0, "k")
		}},
		{"LapsedIsOpen", lapsed, func(b *bench) {
			b.claim("a#1")
			c := b.claim("a#1", at(lease))
			b.wantOpen("a#1", lease, ledger.OutcomeDied)
			b.mustEnd(c, completed, ran)
			b.wantNotOpen("a#1")
		}},
		{"ClaimLeavesOpen", lapsed, func(b *bench) {
			c := b.claim("a#1")
			b.mustEnd(c, failed, ran, because("permanent"), kind("k"))
			c = b.claim("a#1", func(r *ledger.Request) { r.Reopen = &ledger.Reopen{Fence: c.Fence} })
			b.wantOpen("a#1", 0, "k")
			b.mustEnd(c, failed, ran, because("attempts"), kind("k"), endedAt(time.Minute))
			b.wantOpen("a#1", 0, "k")
			b.claim("a#1", func(r *ledger.Request) { r.Received = c.DedupUntil.Add(time.Second) })
			b.wantNotOpen("a#1")
		}},
	}
}
