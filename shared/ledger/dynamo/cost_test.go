package dynamo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"webhookintake/shared/ledger"
)

// A meter counts requests by operation, and the capacity that DynamoDB says they consume.
// It asks for the capacity itself, because the store does not.
type meter struct {
	to http.RoundTripper

	mu     sync.Mutex
	calls  map[string]int
	writes int     // units, if no item is over 1 KB
	units  float64 // as DynamoDB Local counts, which says nothing of batches and halves transactions
	reads  float64 // units, as DynamoDB Local counts
}

func (m *meter) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	body = append([]byte(`{"ReturnConsumedCapacity":"TOTAL",`), bytes.TrimPrefix(body, []byte("{"))...)
	asking := r.Clone(r.Context())
	asking.Body, asking.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	reply, err := m.to.RoundTrip(asking)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(reply.Body)
	reply.Body.Close()
	if err != nil {
		return nil, err
	}
	reply.Body = io.NopCloser(bytes.NewReader(answer))
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls[operation]++
	m.writes += writesIn(operation, body)
	if units := consumed(answer); operation == "GetItem" {
		m.reads += units
	} else {
		m.units += units
	}
	return reply, nil
}

// writesIn returns how many write units a request costs if its items are under 1 KB: one
// for each statement of a batch, two for each item of a transaction.
func writesIn(operation string, body []byte) int {
	var request struct{ Statements, TransactItems []json.RawMessage }
	switch err := json.Unmarshal(body, &request); {
	case err != nil || operation == "GetItem":
		return 0
	case operation == "BatchExecuteStatement":
		return len(request.Statements)
	case operation == "TransactWriteItems":
		return 2 * len(request.TransactItems)
	}
	return 1
}

// consumed returns the capacity in an answer: of one table, or of each.
func consumed(answer []byte) float64 {
	type capacity struct{ CapacityUnits float64 }
	var one struct{ ConsumedCapacity capacity }
	if json.Unmarshal(answer, &one) == nil {
		return one.ConsumedCapacity.CapacityUnits
	}
	var each struct{ ConsumedCapacity []capacity }
	sum := 0.0
	if json.Unmarshal(answer, &each) == nil {
		for _, c := range each.ConsumedCapacity {
			sum += c.CapacityUnits
		}
	}
	return sum
}

// usual is the most common kind of event: new, and handled at the first try.
func usual(i int) ledger.Request {
	r := request(fmt.Sprintf("contiguity#evt_01JA0000000000000000000%03d", i))
	r.FirstReceive, r.Handled = true, true
	return r
}

// A usual event costs two writes of one unit each and no read; ten that arrive together
// cost two requests in all.
func TestEngineCost(t *testing.T) {
	t.Parallel()
	release := func(c ledger.Claim) ledger.End {
		return ledger.End{Claim: c, At: now, State: ledger.StateReleased, Ran: true, Counted: true, NotBefore: now, Done: []string{"a", "b"}, Started: c.Started}
	}
	complete := func(c ledger.Claim) ledger.End {
		return ledger.End{Claim: c, At: now, State: ledger.StateCompleted, Ran: true, Done: []string{"auto-reply", "crm-sync"}}
	}
	for _, tt := range []struct {
		name   string
		events int
		before func(ledger.Claim) ledger.End // how an earlier claim of each ended
		end    func(ledger.Claim) ledger.End
		commit bool // each event's second handler has writes of its own
		calls  map[string]int
		writes int
	}{
		{name: "one", events: 1, end: complete, calls: map[string]int{"PutItem": 1, "UpdateItem": 1}, writes: 2},
		{name: "ten", events: 10, end: complete, calls: map[string]int{"BatchExecuteStatement": 2}, writes: 20},
		{name: "ten that fail", events: 10, end: release, calls: map[string]int{"BatchExecuteStatement": 2}, writes: 20},
		{name: "ten that commit", events: 10, commit: true,
			end: func(c ledger.Claim) ledger.End {
				return ledger.End{Claim: c, At: now, State: ledger.StateCompleted, Ran: true, Done: []string{"crm-sync"}}
			},
			calls: map[string]int{"BatchExecuteStatement": 2, "UpdateItem": 10}, writes: 30},
		{name: "thirty", events: 30, end: complete, calls: map[string]int{"BatchExecuteStatement": 4}, writes: 60},
		// A second try finds its record: one write to learn that, one to claim.
		{name: "ten again", events: 10, before: release, end: func(c ledger.Claim) ledger.End {
			return ledger.End{Claim: c, At: now, State: ledger.StateCompleted, Ran: true, Done: []string{"b", "a"}}
		}, calls: map[string]int{"PutItem": 10, "UpdateItem": 10, "BatchExecuteStatement": 1}, writes: 30},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEngine(t)
			var requests []ledger.Request
			for i := range tt.events {
				r := usual(i)
				if tt.before != nil {
					settleAll(t, e.store.End(t.Context(), []ledger.End{tt.before(mustClaim(t, e.store, r))}))
					r.FirstReceive, r.Owner = false, "again"
				}
				requests = append(requests, r)
			}
			m := &meter{to: e.wire.to, calls: map[string]int{}}
			e.wire.to = m
			var ends []ledger.End
			for _, a := range e.store.Claim(t.Context(), requests) {
				if a.Status != ledger.Claimed {
					t.Fatalf("%v: %v", a.Status, a.Err)
				}
				if tt.commit {
					settleAll(t, []error{e.store.Commit(t.Context(), a.Claim, "crm-sync", ledger.Tx{})})
				}
				ends = append(ends, tt.end(a.Claim))
			}
			settleAll(t, e.store.End(t.Context(), ends))
			compare(t, "requests", m.calls, tt.calls)
			compare(t, "writes", m.writes, tt.writes)
			if tt.events == 1 {
				compare(t, "units", m.units, 2.0)
			}
		})
	}
}

// A record of a usual event, with the longest id and three handlers, stays under the
// 1 KB that one write unit covers.
func TestRecordFitsAWriteUnit(t *testing.T) {
	t.Parallel()
	r := usual(1)
	r.Key = strings.Repeat("s", 63) + "#" + strings.Repeat("i", 200)
	r.Owner, r.Hash, r.Type = strings.Repeat("0", 32), strings.Repeat("0", 64), "verification.session.report_generated"
	_, rec := ledger.Judge(nil, r, testKeep)
	rec.Done = []string{"auto-reply-to-incoming-messages", "copy-to-crm-and-billing-systems", "tell-the-team-in-the-chat-room"}
	rec.Reason, rec.Finished = "outcome_unknown", now
	it := encode(r.Key, *rec)
	it[attrKey] = text(r.Key)
	if size := itemSize(it); size > 1024 {
		t.Errorf("record of %d bytes", size)
	}
}

// itemSize returns at least the size that DynamoDB counts: names and values in UTF-8, a
// number as at most 21 bytes.
func itemSize(it item) int {
	size := 0
	for name, v := range it {
		size += len(name)
		switch v := v.(type) {
		case *types.AttributeValueMemberS:
			size += len(v.Value)
		case *types.AttributeValueMemberSS:
			size += len(strings.Join(v.Value, ""))
		default:
			size += 21
		}
	}
	return size
}

func settleAll(t *testing.T, errs []error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}
