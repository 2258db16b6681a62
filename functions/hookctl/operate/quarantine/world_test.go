package quarantine_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/quarantine"
	"webhookintake/shared/ingest"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
	"webhookintake/shared/source"
	"webhookintake/shared/vault"
	vaultmemory "webhookintake/shared/vault/memory"
	"webhookintake/shared/webhook"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// A world is an ingest whose sources are wrong, and what an operator reaches.
type world struct {
	*testing.T
	now      time.Time
	document string // of the sources in use
	vault    *vaultmemory.Vault
	queue    *queuememory.Queue
	ingest   *ingest.Handler
	fault    func(op, key string) (apply bool, err error) // of the vault
	lost     func() (apply bool, err error)               // of the queue's Send
}

func newWorld(t *testing.T, document string) *world {
	t.Helper()
	w := &world{T: t, now: noon, document: document}
	clock := func() time.Time { return w.now }
	w.vault = vaultmemory.New(vaultmemory.Options{Now: clock, Fault: func(op, key string) (bool, error) {
		if w.fault == nil {
			return true, nil
		}
		return w.fault(op, key)
	}})
	w.queue = queuememory.New(queuememory.Options{Now: clock})
	w.ingest = &ingest.Handler{
		Sources: source.Refreshing(w, source.RefreshOptions{Now: clock, Parse: source.ParseOptions{AllowSample: true}}),
		Queue:   w.queue, Quarantine: &ingest.Quarantine{Vault: w.vault}, Now: clock,
	}
	return w
}

// Fetch implements [source.Fetcher].
func (w *world) Fetch(_ context.Context, stage source.Stage) ([]byte, error) {
	if stage == source.Previous {
		return nil, source.ErrNoVersion
	}
	if w.document == "" {
		return nil, errors.New("away")
	}
	return []byte(w.document), nil
}

// Send implements [quarantine.Sender].
func (w *world) Send(ctx context.Context, m queue.Message, delay time.Duration) error {
	if w.lost == nil {
		return w.queue.Send(ctx, m, delay)
	}
	apply, err := w.lost()
	if apply {
		err = errors.Join(err, w.queue.Send(ctx, m, delay))
	}
	return err
}

// post sends a provider's webhook for a source, and returns the status of the answer.
func (w *world) post(name string, r webhook.Request) int {
	w.Helper()
	request := httptest.NewRequestWithContext(w.Context(), http.MethodPost, "/hooks/"+name+"?"+r.Query.Encode(), bytes.NewReader(r.Body))
	request.Header = r.Header
	answer := httptest.NewRecorder()
	w.ingest.ServeHTTP(answer, request)
	return answer.Code
}

// signed is a webhook of the source in a document.
func (w *world) signed(document, name string, id string, body []byte) webhook.Request {
	w.Helper()
	set, err := source.Parse([]byte(document), source.ParseOptions{AllowSample: true})
	if err != nil {
		w.Fatal(err)
	}
	return set[name].Provider.Sign(set[name].Settings, id, body, w.now)
}

// releaser is that of an operator who just started hookctl.
func (w *world) releaser() quarantine.Releaser {
	sources := source.Refreshing(w, source.RefreshOptions{
		Now: func() time.Time { return w.now }, Parse: source.ParseOptions{AllowSample: true},
	})
	return quarantine.Releaser{Quarantine: operate.NewQuarantine(w.vault, sources), Queue: w}
}

func (w *world) find(f quarantine.Filter) quarantine.List {
	w.Helper()
	list, err := quarantine.Find(w.Context(), operate.NewQuarantine(w.vault, nil), f, nil)
	if err != nil {
		w.Fatal(err)
	}
	return list
}

// release releases all, and returns the outcomes in the order of arrival.
func (w *world) release(r quarantine.Releaser) (results []quarantine.Result) {
	w.Helper()
	if err := r.ReleaseAll(w.Context(), w.find(quarantine.Filter{}).Entries, func(r quarantine.Result) { results = append(results, r) }); err != nil {
		w.Fatal(err)
	}
	slices.SortFunc(results, func(a, b quarantine.Result) int { return a.At.Compare(b.At) })
	return results
}

// left is how many objects the quarantine has.
func (w *world) left() int {
	w.Helper()
	found, err := w.vault.List(w.Context(), vault.Quarantine, "", vault.MaxList)
	if err != nil {
		w.Fatal(err)
	}
	return len(found)
}

func (w *world) queued() (ids []string) {
	for _, m := range w.queue.Messages() {
		ids = append(ids, m.ID)
	}
	slices.Sort(ids)
	return ids
}
