package dynamo

import (
	"fmt"
	"strings"
	"testing"

	"webhookintake/shared/ledger"
)

// An item that is not a state, under a state's key, is an error, never the zero state.
func TestForeignState(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		item string
		want ledger.StateValue
		ok   bool
	}{
		{`{}`, ledger.StateValue{}, true},
		{`{"pk":{"S":":state#1"},"v":{"N":"7"},"s":{"S":"1"}}`, ledger.StateValue{Version: 7, JSON: []byte("1")}, true},
		{`{"pk":{"S":":state#1"}}`, ledger.StateValue{}, false},
		{`{"pk":{"S":":state#1"},"v":{"N":"7"}}`, ledger.StateValue{}, false},
		{`{"pk":{"S":":state#1"},"s":{"S":"1"}}`, ledger.StateValue{}, false},
		{`{"pk":{"S":":state#1"},"v":{"S":"7"},"s":{"S":"1"}}`, ledger.StateValue{}, false},
		{`{"pk":{"S":":state#1"},"v":{"N":"7"},"s":{"N":"1"}}`, ledger.StateValue{}, false},
	} {
		store, _ := newStub(t, map[string][]reply{"GetItem": {{body: fmt.Sprintf(`{"Item":%s}`, tt.item)}}})
		got, err := store.GetState(t.Context(), "1")
		if (err == nil) != tt.ok || err != nil && !strings.Contains(err.Error(), "item is not a state") {
			t.Errorf("%s: %v", tt.item, err)
		}
		compare(t, tt.item, got, tt.want)
	}
}

// A record whose results cannot be read is not taken for one without results.
func TestForeignResults(t *testing.T) {
	t.Parallel()
	it := strings.Replace(heldItem(), `"exp"`, `"results":{"SS":["h"]},"exp"`, 1)
	store, _ := newStub(t, map[string][]reply{"PutItem": {refusedWith(it)}})
	if a := store.Claim(t.Context(), []ledger.Request{request("a#1")})[0]; a.Status != ledger.Unknown || a.Err == nil {
		t.Errorf("Claim = %v, %v", a.Status, a.Err)
	}
}
