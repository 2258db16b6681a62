package clitest

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// A Table answers reads as DynamoDB does, except that a scan returns every record and only
// notes the filter.
type Table struct {
	*httptest.Server
	Items   map[string]map[string]any // by key
	Filters []map[string]any          // the values of each scan's filter

	mu sync.Mutex // the segments of a scan are read side by side
}

const approvedBody = `{"id":"evt_1","type":"kyc.session.approved","created":1790000000,"data":{"session_id":"s-1","name":"Example Person 7331"}}`

// NewTable has evt_1, completed and kept; evt_2, failed and not kept; evt_3, which
// waits; and a payload of a session that is not decided.
func NewTable(t *testing.T) *Table {
	t.Helper()
	f := &Table{Items: map[string]map[string]any{}}
	record := func(key, state, reason string, more map[string]any) {
		item := map[string]any{
			"pk": S(key), "state": S(state), "type": S("kyc.session.approved"), "fence": N(3), "attempts": N(2),
			"received": N(Noon.Add(-time.Hour).UnixMilli()), "first_claimed": N(Noon.UnixMilli()),
			"dedup_until": N(Noon.Add(30 * 24 * time.Hour).UnixMilli()), "exp": N(Noon.Add(59 * 24 * time.Hour).Unix()),
		}
		if reason != "" {
			item["reason"] = S(reason)
		}
		for name, value := range more {
			item[name] = value
		}
		f.Items[key] = item
	}
	record("kyc#evt_1", "COMPLETED", "", map[string]any{"done": map[string]any{"SS": []string{"open-account"}}})
	record("kyc#evt_2", "FAILED", "permanent", nil)
	record("kyc#evt_3", "RELEASED", "", map[string]any{"not_before": N(Noon.Add(time.Minute).UnixMilli())})
	f.Keep("kyc#evt_1", approvedBody)
	f.Keep("kyc#evt_3", `{"id":"evt_3","type":"kyc.session.created","data":{"session_id":"s-9"}}`)
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

// S is a string attribute.
func S(text string) map[string]any { return map[string]any{"S": text} }

// N is a number attribute.
func N(number int64) map[string]any {
	return map[string]any{"N": fmt.Sprint(number)}
}

// Keep keeps a body as that of an event.
func (f *Table) Keep(key, body string) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, body) // into memory
	_ = w.Close()
	f.Items["payload#"+key] = map[string]any{"pk": S("payload#" + key), "gzip": map[string]any{"B": base64.StdEncoding.EncodeToString(b.Bytes())}}
}

// ServeHTTP implements [http.Handler].
func (f *Table) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		TableName                 string
		Key                       map[string]map[string]string
		ExpressionAttributeValues map[string]any
		RequestItems              map[string]struct {
			Keys []map[string]map[string]string
		}
		Segment int
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.TableName != "ledger" && in.RequestItems == nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	answer := map[string]any{}
	switch r.Header.Get("X-Amz-Target") {
	case "DynamoDB_20120810.GetItem":
		if item, ok := f.Items[in.Key["pk"]["S"]]; ok {
			answer["Item"] = item
		}
	case "DynamoDB_20120810.DescribeTable":
		answer["Table"] = map[string]any{"ItemCount": len(f.Items), "TableSizeBytes": 8193}
	case "DynamoDB_20120810.BatchGetItem":
		items := []any{}
		for _, key := range in.RequestItems["ledger"].Keys {
			if item, ok := f.Items[key["pk"]["S"]]; ok {
				items = append(items, item)
			}
		}
		answer["Responses"] = map[string]any{"ledger": items}
	case "DynamoDB_20120810.Scan":
		f.Filters = append(f.Filters, in.ExpressionAttributeValues)
		if in.Segment > 0 { // all of it is in the first
			break
		}
		var items []any
		for key, item := range f.Items {
			if !strings.HasPrefix(key, "payload#") {
				items = append(items, item)
			}
		}
		answer["Items"], answer["ScannedCount"] = items, len(f.Items)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_ = json.NewEncoder(w).Encode(answer) // where it fails, the client is gone
}

// Filter reports whether the last scan asked for a value.
func (f *Table) Filter(value map[string]any) bool {
	for _, asked := range f.Filters[len(f.Filters)-1] {
		if fmt.Sprint(asked) == fmt.Sprint(value) {
			return true
		}
	}
	return false
}

// Env names the table for a command line.
func (f *Table) Env() map[string]string {
	return map[string]string{"TABLE_NAME": "ledger", "AWS_ENDPOINT_URL_DYNAMODB": f.URL}
}
