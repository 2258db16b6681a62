package dynamo

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/memory"
	"webhookintake/shared/webhook"
)

// A pair is the store under test and the one in memory, which get the same calls.
type pair struct {
	t      *testing.T
	engine *engine
	memory *memory.Store
	users  string
	keys   []string
	now    time.Time
	owners int
	claims []ledger.Claim // all that were ever made
}

var handlers = []string{"h1", "h2", "h3"}

func some(rt *rapid.T, what string) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(handlers), 0, len(handlers), rapid.ID).Draw(rt, what)
}

func one[T any](rt *rapid.T, what string, of ...T) T { return rapid.SampledFrom(of).Draw(rt, what) }

func (p *pair) request(rt *rapid.T, key string) ledger.Request {
	p.owners++
	received := one(rt, "received", now, now, p.now)
	r := ledger.Request{
		Key: key, Owner: fmt.Sprint("owner-", p.owners), Type: "t", Hash: one(rt, "hash", "h1", "h1", "h1", "h2", ""),
		At: p.now, Lease: p.now.Add(one(rt, "lease", 0, time.Minute)),
		Received: received, DedupUntil: received.Add(10 * time.Minute),
		Handled: rapid.Bool().Draw(rt, "handled"), FirstReceive: rapid.Bool().Draw(rt, "first receive"),
	}
	rec, ok := p.memory.Record(key)
	if ok && one(rt, "own", false, false, false, true) {
		r.Owner = rec.Owner
	}
	if ok && rapid.Bool().Draw(rt, "operator") {
		r.Reopen = &ledger.Reopen{Fence: rec.Fence - one[int64](rt, "behind", 0, 0, 1), Act: one(rt, "act", ledger.Redrive, ledger.Replay, ledger.Retry, ledger.Cancel),
			Handlers: some(rt, "replayed"), AssumeDone: some(rt, "assumed")}
	}
	r.NeverRuns = one(rt, "never runs", false, false, false, true)
	return r
}

func (p *pair) claim(rt *rapid.T) {
	var requests []ledger.Request
	for _, key := range rapid.SliceOfNDistinct(rapid.SampledFrom(p.keys), 1, len(p.keys), rapid.ID).Draw(rt, "keys") {
		requests = append(requests, p.request(rt, key))
	}
	got, want := p.engine.store.Claim(p.t.Context(), requests), p.memory.Claim(p.t.Context(), requests)
	same(rt, "answers", got, want)
	for _, a := range got {
		if a.Status == ledger.Claimed {
			p.claims = append(p.claims, a.Claim)
		}
	}
}

func (p *pair) end(rt *rapid.T) {
	if len(p.claims) == 0 {
		return
	}
	var ends []ledger.End
	byKey := func(c ledger.Claim) string { return c.Key }
	for _, c := range rapid.SliceOfNDistinct(rapid.SampledFrom(p.claims), 1, len(p.keys), byKey).Draw(rt, "claims") {
		ends = append(ends, ledger.End{
			Claim: c, At: p.now, State: one(rt, "state", ledger.StateCompleted, ledger.StateReleased, ledger.StateFailed),
			NotBefore: p.now.Add(one(rt, "wait", 0, time.Minute)), Ran: rapid.Bool().Draw(rt, "ran"), Counted: rapid.Bool().Draw(rt, "counted"),
			Reason: one(rt, "reason", "", ledger.ReasonUnhandled, "permanent"),
			Done:   ledger.Union(c.Done, some(rt, "done")), Started: some(rt, "started"), Tries: p.tries(rt, c),
		})
	}
	got, want := p.engine.store.End(p.t.Context(), ends), p.memory.End(p.t.Context(), ends)
	for i := range ends {
		same(rt, "End", kind(got[i]), kind(want[i]))
	}
}

// tries returns no tries, or those of the claim and some of its run.
func (p *pair) tries(rt *rapid.T, c ledger.Claim) []ledger.Try {
	if rapid.Bool().Draw(rt, "no tries") {
		return nil
	}
	var run []ledger.Try
	for _, handler := range some(rt, "failed") {
		run = append(run, ledger.Try{At: p.now, Attempt: c.Runs, Outcome: "failed", Handler: handler, Error: "no <credit>"})
	}
	return ledger.AddTries(c.Tries, run)
}

func (p *pair) start(rt *rapid.T) {
	if len(p.claims) == 0 {
		return
	}
	c, handler := one(rt, "claim", p.claims...), one(rt, "handler", handlers...)
	same(rt, "Start", kind(p.engine.store.Start(p.t.Context(), c, handler)), kind(p.memory.Start(p.t.Context(), c, handler)))
}

func (p *pair) commit(rt *rapid.T) {
	if len(p.claims) == 0 {
		return
	}
	c, handler := one(rt, "claim", p.claims...), one(rt, "handler", handlers...)
	var tx ledger.Tx
	if rapid.Bool().Draw(rt, "writes") {
		w := webhook.Add(p.users, webhook.Attributes{"id": webhook.S(p.keys[0])}, "n", 1)
		tx.Writes = one(rt, "condition", []webhook.Write{w}, []webhook.Write{w.IfAbsent()}, []webhook.Write{w.IfEquals("n", webhook.N(1))})
	}
	if rapid.Bool().Draw(rt, "moves") {
		found, _ := p.memory.GetState(p.t.Context(), p.keys[0])
		raw := json.RawMessage(one(rt, "json", `{"a b":1}`, `"x"`))
		tx.State = &ledger.StateChange{ID: p.keys[0], Version: found.Version + one[int64](rt, "moved", 0, 0, 1), JSON: raw, At: p.now}
		tx.State.Expires = one(rt, "expires", time.Time{}, p.now.Add(time.Hour))
		tx.Result = one(rt, "result", nil, raw)
	}
	if rapid.Bool().Draw(rt, "guard") {
		tx.Entity = ledger.Entity{Handler: handler, Name: p.keys[0]}
		tx.At = now.Add(one(rt, "at", 0, time.Second, 2*time.Second))
	}
	got, want := p.engine.store.Commit(p.t.Context(), c, handler, tx), p.memory.Commit(p.t.Context(), c, handler, tx)
	same(rt, "Commit", kind(got), kind(want))
}

// check compares everything that the two stores keep, read with one request.
func (p *pair) check(rt *rapid.T) {
	var keys []item
	for _, key := range p.keys {
		keys = append(keys, item{attrKey: text(key)})
	}
	for _, handler := range handlers {
		keys = append(keys, item{attrKey: entityKey(ledger.Entity{Handler: handler, Name: p.keys[0]})})
	}
	table := p.engine.store.table
	out, err := p.engine.client.BatchGetItem(p.t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
		table: {Keys: keys, ConsistentRead: new(true)}, p.users: {Keys: []item{{"id": text(p.keys[0])}}, ConsistentRead: new(true)},
	}})
	if err != nil {
		rt.Fatal(err)
	}
	found := map[string]item{}
	for _, it := range out.Responses[table] {
		found[it[attrKey].(*types.AttributeValueMemberS).Value] = it
	}
	for _, key := range p.keys {
		got, err := decode(found[key])
		if err != nil {
			rt.Fatal(err)
		}
		var want *ledger.Record
		if rec, ok := p.memory.Record(key); ok {
			want = &rec
		}
		same(rt, "record of "+key, got, want)
	}
	p.checkState(rt)
	for _, handler := range handlers {
		e := ledger.Entity{Handler: handler, Name: p.keys[0]}
		want, _ := p.memory.Newest(p.t.Context(), e)
		d := decoder{it: found[entityKey(e).(*types.AttributeValueMemberS).Value]}
		same(rt, "newest of "+handler, d.time(attrNewest), want)
	}
	want, _ := p.memory.Item(p.users, webhook.Attributes{"id": webhook.S(p.keys[0])})
	var got webhook.Attributes
	for _, it := range out.Responses[p.users] {
		got = userItem(p.t, it)
	}
	same(rt, "number added to", got["n"].Any(), want["n"].Any())
}

func (p *pair) checkState(rt *rapid.T) {
	got, err := p.engine.store.GetState(p.t.Context(), p.keys[0])
	want, _ := p.memory.GetState(p.t.Context(), p.keys[0])
	same(rt, "error of the state", err, nil)
	same(rt, "state", got, want)
}

// kind returns the error that the contract names, nil, or the error itself.
func kind(err error) error {
	for _, named := range []error{ledger.ErrFenced, ledger.ErrStale, ledger.ErrStateMoved, webhook.ErrCondition, webhook.ErrWrites} {
		if errors.Is(err, named) {
			return named
		}
	}
	return err
}

func same(rt *rapid.T, what string, got, want any) {
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.EquateErrors()); diff != "" {
		rt.Fatalf("%s (-memory +dynamo):\n%s", what, diff)
	}
}

// Whatever the calls, in any order, the two stores answer the same and keep the same.
func TestEngineAgainstMemory(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	users := e.createTable("id")
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		p := &pair{t: t, engine: e, memory: &memory.Store{Keep: testKeep}, users: users, now: now}
		for n := range 3 {
			p.keys = append(p.keys, fmt.Sprintf("a#%d-%d", run, n))
		}
		steps := map[string]func(*rapid.T){"claim": p.claim, "end": p.end, "start": p.start, "commit": p.commit,
			"wait": func(rt *rapid.T) {
				p.now = p.now.Add(one(rt, "wait", time.Millisecond, time.Minute, 11*time.Minute))
			}}
		order := rapid.SliceOfN(rapid.SampledFrom([]string{"claim", "claim", "end", "end", "start", "commit", "wait"}), 1, 16).Draw(rt, "steps")
		rt.Log(strings.Join(order, " "))
		for _, step := range order {
			steps[step](rt)
		}
		p.check(rt)
	})
}
