package ledgertest

import (
	"time"

	"webhookintake/shared/ledger"
)

func claimCases() []testCase {
	return []testCase{
		{"OneRecordAnEvent", "A Store keeps one record for each event.", func(b *bench) {
			r := b.request("a#1")
			b.ask(r)
			b.wantEqual("record", b.record("a#1"), ledger.Record{
				State: ledger.StateClaimed, Owner: r.Owner, Fence: 1, Attempts: 1, Runs: 1,
				Lease: r.Lease, Hash: r.Hash, Identity: r.Identity, Secret: r.Secret, Type: r.Type,
				Received: r.Received, DedupUntil: r.DedupUntil, FirstClaimed: r.At,
				Expires: ledger.Expiry(r.DedupUntil, r.At, b.Keep),
			})
			if _, ok := b.Record(b.T, "a#2"); ok {
				b.Error("another event has a record, too")
			}
		}},
		{"ClaimCarriesWhatItHolds", "Claim asks to work on events and answers each request in its place.", func(b *bench) {
			r := b.request("a#1")
			b.wantEqual("answer", b.ask(r), ledger.Answer{Status: ledger.Claimed, Claim: ledger.Claim{
				Key: r.Key, Owner: r.Owner, Fence: 1, Lease: r.Lease, DedupUntil: r.DedupUntil, Attempts: 1, Runs: 1,
			}})
		}},
		{"EarlierStays", "Such a new claim, and every later one of the same record, has in Earlier when the record that it replaced was received.", func(b *bench) {
			first := b.claim("a#1")
			b.mustEnd(first, ledger.StateCompleted)
			b.wantEqual("earlier of the first", first.Earlier, time.Time{})
			pastWindow := func(r *ledger.Request) {
				r.Received = r.Received.Add(2 * window)
				r.DedupUntil = r.DedupUntil.Add(2 * window)
			}
			for range 2 {
				c := b.claim("a#1", pastWindow)
				b.wantEqual("earlier", c.Earlier, start().Add(-time.Second))
				b.mustEnd(c, ledger.StateReleased)
			}
			b.wantEqual("earlier of the record", b.record("a#1").Earlier, start().Add(-time.Second))
		}},
		{"ExpiryMovesWithTheClaim", "Times are kept to the millisecond.", func(b *bench) {
			late := 2 * window
			b.claim("a#1", bornExpired)
			b.claim("a#1", at(late))
			b.wantEqual("expiry", b.record("a#1").Expires, start().Add(late+b.Keep).Truncate(time.Second))
		}},
		{"KeepOfTheRequest", "A record outlives its window for the request's Keep; if that is 0, as long as the store keeps all others.", func(b *bench) {
			c := b.claim("a#1", func(r *ledger.Request) { r.Keep = time.Hour })
			b.wantEqual("expiry", b.record("a#1").Expires, c.DedupUntil.Add(time.Hour).Truncate(time.Second))
			b.mustEnd(c, ledger.StateReleased)
			b.wantEqual("expiry of the release", b.record("a#1").Expires, c.DedupUntil.Add(time.Hour).Truncate(time.Second))
			b.mustEnd(b.claim("a#1", func(r *ledger.Request) { r.Keep = time.Hour }), ledger.StateCompleted)
			b.wantEqual("expiry of the completion", b.record("a#1").Expires, c.DedupUntil.Add(time.Hour).Truncate(time.Second))
		}},
		{"TimesToTheMillisecond", "Times are kept to the millisecond.", func(b *bench) {
			const beyond = 999 * time.Microsecond
			c := b.claim("a#1", func(r *ledger.Request) {
				r.At, r.Lease = r.At.Add(beyond), r.Lease.Add(beyond)
				r.Received, r.DedupUntil = r.Received.Add(beyond), r.DedupUntil.Add(beyond)
			})
			b.wantEqual("lease of the claim", c.Lease, start().Add(lease))
			b.mustEnd(c, ledger.StateReleased, after(time.Second+beyond))
			rec := b.record("a#1")
			b.wantEqual("times", []time.Time{rec.Lease, rec.NotBefore, rec.Received, rec.DedupUntil, rec.FirstClaimed},
				[]time.Time{c.Lease, start().Add(time.Second), start().Add(-time.Second), c.DedupUntil, start()})
			b.wantEqual("until", b.ask(b.request("a#1")).Until, start().Add(time.Second))
		}},
		{"FencesGrowOverReleases", "The Fence of a claim is greater than that of every earlier claim on the key, released ones included.", func(b *bench) {
			var last int64
			for range 3 {
				released := b.claim("a#1")
				b.mustEnd(released, ledger.StateReleased)
				lapsed := b.claim("a#1", bornExpired)
				if released.Fence <= last || lapsed.Fence <= released.Fence {
					b.Fatalf("fences %d, %d, %d do not grow", last, released.Fence, lapsed.Fence)
				}
				last = lapsed.Fence
			}
			c := b.claim("a#1")
			b.mustEnd(c, ledger.StateCompleted)
			next := b.claim("a#1", func(r *ledger.Request) { r.Received = r.DedupUntil.Add(time.Second) })
			if next.Fence <= c.Fence {
				b.Errorf("fence %d of a new arrival, after %d", next.Fence, c.Fence)
			}
		}},
		{"LeaseEndsByTheCaller", "Leases end by the caller's clock (the At of its requests), never by the time to live of a table.", func(b *bench) {
			b.claim("a#1", at(-10*365*24*time.Hour)) // long expired by any other clock
			b.wantEqual("within the lease", b.ask(b.request("a#1", at(-10*365*24*time.Hour))).Status, ledger.InProgress)
			b.wantEqual("after it", b.ask(b.request("a#1")).Status, ledger.Claimed)
		}},
		{"PayloadIsKept", "A payload that could not be kept does not affect the claim.", func(b *bench) {
			b.claim("a#1", func(r *ledger.Request) { r.Payload = []byte(`{"a":1}`) })
			b.claim("a#2")
			got, _ := b.Payload(b.T, "a#1")
			b.wantEqual("payload", string(got), `{"a":1}`)
			if _, ok := b.Payload(b.T, "a#2"); ok {
				b.Error("a payload was kept that was not given")
			}
		}},
		{"KeysOccurOnce", "A key occurs at most once in one call.", func(b *bench) {
			// Keys that look alike are still distinct.
			keys := []string{"a#1", "a#1 ", "a#", "a#1#1", "A#1"}
			var requests []ledger.Request
			for _, key := range keys {
				requests = append(requests, b.request(key, firstReceive))
			}
			for i, a := range b.Store.Claim(b.Context(), requests) {
				if a.Status != ledger.Claimed || a.Claim.Key != keys[i] || a.Claim.Fence != 1 {
					b.Errorf("claim of %q = %v with fence %d of %q", keys[i], a.Status, a.Claim.Fence, a.Claim.Key)
				}
			}
		}},
	}
}
