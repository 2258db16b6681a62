package dynamo

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"webhookintake/shared/ledger"
)

func TestEngineReaderPayload(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	r := NewReader(e.client, e.store.table)
	noise := make([]byte, maxPayload+1) // random, so it compresses badly
	for i, x := 0, uint32(1); i < len(noise); i++ {
		x = x*1664525 + 1013904223
		noise[i] = byte(x >> 24)
	}
	for _, tt := range []struct {
		name string
		kept []byte
		want error
	}{
		{"kept", []byte(`{"id":"evt_1"}`), nil},
		{"not kept", nil, ledger.ErrNoPayload},
		{"omitted", noise, ledger.ErrNoPayload},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			now := time.Now()
			key := "kyc#" + tt.name
			answer := e.store.Claim(t.Context(), []ledger.Request{{
				Key: key, Owner: "o", Type: "t", At: now, Lease: now.Add(time.Minute),
				Received: now, DedupUntil: now.Add(time.Hour), Payload: tt.kept,
			}})[0]
			if answer.Status != ledger.Claimed || answer.Err != nil {
				t.Fatalf("Claim = %v, %v", answer.Status, answer.Err)
			}
			got, err := r.Payload(t.Context(), key)
			if !errors.Is(err, tt.want) || (tt.want == nil && !bytes.Equal(got, tt.kept)) {
				t.Errorf("Payload = %q, %v, want %v", got, err, tt.want)
			}
		})
	}
}

// A few kilobytes may decompress to gigabytes.
func TestDecompressIsBounded(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		size int
		want error
	}{
		{"the largest", maxBody, nil},
		{"one byte more", maxBody + 1, errTooLong},
		{"far more", 10 * maxBody, errTooLong},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			compressed, err := compress(make([]byte, tt.size))
			if err != nil {
				t.Fatal(err)
			}
			body, err := decompress(compressed)
			if !errors.Is(err, tt.want) || (tt.want == nil && len(body) != tt.size) {
				t.Errorf("decompress = %d bytes, %v, want %v", len(body), err, tt.want)
			}
		})
	}
}
