package operatetest

import (
	"errors"
	"fmt"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

func payloads(b *bench) {
	want := map[string]ledger.Kept{}
	keys := []string{"kyc#none"}
	for n := range 130 { // more than one request to DynamoDB takes
		key := fmt.Sprint("kyc#", n)
		var body []byte
		if n%10 > 0 {
			body = fmt.Appendf(nil, "body %d", n)
			want[key] = ledger.Kept{Body: body}
		}
		keys = append(keys, key)
		b.claim(key, "t", 0, body)
	}
	got, err := b.ledger.Payloads(b.Context(), keys)
	if err != nil {
		b.Fatal(err)
	}
	b.equal("payloads", got, want)
}

func erase(b *bench) {
	c := b.claim("kyc#1", "t", 0, []byte("kept"))
	before, _, _ := b.ledger.Record(b.Context(), c.Key)
	late := noon.Add(time.Hour)
	try := func(found ledger.Record, want bool) {
		b.Helper()
		if erased, err := b.ledger.Erase(b.Context(), ledger.Found{Key: c.Key, Record: found}, late); erased != want || err != nil {
			b.Fatalf("Erase = %v, %v; want %v", erased, err, want)
		}
	}
	try(before, false) // it has not ended
	b.end(c, ledger.StateFailed, "h: *bank.Error", 1)
	ended, _, _ := b.ledger.Record(b.Context(), c.Key)
	stale := ended
	stale.Fence-- // it was claimed again since
	try(stale, false)
	if body, err := b.ledger.Payload(b.Context(), c.Key); err != nil || string(body) != "kept" {
		b.Fatalf("payload %q, %v; want it kept until then", body, err)
	}
	for range 2 { // the second time nothing is left, and that is no error
		try(ended, true)
		want, _ := ledger.Erase(ended, late)
		ended, _, _ = b.ledger.Record(b.Context(), c.Key)
		b.equal("record", ended, want)
		if len(ended.Tries)+len(ended.Results) > 0 || ended.IsOpen() {
			b.Fatalf("it has content, or is open: %+v", ended)
		}
	}
	if _, err := b.ledger.Payload(b.Context(), c.Key); !errors.Is(err, ledger.ErrNoPayload) {
		b.Fatalf("payload: %v, want none", err)
	}
	again := b.Store.Claim(b.Context(), []ledger.Request{{
		Key: c.Key, Owner: "other", Type: "t", Hash: "hash", Identity: webhook.Given, At: late, Lease: late, Received: noon, DedupUntil: late,
	}})[0]
	b.equal("answer to a duplicate", again.Status, ledger.Duplicate)
}

func eraseState(b *bench) {
	c := b.claim("kyc#1", "t", 0, nil)
	tx := ledger.Tx{At: noon, State: &ledger.StateChange{ID: "5eed", JSON: []byte(`{"a":1}`), At: noon}}
	if err := b.Store.Commit(b.Context(), c, "h", tx); err != nil {
		b.Fatal(err)
	}
	found, err := b.ledger.State(b.Context(), "5eed")
	if err != nil || string(found.JSON) != `{"a":1}` || found.Version != noon.UnixMilli() {
		b.Fatalf("state %+v, %v", found, err)
	}
	for _, tt := range []struct {
		version int64
		want    bool
	}{{found.Version - 1, false}, {found.Version, true}, {found.Version, false}} {
		if erased, err := b.ledger.EraseState(b.Context(), "5eed", tt.version); erased != tt.want || err != nil {
			b.Fatalf("EraseState of version %d = %v, %v; want %v", tt.version, erased, err, tt.want)
		}
	}
	if left, err := b.ledger.State(b.Context(), "5eed"); err != nil || left.Version != 0 {
		b.Fatalf("state %+v, %v; want none", left, err)
	}
}
