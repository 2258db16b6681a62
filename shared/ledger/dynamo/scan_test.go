package dynamo

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/ledger"
)

// fill puts records of every kind into the table, and items that are not records.
func (e *engine) fill(t *testing.T) {
	t.Helper()
	end := func(key, typ string, received time.Time, state ledger.State, reason string) {
		r := request(key)
		r.Type, r.Received, r.Payload = typ, received, []byte(`{"id":1}`)
		c := mustClaim(t, e.store, r)
		if state == ledger.StateClaimed {
			return
		}
		err := e.store.End(t.Context(), []ledger.End{{Claim: c, At: now, State: state, Reason: reason, NotBefore: now, Ran: true}})[0]
		if err != nil {
			t.Fatal(err)
		}
	}
	end("kyc#1", "kyc.session.approved", now.Add(-3*time.Hour), ledger.StateCompleted, "")
	end("kyc#2", "kyc.session.rejected", now.Add(-2*time.Hour), ledger.StateCompleted, ledger.ReasonUnhandled)
	end("kyc#3", "kyc.session.approved", now.Add(-time.Hour), ledger.StateFailed, "permanent")
	end("kyc-eu#1", "kyc.session.approved", now, ledger.StateClaimed, "")
	end("contiguity#1", "text.incoming.sms", now.Add(-2*time.Hour), ledger.StateReleased, "")
	c := mustClaim(t, e.store, request("contiguity#2"))
	err := e.store.Commit(t.Context(), c, "h", ledger.Tx{
		Entity: ledger.Entity{Handler: "h", Name: "e"}, At: now, State: &ledger.StateChange{ID: "1", JSON: []byte("1"), At: now},
	})
	if err != nil {
		t.Fatal(err) // it writes the items of the entity and the state
	}
}

func keys(t *testing.T, r *Reader, s ledger.Scan) []string {
	t.Helper()
	var found []string
	for f, err := range r.Records(t.Context(), s) {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, f.Key)
	}
	slices.Sort(found)
	return found
}

// Reading in segments finds the same records, each once, and ends early when it is asked to.
func TestEngineRecordsInSegments(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.fill(t)
	r := NewReader(e.client, e.store.table)
	r.page = new(int32(1))
	items := 0
	got := keys(t, r, ledger.Scan{Segments: 4, Progress: func(n int) { items = n }})
	compare(t, "keys", got, keys(t, r, ledger.Scan{}))
	if items < len(got) {
		t.Errorf("progress says %d items, of which %d are records", items, len(got))
	}
	for range r.Records(t.Context(), ledger.Scan{Segments: 4}) {
		break // or it would wait for its segments for ever
	}
}

func TestEngineRecords(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.fill(t)
	for _, tt := range []struct {
		name string
		scan ledger.Scan
		want string
	}{
		{"all", ledger.Scan{}, "contiguity#1 contiguity#2 kyc#1 kyc#2 kyc#3 kyc-eu#1"},
		{"a source, and none that its name begins", ledger.Scan{Source: "kyc"}, "kyc#1 kyc#2 kyc#3"},
		{"a type", ledger.Scan{Type: "kyc.session.approved"}, "kyc#1 kyc#3 kyc-eu#1"},
		{"a state", ledger.Scan{State: ledger.StateCompleted}, "kyc#1 kyc#2"},
		{"a reason", ledger.Scan{State: ledger.StateCompleted, Reason: ledger.ReasonUnhandled}, "kyc#2"},
		{"from, inclusive", ledger.Scan{Source: "kyc", From: now.Add(-2 * time.Hour)}, "kyc#2 kyc#3"},
		{"until, exclusive", ledger.Scan{Source: "kyc", Until: now.Add(-2 * time.Hour)}, "kyc#1"},
		{"everything at once", ledger.Scan{
			Source: "kyc", Type: "kyc.session.approved", State: ledger.StateFailed, Reason: "permanent",
			From: now.Add(-time.Hour), Until: now,
		}, "kyc#3"},
		{"none", ledger.Scan{Source: "nobody"}, ""},
		{"payloads are no source", ledger.Scan{Source: "payload"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			compare(t, "keys", strings.Join(keys(t, NewReader(e.client, e.store.table), tt.scan), " "), tt.want)
		})
	}
}

// Small pages bring the same, and Progress counts what is left out too.
func TestEngineRecordsInPages(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.fill(t)
	const items = 6 + 5 + 2 // records, payloads, an entity and a state
	for _, page := range []int32{1, 4, items, 100} {
		t.Run(fmt.Sprint(page), func(t *testing.T) {
			t.Parallel()
			r := NewReader(e.client, e.store.table)
			r.page = &page
			var progress []int
			got := keys(t, r, ledger.Scan{Source: "kyc", Progress: func(n int) { progress = append(progress, n) }})
			compare(t, "keys", got, []string{"kyc#1", "kyc#2", "kyc#3"})
			if len(progress) < items/int(page) || !slices.IsSorted(progress) || progress[len(progress)-1] != items {
				t.Errorf("progress %v, want it to reach %d", progress, items)
			}
		})
	}
}

func TestEngineRecordsAsRead(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.fill(t)
	r := NewReader(e.client, e.store.table)
	for f, err := range r.Records(t.Context(), ledger.Scan{}) {
		if err != nil {
			t.Fatal(err)
		}
		want, _, err := r.Record(t.Context(), f.Key)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, f.Key, f.Record, want)
	}
}

// The caller may stop early, and an error ends the scan.
func TestRecordsEnd(t *testing.T) {
	t.Parallel()
	page := func(items ...string) reply {
		return reply{body: fmt.Sprintf(`{"Items":[%s],"ScannedCount":%d,"LastEvaluatedKey":{"pk":{"S":"a#1"}}}`, strings.Join(items, ","), len(items))}
	}
	for _, tt := range []struct {
		name    string
		replies []reply
		leave   bool
		records int
		err     string
	}{
		{"left", []reply{page(heldItem(), heldItem())}, true, 1, ""},
		{"second page refused", []reply{page(heldItem()), refusal("ResourceNotFoundException")}, false, 1, "read the records in ledger: "},
		{"not a record", []reply{page(heldItem(), `{"pk":{"S":"a#2"},"name":{"S":"x"}}`)}, false, 1, "read the record of a#2: "},
		{"not an event's key", []reply{page(`{"pk":{"S":"a"},"state":{"S":"CLAIMED"}}`)}, false, 0, "read the record of a: " + errNoKey.Error()},
		{"no key at all", []reply{page(`{"state":{"S":"CLAIMED"}}`)}, false, 0, errNoKey.Error()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			store, stub := newStub(t, map[string][]reply{"Scan": tt.replies})
			records := 0
			var failed error
			for _, err := range NewReader(store.client, "ledger").Records(t.Context(), ledger.Scan{}) {
				if failed = err; err != nil {
					continue // it must have ended by itself
				}
				if records++; tt.leave {
					break
				}
			}
			if records != tt.records || (failed != nil) != (tt.err != "") || failed != nil && !strings.Contains(failed.Error(), tt.err) {
				t.Errorf("%d records, %v; want %d and %q", records, failed, tt.records, tt.err)
			}
			compare(t, "requests", stub.calls["Scan"], len(tt.replies))
		})
	}
}

// TestRecordsSkip wants items that are not records skipped, each with its reason, and the
// records after them returned.
func TestRecordsSkip(t *testing.T) {
	t.Parallel()
	foreign := []string{
		`{"pk":{"S":"a"},"state":{"S":"CLAIMED"}}`, `{"pk":{"S":"a#2"},"name":{"S":"x"}}`,
		`{"pk":{"N":"7"}}`, `{"pk":{"S":"a#3"},"state":{"S":"CLAIMED"},"fence":{"S":"3"}}`,
	}
	page := func(more string, items ...string) reply {
		return reply{body: fmt.Sprintf(`{"Items":[%s],"ScannedCount":%d%s}`, strings.Join(items, ","), len(items), more)}
	}
	store, _ := newStub(t, map[string][]reply{"Scan": {
		page(`,"LastEvaluatedKey":{"pk":{"S":"a#1"}}`, append(slices.Clone(foreign), heldItem())...), page("", heldItem(), foreign[0]),
	}})
	var skipped []string
	got := keys(t, NewReader(store.client, "ledger"), ledger.Scan{Skipped: func(why error) { skipped = append(skipped, why.Error()) }})
	if len(got) != 2 || len(skipped) != len(foreign)+1 {
		t.Fatalf("%d records, skipped %q; want 2 and %d", len(got), skipped, len(foreign)+1)
	}
	for i, want := range []string{"of a: ", "of a#2: ", "without a key: ", "of a#3: ", "of a: "} {
		if !strings.Contains(skipped[i], want) {
			t.Errorf("skipped %q, want %q in it", skipped[i], want)
		}
	}
}

// An expression contains no reserved word of the service.
func TestScanAliasesNames(t *testing.T) {
	t.Parallel()
	e := expressionOf(ledger.Scan{Source: "s", Type: "t", State: "S", Reason: "r", From: now, Until: now})
	for _, word := range strings.FieldsFunc(*e.condition(), func(r rune) bool { return strings.ContainsRune(" (),<>=", r) }) {
		known := word == "NOT" || word == "AND" || word == "begins_with"
		if !known && !strings.HasPrefix(word, "#") && !strings.HasPrefix(word, ":") {
			t.Errorf("%q is in %s", word, *e.condition())
		}
	}
	compare(t, "names", len(e.names), 5)
}

func TestRecordsOfEndedContext(t *testing.T) {
	t.Parallel()
	store, _ := newStub(t, map[string][]reply{"Scan": {{status: http.StatusOK, body: `{}`}}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range NewReader(store.client, "ledger").Records(ctx, ledger.Scan{}) {
		if err == nil {
			t.Error("a record under an ended context")
		}
		return
	}
	t.Error("neither a record nor an error")
}
