package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

// DynamoDB takes 25 statements a request, and one event takes the request of one event.
func TestStatementsOfARequest(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ events, batches, single int }{{1, 0, 1}, {2, 1, 0}, {25, 1, 0}, {26, 2, 0}, {27, 2, 0}} {
		first, rest := make([]string, min(tt.events, 25)), make([]string, max(tt.events-25, 0))
		store, stub := newStub(t, map[string][]reply{
			"BatchExecuteStatement": {statements(first...), statements(rest...)}, "PutItem": {{body: "{}"}},
		})
		var requests []ledger.Request
		for i := range tt.events {
			r := request(fmt.Sprint("a#", i))
			r.FirstReceive = true
			requests = append(requests, r)
		}
		for i, a := range store.Claim(t.Context(), requests) {
			if a.Status != ledger.Claimed {
				t.Errorf("%d events: answer %d is %v, %v", tt.events, i, a.Status, a.Err)
			}
		}
		compare(t, "batches", stub.calls["BatchExecuteStatement"], tt.batches)
		compare(t, "single requests", stub.calls["PutItem"], tt.single)
	}
}

// What DynamoDB finds invalid is the user's writes; without any, it is not known what.
func TestInvalidTransaction(t *testing.T) {
	t.Parallel()
	store, _ := newStub(t, map[string][]reply{"TransactWriteItems": {refusal("ValidationException")}})
	c := ledger.Claim{Key: "a#1", Owner: "x", Fence: 3, DedupUntil: now, Lease: now}
	writes := []webhook.Write{webhook.Delete("orders", webhook.Attributes{"id": webhook.S("1")})}
	if err := store.Commit(t.Context(), c, "h", ledger.Tx{Writes: writes}); !errors.Is(err, webhook.ErrWrites) {
		t.Errorf("with writes: %v, want ErrWrites", err)
	}
	err := store.Commit(t.Context(), c, "h", ledger.Tx{Entity: ledger.Entity{Handler: "h", Name: "e"}, At: now})
	if err == nil || errors.Is(err, webhook.ErrWrites) {
		t.Errorf("without writes: %v, want an unknown outcome", err)
	}
}

// Answers that contradict themselves leave the outcome unknown.
func TestContradictions(t *testing.T) {
	t.Parallel()
	c := ledger.Claim{Key: "a#1", Owner: "x", Fence: 3}
	refused := map[string][]reply{"UpdateItem": {refusedWith(heldItem())}}
	for name, call := range map[string]func(*Store) error{
		"start":  func(s *Store) error { return s.Start(t.Context(), c, "h") },
		"commit": func(s *Store) error { return s.Commit(t.Context(), c, "h", ledger.Tx{}) },
		"end": func(s *Store) error {
			return s.End(t.Context(), []ledger.End{{Claim: c, At: now, State: ledger.StateCompleted}})[0]
		},
	} {
		store, _ := newStub(t, refused)
		if err := call(store); err == nil || errors.Is(err, ledger.ErrFenced) {
			t.Errorf("%s, refused on a record that meets its condition: %v, want an unknown outcome", name, err)
		}
	}
	lapsed := fmt.Sprintf(claimed, now.UnixMilli())
	store, _ := newStub(t, map[string][]reply{"PutItem": {refusedWith(lapsed)}, "UpdateItem": {{body: "{}"}}})
	if a := store.Claim(t.Context(), []ledger.Request{request("a#1")})[0]; a.Status != ledger.Unknown || a.Err == nil {
		t.Errorf("a claim whose update leaves no item: %v, %v", a.Status, a.Err)
	}
}

// Each read sees what was written last.
func TestConsistentReads(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(context.Context, *Store, *Reader){
		"newest": func(ctx context.Context, s *Store, _ *Reader) { _, _ = s.Newest(ctx, ledger.Entity{Handler: "h"}) },
		"state":  func(ctx context.Context, s *Store, _ *Reader) { _, _ = s.GetState(ctx, "7f") },
		"record": func(ctx context.Context, _ *Store, r *Reader) { _, _, _ = r.Record(ctx, "a#1") },
		"cancel": func(ctx context.Context, s *Store, _ *Reader) {
			s.Claim(ctx, []ledger.Request{{Key: "a#1", NeverRuns: true}})
		},
		"payload": func(ctx context.Context, _ *Store, r *Reader) { _, _ = r.Payload(ctx, "a#1") },
	} {
		sent := &recorder{}
		store := newRecorded(sent)
		read(t.Context(), store, NewReader(store.client, "ledger"))
		if !strings.Contains(string(sent.body), `"ConsistentRead":true`) {
			t.Errorf("%s sent %s, want a consistent read", name, sent.body)
		}
	}
}

// newRecorded returns a store whose requests r records.
func newRecorded(r *recorder) *Store {
	return New(Options{
		Table: "ledger", Region: "eu-central-1", Endpoint: "http://localhost", Keep: testKeep,
		Credentials: credentials.NewStaticCredentialsProvider("id", "key", ""), HTTPClient: r,
	})
}
