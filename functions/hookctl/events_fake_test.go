package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/kyc"
)

// A fakeTable answers GetItem and Scan as DynamoDB does, but for the scan's filter: it
// notes that, and gives every record.
type fakeTable struct {
	*httptest.Server
	items   map[string]map[string]any
	filters []map[string]any // the values of each scan's filter
}

const approvedBody = `{"id":"evt_1","type":"kyc.session.approved","created":1790000000,"data":{"session_id":"s-1","name":"Example Person 7331"}}`

// newFakeTable has evt_1, completed and kept; evt_2, failed and not kept; evt_3, which
// waits; and a payload of a session that is not decided.
func newFakeTable(t *testing.T) *fakeTable {
	t.Helper()
	f := &fakeTable{items: map[string]map[string]any{}}
	record := func(key, state, reason string, more map[string]any) {
		item := map[string]any{
			"pk": s(key), "state": s(state), "type": s("kyc.session.approved"), "fence": n(3), "attempts": n(2),
			"received": n(noon.Add(-time.Hour).UnixMilli()), "first_claimed": n(noon.UnixMilli()),
			"dedup_until": n(noon.Add(30 * 24 * time.Hour).UnixMilli()), "exp": n(noon.Add(59 * 24 * time.Hour).Unix()),
		}
		if reason != "" {
			item["reason"] = s(reason)
		}
		for name, value := range more {
			item[name] = value
		}
		f.items[key] = item
	}
	record("kyc#evt_1", "COMPLETED", "", map[string]any{"done": map[string]any{"SS": []string{"open-account"}}})
	record("kyc#evt_2", "FAILED", "permanent", nil)
	record("kyc#evt_3", "RELEASED", "", map[string]any{"not_before": n(noon.Add(time.Minute).UnixMilli())})
	f.keep("kyc#evt_1", approvedBody)
	f.keep("kyc#evt_3", `{"id":"evt_3","type":"kyc.session.created","data":{"session_id":"s-9"}}`)
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func s(text string) map[string]any { return map[string]any{"S": text} }
func n(number int64) map[string]any {
	return map[string]any{"N": fmt.Sprint(number)}
}

func (f *fakeTable) keep(key, body string) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, body) // into memory
	_ = w.Close()
	f.items["payload#"+key] = map[string]any{"pk": s("payload#" + key), "gzip": map[string]any{"B": base64.StdEncoding.EncodeToString(b.Bytes())}}
}

func (f *fakeTable) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		TableName                 string
		Key                       map[string]map[string]string
		ExpressionAttributeValues map[string]any
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.TableName != "ledger" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	answer := map[string]any{}
	switch r.Header.Get("X-Amz-Target") {
	case "DynamoDB_20120810.GetItem":
		if item, ok := f.items[in.Key["pk"]["S"]]; ok {
			answer["Item"] = item
		}
	case "DynamoDB_20120810.Scan":
		f.filters = append(f.filters, in.ExpressionAttributeValues)
		var items []any
		for key, item := range f.items {
			if !strings.HasPrefix(key, "payload#") {
				items = append(items, item)
			}
		}
		answer["Items"], answer["ScannedCount"] = items, len(f.items)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_ = json.NewEncoder(w).Encode(answer) // where it fails, the client is gone
}

// filter reports whether the last scan asked for a value.
func (f *fakeTable) filter(value map[string]any) bool {
	for _, asked := range f.filters[len(f.filters)-1] {
		if fmt.Sprint(asked) == fmt.Sprint(value) {
			return true
		}
	}
	return false
}

func (f *fakeTable) env() map[string]string {
	return map[string]string{"TABLE_NAME": "ledger", "AWS_ENDPOINT_URL_DYNAMODB": f.URL}
}

// openAccount is registered in place of the user's handlers.
func openAccount(r *hook.Registry, _ func(string) string) error {
	hook.On(r, kyc.SessionApproved, "open-account", func(context.Context, hook.Event[kyc.Session]) error { return nil })
	return nil
}
