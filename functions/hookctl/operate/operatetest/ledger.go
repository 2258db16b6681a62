package operatetest

import (
	"errors"
	"fmt"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

func record(b *bench) {
	if _, ok, err := b.ledger.Record(b.Context(), "kyc#none"); ok || err != nil {
		b.Fatalf("record of no event: %v, %v", ok, err)
	}
	b.end(b.claim("kyc#1", "t", 0, nil), ledger.StateFailed, "h: *bank.Error", 1)
	got, ok, err := b.ledger.Record(b.Context(), "kyc#1")
	if !ok || err != nil {
		b.Fatalf("record: %v, %v", ok, err)
	}
	want := ledger.Record{
		State: ledger.StateFailed, Owner: "owner", Fence: 1, Lease: noon.Add(time.Minute), Attempts: 1, Runs: 1, Hash: "hash", Identity: "given",
		Secret: new(1), Done: []string{"a"}, Type: "t", Received: noon, DedupUntil: noon.Add(time.Hour), FirstClaimed: noon,
		Finished: noon.Add(time.Minute), Since: noon.Add(time.Minute), Kind: "h: *bank.Error",
		Tries:   []ledger.Try{{At: noon.Add(time.Minute), Attempt: 1, Outcome: "failed", Handler: "h", Error: `no "credit" <yet> für`}},
		Expires: got.Expires,
	}
	want.Identity = got.Identity
	b.equal("record", got, want)
}

func payload(b *bench) {
	if _, err := b.ledger.Payload(b.Context(), "kyc#1"); !errors.Is(err, ledger.ErrNoPayload) {
		b.Fatalf("payload of no event: %v", err)
	}
	for key, body := range map[string]string{"kyc#1": "{\"text\":\"\x00\xff\"}", "kyc#2": ""} {
		b.claim(key, "t", 0, []byte(body))
		got, err := b.ledger.Payload(b.Context(), key)
		if err != nil || got == nil {
			b.Fatalf("payload: %v, %v", got, err)
		}
		b.equal("payload", string(got), body)
	}
}

func records(b *bench) {
	for n := range 12 {
		b.claim(fmt.Sprintf("kyc#%02d", n), fmt.Sprint("t", n%2), n, []byte("kept"))
	}
	b.fail("kyc-eu#1", 1)
	b.equal("one type in a time", b.found(ledger.Scan{
		Source: "kyc", Type: "t1", From: noon.Add(3 * time.Minute), Until: noon.Add(7 * time.Minute), State: ledger.StateClaimed, Segments: 3,
	}), []string{"kyc#03", "kyc#05"})
	b.equal("a state", b.found(ledger.Scan{State: ledger.StateFailed}), []string{"kyc-eu#1"})
	b.equal("another reason", b.found(ledger.Scan{Reason: "another"}), []string(nil))
	items := 0
	if got := b.found(ledger.Scan{Progress: func(n int) { items = n }}); len(got) != 13 || items < 13 {
		b.Fatalf("found %d records among %d items, want 13", len(got), items)
	}
}

func probes(b *bench) {
	b.claim("probe#1", webhook.ProbeType, 0, nil)
	b.claim("probe#2", "text.incoming.sms", 0, nil) // of a source from before the name was reserved
	b.equal("all", b.found(ledger.Scan{}), []string{"probe#2"})
	b.equal("of the type", b.found(ledger.Scan{Type: webhook.ProbeType}), []string(nil))
	b.equal("of the source", b.found(ledger.Scan{Source: webhook.Probe}), []string{"probe#1", "probe#2"})
	entry := ledger.OpenEntry{Key: "probe#1", Type: webhook.ProbeType}
	b.equal("open", []bool{entry.Of("", ""), entry.Of("kyc", ""), entry.Of(webhook.Probe, "")}, []bool{false, false, true})
}

func size(b *bench) {
	before, err := b.ledger.Size(b.Context())
	b.ok(err)
	b.claim("kyc#1", "t", 0, nil)
	after, err := b.ledger.Size(b.Context())
	b.ok(err)
	if before.Items != 0 || after.Items != 1 {
		b.Fatalf("%d items, then %d, want 0 and 1", before.Items, after.Items)
	}
}

func recordsStop(b *bench) {
	for n := range 5 {
		b.claim(fmt.Sprint("kyc#", n), "t", n, nil)
	}
	n := 0
	for _, err := range b.ledger.Records(b.Context(), ledger.Scan{}) {
		if err != nil {
			b.Fatal(err)
		}
		if n++; n == 2 {
			break
		}
	}
	b.equal("records", n, 2)
}

func open(b *bench) {
	for n := range 40 {
		b.fail(fmt.Sprint("kyc#", n), n%7)
	}
	b.end(b.claim("kyc#good", "t", 0, nil), ledger.StateCompleted, "", 0)
	seen := map[string]bool{}
	for partition := range ledger.OpenPartitions {
		var last ledger.OpenEntry
		for {
			page, err := b.ledger.Open(b.Context(), partition, last, 2)
			if err != nil || len(page) > 2 {
				b.Fatalf("page of %d: %v", len(page), err)
			}
			for _, entry := range page {
				if seen[entry.Key] || entry.Since.Before(last.Since) {
					b.Fatalf("%+v comes after %+v", entry, last)
				}
				rec, _, _ := b.ledger.Record(b.Context(), entry.Key)
				b.equal("entry", entry, ledger.OpenEntry{Key: entry.Key, Since: rec.Since, Type: "t", Kind: "h: *bank.Error", Received: rec.Received})
				seen[entry.Key], last = true, entry
			}
			if len(page) < 2 {
				break
			}
		}
	}
	b.equal("open events", len(seen), 40)
}

func recordsOf(b *bench) {
	var keys []string
	for n := range 130 { // more than one request to DynamoDB takes
		key := fmt.Sprint("kyc#", n)
		b.claim(key, "t", 0, nil)
		keys = append(keys, key)
	}
	got, err := b.ledger.RecordsOf(b.Context(), append(keys, "kyc#none"))
	if err != nil || len(got) != 130 {
		b.Fatalf("%d records, %v", len(got), err)
	}
	one, _, _ := b.ledger.Record(b.Context(), "kyc#7")
	b.equal("record", got["kyc#7"], one)
}

func drop(b *bench) {
	c := b.claim("kyc#1", "t", 0, nil)
	claimed, _, _ := b.ledger.Record(b.Context(), c.Key)
	b.end(c, ledger.StateFailed, "h: *bank.Error", 1)
	failed, _, _ := b.ledger.Record(b.Context(), c.Key)
	if wrote, err := b.ledger.Drop(b.Context(), ledger.Found{Key: c.Key, Record: claimed}, claimed.Lease); wrote || err != nil {
		b.Fatalf("Drop of a record that changed = %v, %v", wrote, err)
	}
	for _, want := range []bool{true, false} { // the second time it is dropped already
		wrote, err := b.ledger.Drop(b.Context(), ledger.Found{Key: c.Key, Record: failed}, noon.Add(time.Hour))
		if wrote != want || err != nil {
			b.Fatalf("Drop = %v, %v", wrote, err)
		}
		failed, _, _ = b.ledger.Record(b.Context(), c.Key)
		b.equal("reason", failed.Reason, ledger.ReasonDropped)
		b.equal("error", failed.Tries[0].Error, `no "credit" <yet> für`)
	}
	page, err := b.ledger.Open(b.Context(), ledger.OpenPartition(c.Key), ledger.OpenEntry{}, 1)
	if len(page) > 0 || err != nil {
		b.Fatalf("open: %+v, %v", page, err)
	}
}

func reindex(b *bench) {
	c := b.claim("kyc#1", "t", 0, nil) // and its process dies
	before, _, _ := b.ledger.Record(b.Context(), c.Key)
	found := ledger.Found{Key: c.Key, Record: before}
	late := before.Lease
	for _, want := range []bool{true, false} { // the second time the record has it already
		if wrote, err := b.ledger.Reindex(b.Context(), found, late); wrote != want && err == nil || err != nil {
			b.Fatalf("Reindex = %v, %v", wrote, err)
		}
		found.Record, _, _ = b.ledger.Record(b.Context(), c.Key)
		b.equal("kind", found.Record.Kind, ledger.OutcomeDied)
	}
	b.end(c, ledger.StateFailed, "h: *bank.Error", 1)
	ended, _, _ := b.ledger.Record(b.Context(), c.Key)
	if wrote, err := b.ledger.Reindex(b.Context(), ledger.Found{Key: c.Key, Record: before}, late); wrote || err != nil {
		b.Fatalf("Reindex of a record that changed = %v, %v", wrote, err)
	}
	left, _, _ := b.ledger.Record(b.Context(), c.Key)
	b.equal("record", left, ended)
}
