package events_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/memory"
	"webhookintake/shared/process"
	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
	vaultmemory "webhookintake/shared/vault/memory"
	"webhookintake/shared/webhook"
)

var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

// A table is a ledger of records and payloads, by their keys.
type table struct {
	records  map[string]ledger.Record
	payloads map[string]string
	err      error   // of every call
	foreign  []error // what is wrong with items that are not records
	asked    ledger.Scan
}

func (f *table) Record(_ context.Context, key string) (ledger.Record, bool, error) {
	rec, ok := f.records[key]
	return rec, ok, f.err
}

func (f *table) Payload(_ context.Context, key string) ([]byte, error) {
	if body, ok := f.payloads[key]; ok || f.err != nil {
		return []byte(body), f.err
	}
	return nil, fmt.Errorf("read: %w", ledger.ErrNoPayload)
}

func (f *table) Size(context.Context) (ledger.Size, error) { return ledger.Size{}, f.err }

// Records returns all records, and notes what was asked for.
func (f *table) Records(_ context.Context, s ledger.Scan) iter.Seq2[ledger.Found, error] {
	f.asked = s
	return func(yield func(ledger.Found, error) bool) {
		for _, why := range f.foreign {
			s.Skipped(why)
		}
		for key, rec := range f.records {
			if !yield(ledger.Found{Key: key, Record: rec}, nil) {
				return
			}
		}
		if f.err != nil {
			yield(ledger.Found{}, f.err)
		}
	}
}

var (
	errAway    = errors.New("the table is away")
	errForeign = errors.New("foreign")
)

// A handler is what a test registers.
type handler struct {
	name    string
	err     error
	options []hook.Option
	moves   bool // a state
}

// A world is everything behind ingest, in memory.
type world struct {
	testing.TB
	store       *memory.Store
	queue, dead *queuememory.Queue
	vault       *vaultmemory.Vault
	now         time.Time

	mu  sync.Mutex // events of a batch run concurrently
	ran []string
}

func newWorld(t testing.TB) *world {
	w := &world{TB: t, store: &memory.Store{Keep: process.DefaultTiming.Keep()}, now: noon}
	clock := func() time.Time { return w.now }
	w.queue = queuememory.New(queuememory.Options{Visibility: 360 * time.Second, Retention: process.DefaultTiming.QueueRetention, Now: clock})
	w.vault = vaultmemory.New(vaultmemory.Options{})
	w.dead = queuememory.New(queuememory.Options{Retention: process.DefaultTiming.DeadLetterRetention, Now: clock})
	return w
}

// newWorldHandled returns a world in which a handler "a" has handled [approved] events.
func newWorldHandled(t testing.TB, ids ...string) (*world, *hook.Registry) {
	w := newWorld(t)
	registry := w.register([]handler{{name: "a"}})
	for _, id := range ids {
		w.receive(approved(id))
	}
	w.work(registry)
	return w, registry
}

func approved(id string) webhook.Event {
	return webhook.Event{
		Source: "kyc", Provider: "kyc", ID: id, Type: kyc.SessionApproved.Name(),
		Raw: fmt.Appendf(nil, `{"id":%q,"type":"kyc.session.approved","created":1790000000,"data":{"session_id":"s-1"}}`, id),
	}
}

// tin returns an event whose id is the hash of its body, so that its window is one hour.
func tin() webhook.Event {
	body := `{"id":70001,"name":"Demo Bakery","tin":"000000000","status":"TIN Matched","irs_code":0}`
	sum := sha256.Sum256([]byte(body))
	return webhook.Event{
		Source: "compliancely", Provider: "compliancely", ID: "sha256:" + hex.EncodeToString(sum[:]),
		Type: compliancely.TINMatch.Name(), Raw: []byte(body),
	}
}

// register registers the handlers for both types.
func (w *world) register(hs []handler) *hook.Registry {
	r := &hook.Registry{}
	for _, h := range hs {
		run := func() error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.ran = append(w.ran, h.name)
			return h.err
		}
		if h.moves {
			hook.OnState(r, kyc.SessionApproved, h.name, hook.NewState[int, int](h.name), func(kyc.Session) string { return "one" },
				func(context.Context, hook.Event[kyc.Session], int) (int, int, error) { return 0, 0, run() })
			continue
		}
		hook.On(r, kyc.SessionApproved, h.name, func(context.Context, hook.Event[kyc.Session]) error { return run() }, h.options...)
		if !slices.Contains(h.options, hook.Option(hook.SkipStale)) {
			hook.OnProvider(r, compliancely.Provider{}, h.name, func(context.Context, hook.Event[json.RawMessage]) error { return run() }, h.options...)
		}
	}
	return r
}

// receive sends an event as ingest does.
func (w *world) receive(e webhook.Event) {
	w.Helper()
	e.Received = w.now
	if err := w.queue.Send(w.Context(), queue.Message{Event: e}, 0); err != nil {
		w.Fatal(err)
	}
}

// work handles the queue's messages, and returns the handlers that ran.
func (w *world) work(r *hook.Registry) []string {
	w.Helper()
	worker := &process.Worker{
		Handlers: r, Ledger: w.store, Entities: w.store, States: w.store, Queue: w.queue, DeadLetters: w.dead, Vault: w.vault,
		KeepPayload: func(string) bool { return true }, Now: func() time.Time { return w.now },
	}
	w.ran = nil
	ms, err := w.queue.Receive(w.Context(), queue.MaxBatch, 0)
	if err != nil {
		w.Fatal(err)
	}
	for i, result := range worker.Batch(w.Context(), ms) {
		if result.Acked {
			w.queue.Delete(w.Context(), []string{ms[i].Wire.Receipt})
		}
	}
	return w.ran
}

// look returns the ledger as an operator's command sees it.
func (w *world) look() *table {
	f := &table{records: w.store.Records(), payloads: map[string]string{}}
	for key := range f.records {
		if body, ok := w.store.Payload(key); ok {
			f.payloads[key] = string(body)
		}
	}
	return f
}

func (w *world) replay(r *hook.Registry, handlers ...string) *events.Replay {
	return &events.Replay{
		Ledger: w.look(), Queue: w.queue, Handlers: operate.Handlers{All: r}, Only: handlers, Now: func() time.Time { return w.now },
	}
}

// A result is the outcome of replaying one event.
type result struct {
	events.Plan
	err error
}

// run plans and sends the replays.
func run(ctx context.Context, r *events.Replay, entries ...events.Entry) (results []result) {
	for _, e := range entries {
		p, err := r.Plan(e)
		if err == nil {
			err = r.Send(ctx, p)
		}
		results = append(results, result{p, err})
	}
	return results
}

// named returns events by their keys, as an act finds them.
func named(t *testing.T, l events.OpenLedger, keys ...string) []events.Entry {
	t.Helper()
	var entries []events.Entry
	for e, err := range events.Each(l, &events.Match{Keys: keys}, noon)(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	return entries
}

// mustRun wants every replay to be sent.
func (w *world) mustRun(r *events.Replay, entries ...events.Entry) []result {
	w.Helper()
	var err error
	results := run(w.Context(), r, entries...)
	for _, one := range results {
		err = errors.Join(err, one.err)
	}
	if err != nil {
		w.Fatal(err)
	}
	return results
}

func (w *world) entry(key string) events.Entry {
	w.Helper()
	rec, ok := w.store.Record(key)
	if !ok {
		w.Fatalf("no record of %s", key)
	}
	return events.Entry{Key: key, Record: rec}
}
