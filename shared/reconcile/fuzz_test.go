package reconcile_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/queue"
	"webhookintake/shared/reconcile"
)

// FuzzLastResults lets the API answer results of any form: they must give a message that
// the queue accepts, and the same message if only spaces differ.
func FuzzLastResults(f *testing.F) {
	f.Add([]byte(`{"b":1.10,"a":["<x>"],"b":2}`))
	f.Add([]byte(`[1e400, "\ud800", null, {"":{}}]`))
	f.Add([]byte(`"x"`))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, results []byte) {
		if !json.Valid(results) {
			return
		}
		var indented bytes.Buffer
		if err := json.Indent(&indented, results, " ", "\t"); err != nil {
			t.Fatal(err)
		}
		first, again := ask(t, results), ask(t, indented.Bytes())
		if first.ID != again.ID || !bytes.Equal(first.Raw, again.Raw) {
			t.Errorf("two events of the same results:\n%s\n%s", first.Raw, again.Raw)
		}
		if envelope, err := (kyc.Provider{}).Open(first.Raw); err != nil || envelope.ID != first.ID {
			t.Errorf("opened as %v, %v", envelope.ID, err)
		}
	})
}

func ask(t *testing.T, results []byte) queue.Message {
	t.Helper()
	api := &fake{answers: map[string][]answer{
		"/kyc/watchlists":     {{body: list}},
		"/kyc/watchlists/w-1": {{body: `{"data":{"watchlist_id":"w-1","last_results":` + string(results) + `}}`}},
	}}
	messages, err := reconcile.KYC(t.Context(), api.kyc(t), reconcile.KYCQuery{Received: noon, Since: query.Since})
	if err != nil || len(messages) != 1 {
		t.Fatalf("%v, %v; want one", messages, err)
	}
	if _, err := queue.Encode(messages[0]); err != nil {
		t.Error(err)
	}
	return messages[0]
}
