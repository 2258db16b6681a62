package dynamo

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

// cancelled returns a transaction's answer: the reasons for the record, the entity, the
// state and the one write, in this order.
func cancelled(reasons ...string) reply {
	return reply{http.StatusBadRequest, `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException",` +
		`"Message":"cancelled","CancellationReasons":[` + strings.Join(reasons, ",") + `]}`}
}

func because(code string) string { return fmt.Sprintf(`{"Code":%q,"Message":"as asked"}`, code) }

func TestCancelledTransaction(t *testing.T) {
	t.Parallel()
	const none = `{"Code":"None"}`
	unmet := because("ConditionalCheckFailed")
	refused := func(item string) string { return `{"Code":"ConditionalCheckFailed","Item":` + item + `}` }
	done := strings.Replace(heldItem(), `"exp"`, `"done":{"SS":["h"]},"exp"`, 1)
	other := strings.Replace(heldItem(), `"3"`, `"4"`, 1)
	for _, tt := range []struct {
		name    string
		answer  reply
		want    error
		unknown bool // instead of want
	}{
		{name: "committed", answer: reply{body: "{}"}},
		{name: "own lost reply", answer: cancelled(refused(done), unmet, unmet, unmet)},
		{name: "fenced", answer: cancelled(refused(other), none, none, none), want: ledger.ErrFenced},
		{name: "fenced, and more", answer: cancelled(refused(other), unmet, unmet, because("ValidationError")), want: ledger.ErrFenced},
		{name: "record is gone", answer: cancelled(unmet, none, none, none), want: ledger.ErrFenced},
		{name: "stale", answer: cancelled(none, unmet, none, none), want: ledger.ErrStale},
		{name: "stale, and more", answer: cancelled(none, unmet, unmet, unmet), want: ledger.ErrStale},
		{name: "state moved", answer: cancelled(none, none, unmet, none), want: ledger.ErrStateMoved},
		{name: "state moved, and more", answer: cancelled(none, none, unmet, unmet), want: ledger.ErrStateMoved},
		{name: "condition of a write", answer: cancelled(none, none, none, unmet), want: webhook.ErrCondition},
		{name: "conflict on the record", answer: cancelled(because("TransactionConflict"), none, none, none), unknown: true},
		{name: "conflict on the state", answer: cancelled(none, none, because("TransactionConflict"), none), unknown: true},
		{name: "conflict on a write", answer: cancelled(none, none, none, because("TransactionConflict")), unknown: true},
		{name: "throttled", answer: cancelled(none, none, none, because("ThrottlingError")), unknown: true},
		{name: "write is invalid", answer: cancelled(none, none, none, because("ValidationError")), want: webhook.ErrWrites},
		{name: "collection is full", answer: cancelled(none, none, none, because("ItemCollectionSizeLimitExceeded")), want: webhook.ErrWrites},
		{name: "record is invalid", answer: cancelled(because("ValidationError"), none, none, none), unknown: true},
		{name: "state is invalid", answer: cancelled(none, none, because("ValidationError"), none), unknown: true},
		{name: "no reasons", answer: cancelled(), unknown: true},
		{name: "request is invalid", answer: refusal("ValidationException"), want: webhook.ErrWrites},
		{name: "table is missing", answer: refusal("ResourceNotFoundException"), unknown: true},
		{name: "access denied", answer: refusal("AccessDeniedException"), unknown: true},
		{name: "under way", answer: refusal("TransactionInProgressException"), unknown: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			store, stub := newStub(t, map[string][]reply{"TransactWriteItems": {tt.answer}})
			err := store.Commit(t.Context(), ledger.Claim{Key: "a#1", Owner: "x", Fence: 3, DedupUntil: now, Lease: now}, "h", ledger.Tx{
				Entity: ledger.Entity{Handler: "h", Name: "e"}, At: now, State: &ledger.StateChange{ID: "1", Version: 1, JSON: []byte("1")},
				Writes: []webhook.Write{webhook.Delete("users", webhook.Attributes{"id": webhook.S("1")})},
			})
			if tt.unknown {
				if err == nil || kind(err) != err { //nolint:errorlint // it is the error itself where the contract does not name it
					t.Errorf("Commit = %v, want an unknown outcome", err)
				}
			} else if !errors.Is(err, tt.want) {
				t.Errorf("Commit = %v, want %v", err, tt.want)
			}
			compare(t, "requests", stub.calls["TransactWriteItems"], 1)
		})
	}
}
