package dynamo

import (
	"reflect"
	"testing"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

// A record with a value in every field is read as it was written.
func TestRecordRoundTrip(t *testing.T) {
	t.Parallel()
	at := func(n int) time.Time { return now.Add(time.Duration(n) * time.Minute) }
	rec := ledger.Record{
		State: ledger.StateReleased, Owner: "o", Fence: 7, Lease: at(1), NotBefore: at(2), Attempts: 2, Runs: 3,
		Hash: "hmac-0a1b2c:9d", Identity: webhook.KeyHash, Secret: new(0), Done: []string{"a"}, Started: []string{"b"},
		Results: ledger.Results{"a": []byte(`{"n":1}`)}, Type: "t", Received: at(3), DedupUntil: at(4), Earlier: at(5),
		FirstClaimed: at(6), Finished: at(7), Reason: "permanent", Expires: at(8),
		Tries: []ledger.Try{{At: at(9), Attempt: 3, Outcome: "failed", Handler: "c", Error: "no"}},
		Since: at(10), Kind: "c: *bank.Error",
	}
	for i, v := 0, reflect.ValueOf(rec); i < v.NumField(); i++ {
		if v.Field(i).IsZero() {
			t.Errorf("field %s is not tested", v.Type().Field(i).Name)
		}
	}
	got, err := decode(encode("a#1", rec))
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "record", *got, rec)
}
