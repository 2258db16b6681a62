package dynamo

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

// plain is an item as its numbers, texts and sets.
func plain(it item) map[string]any {
	values := map[string]any{}
	for name, v := range it {
		switch v := v.(type) {
		case *types.AttributeValueMemberS:
			values[name] = v.Value
		case *types.AttributeValueMemberN:
			n, _ := strconv.ParseInt(v.Value, 10, 64)
			values[name] = n
		default:
			values[name] = v
		}
	}
	return values
}

// Operators' queries and older versions rely on the format of a record's item. Both ways of
// writing it give the same item.
func TestEngineItemFormat(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	first := request("a#1")
	second := first
	first.FirstReceive, second.FirstReceive, second.Key = true, true, "a#2"
	third := first
	third.Key = "a#3"
	claims := []ledger.Claim{mustClaim(t, e.store, third)} // alone
	for _, a := range e.store.Claim(t.Context(), []ledger.Request{first, second}) {
		claims = append(claims, a.Claim) // together
	}
	// In which partition of the index an event is does not change either.
	partitions := map[string]int64{"a#1": 4, "a#2": 13, "a#3": 10}
	var ends []ledger.End
	for i, c := range claims {
		want := map[string]any{
			"pk": c.Key, "state": "CLAIMED", "owner": first.Owner, "fence": int64(1), "attempts": int64(1), "runs": int64(1),
			"lease": first.Lease.UnixMilli(), "hash": first.Hash, "identity": "key", "secret": int64(1), "type": first.Type,
			"received": first.Received.UnixMilli(), "dedup_until": first.DedupUntil.UnixMilli(),
			"first_claimed": now.UnixMilli(), "exp": first.DedupUntil.Add(testKeep).Unix(),
		}
		compare(t, "claimed", plain(e.get(t, e.store.table, attrKey, c.Key)), want)
		ends = append(ends, ledger.End{Claim: c, At: now.Add(time.Second), State: ledger.StateReleased, Ran: true, Counted: true,
			NotBefore: now.Add(time.Minute), Reason: "permanent", Kind: "charge: *bank.Error", Done: []string{"b"}, Started: []string{"s"},
			Tries: []ledger.Try{{At: now, Attempt: 1, Outcome: "failed", Handler: "charge", Error: `no "credit" <yet>`}}})
		if i == 0 {
			settleAll(t, e.store.End(t.Context(), ends))
		}
	}
	settleAll(t, e.store.End(t.Context(), ends))
	for _, c := range claims {
		it := e.get(t, e.store.table, attrKey, c.Key)
		compare(t, "done", it["done"].(*types.AttributeValueMemberSS).Value, []string{"b"})
		compare(t, "started", it["started"].(*types.AttributeValueMemberSS).Value, []string{"s"})
		delete(it, "done")
		delete(it, "started")
		compare(t, "released", plain(it), map[string]any{
			"pk": c.Key, "state": "RELEASED", "owner": first.Owner, "fence": int64(1), "attempts": int64(1), "runs": int64(1),
			"lease": first.Lease.UnixMilli(), "not_before": now.Add(time.Minute).UnixMilli(), "reason": "permanent",
			"open": partitions[c.Key], "since": now.Add(time.Second).UnixMilli(), "kind": "charge: *bank.Error",
			"tries": fmt.Sprintf(`[{"at":%d,"attempt":1,"outcome":"failed","handler":"charge","error":"no \"credit\" <yet>"}]`, now.UnixMilli()),
			"hash":  first.Hash, "identity": "key", "secret": int64(1), "type": first.Type,
			"received": first.Received.UnixMilli(), "dedup_until": first.DedupUntil.UnixMilli(),
			"first_claimed": now.UnixMilli(), "exp": first.DedupUntil.Add(testKeep).Unix(),
		})
	}
}

// An older version, which counts only attempts and knows no tries, may have written or
// changed the record; and somebody else may have written anything into it.
func TestRecordOfAnotherVersion(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		edit  func(item)
		runs  int
		tries int
	}{
		{"no runs", func(it item) { delete(it, attrRuns) }, 2, 1},
		{"fewer runs than attempts", func(it item) { it[attrRuns] = number(1) }, 2, 1},
		{"more runs", func(it item) { it[attrRuns] = number(7) }, 7, 1},
		{"no tries", func(it item) { delete(it, attrTries) }, 3, 0},
		{"tries that are not JSON", func(it item) { it[attrTries] = text("soon") }, 3, 0},
	} {
		it := encode("a#1", ledger.Record{State: ledger.StateReleased, Attempts: 2, Runs: 3, Tries: []ledger.Try{{Attempt: 3, Error: "no credit"}}})
		tt.edit(it)
		rec, err := decode(it)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		compare(t, tt.name, []int{rec.Attempts, rec.Runs, len(rec.Tries)}, []int{2, tt.runs, tt.tries})
	}
}

func TestEnginePayload(t *testing.T) {
	t.Parallel()
	noise := make([]byte, maxPayload+1) // does not compress
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(noise)
	for _, tt := range []struct {
		name    string
		payload []byte
		omitted bool
	}{
		{"empty", []byte{}, false},
		{"large, but compresses", bytes.Repeat([]byte("a"), 1<<20), false},
		{"too large", noise, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEngine(t)
			r := request("a#1")
			r.Payload = tt.payload
			mustClaim(t, e.store, r)
			got, ok := e.payload(t, r.Key)
			if !ok {
				t.Fatal("no item")
			}
			it := e.get(t, e.store.table, attrKey, "payload#a#1")
			if _, omitted := it["omitted"]; omitted != tt.omitted {
				t.Errorf("omitted is %v, want %v", omitted, tt.omitted)
			}
			if !tt.omitted && !bytes.Equal(got, tt.payload) {
				t.Errorf("payload of %d bytes, want the %d given", len(got), len(tt.payload))
			}
			compare(t, "expiry", plain(it)["exp"], plain(e.get(t, e.store.table, attrKey, r.Key))["exp"])
		})
	}
}

// A payload may be kept for a shorter time than the record, and never for a longer one.
func TestEnginePayloadRetention(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		keep    time.Duration
		earlier bool // than the record
	}{
		{"a day", 24 * time.Hour, true},
		{"longer than the record", 1000 * 24 * time.Hour, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEngine(t)
			e.store.keepPayload = tt.keep
			r := request("a#1")
			r.Payload = []byte("{}")
			mustClaim(t, e.store, r)
			want := plain(e.get(t, e.store.table, attrKey, r.Key))["exp"]
			if tt.earlier {
				want = r.At.Add(tt.keep).Unix()
			}
			compare(t, "expiry", plain(e.get(t, e.store.table, attrKey, "payload#a#1"))["exp"], want)
		})
	}
}

// The format of a state's item, and of the results on a record.
func TestEngineStateFormat(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	c := mustClaim(t, e.store, request("a#1"))
	move := func(handler string, version int64, expires time.Time) {
		settleAll(t, []error{e.store.Commit(t.Context(), c, handler, ledger.Tx{
			State:  &ledger.StateChange{ID: "0a", Version: version, JSON: []byte(`{"n":1}`), Expires: expires, At: now},
			Result: []byte(`"two words"`),
		})})
	}
	move("h1", 0, now.Add(time.Hour))
	want := map[string]any{"pk": ":state#0a", "v": now.UnixMilli(), "s": `{"n":1}`, "exp": now.Add(time.Hour).Unix()}
	compare(t, "state", plain(e.get(t, e.store.table, attrKey, ":state#0a")), want)
	move("h2", now.UnixMilli(), time.Time{})
	want["v"] = now.UnixMilli() + 1
	delete(want, "exp")
	compare(t, "state that never expires", plain(e.get(t, e.store.table, attrKey, ":state#0a")), want)
	got := e.get(t, e.store.table, attrKey, "a#1")["results"].(*types.AttributeValueMemberSS).Value
	slices.Sort(got)
	compare(t, "results", got, []string{`h1 "two words"`, `h2 "two words"`})
}

// A handler may write into the ledger's own table, but not into its event's record.
func TestEngineSameTable(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	c := mustClaim(t, e.store, request("a#1"))
	key := webhook.Attributes{attrKey: webhook.S("counter")}
	tx := ledger.Tx{Writes: []webhook.Write{webhook.Add(e.store.table, key, "n", 2)}}
	for range 2 {
		settleAll(t, []error{e.store.Commit(t.Context(), c, "h", tx)})
	}
	compare(t, "item", plain(e.get(t, e.store.table, attrKey, "counter")), map[string]any{"pk": "counter", "n": int64(2)})

	own := ledger.Tx{Writes: []webhook.Write{webhook.Delete(e.store.table, webhook.Attributes{attrKey: webhook.S("a#1")})}}
	if err := e.store.Commit(t.Context(), c, "other", own); !errors.Is(err, webhook.ErrWrites) {
		t.Errorf("a write to the record itself = %v, want ErrWrites", err)
	}
}

// A write that only the engine finds invalid is ErrWrites too; an error that an operator
// can fix is not.
func TestEngineImpossibleWrites(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	users := e.createTable("id")
	c := mustClaim(t, e.store, request("a#1"))
	id := webhook.Attributes{"id": webhook.S("1")}
	for _, tt := range []struct {
		name  string
		write webhook.Write
		want  error // nil: an error, but not ErrWrites
	}{
		{"wrong key attribute", webhook.Put(users, webhook.Attributes{"uid": webhook.S("1")}, nil), webhook.ErrWrites},
		{"key of another type", webhook.Put(users, webhook.Attributes{"id": webhook.N(1)}, nil), webhook.ErrWrites},
		{"key too long", webhook.Delete(users, webhook.Attributes{"id": webhook.S(strings.Repeat("k", 2049))}), webhook.ErrWrites},
		{"item too large", webhook.Put(users, id, webhook.Attributes{"x": webhook.S(strings.Repeat("x", 410<<10))}), webhook.ErrWrites},
		{"no such table", webhook.Put("not-there", id, nil), nil},
	} {
		err := e.store.Commit(t.Context(), c, "h", ledger.Tx{Writes: []webhook.Write{tt.write}})
		if err == nil || errors.Is(err, webhook.ErrWrites) != (tt.want != nil) {
			t.Errorf("%s = %v, want %v", tt.name, err, tt.want)
		}
		if strings.Contains(err.Error(), "xxxx") {
			t.Errorf("%s: the error quotes the item", tt.name)
		}
	}
	if _, ok := e.get(t, e.store.table, attrKey, "a#1")["done"]; ok {
		t.Error("a handler was recorded as done without its writes")
	}
}

// The keys of a record, a payload and an entity never collide, because no source's name is
// payload or begins with a colon.
func TestKeysDoNotMeet(t *testing.T) {
	t.Parallel()
	key := entityKey(ledger.Entity{Handler: "h", Name: "a#1"}).(*types.AttributeValueMemberS).Value
	if !strings.HasPrefix(key, ":") || len(key) > 100 || strings.Contains(key, "a#1") {
		t.Errorf("entity key %q", key)
	}
	for _, e := range []ledger.Entity{{Handler: "h", Name: "b"}, {Handler: "h a", Name: "#1"}, {Handler: `h" "a#1`, Name: ""}} {
		if entityKey(e).(*types.AttributeValueMemberS).Value == key {
			t.Errorf("%+v has the same key", e)
		}
	}
}
