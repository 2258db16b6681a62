package events_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate/act"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/memory"
	"webhookintake/shared/queue"
)

// TestReplayRefuses changes, in each case, one thing of an event that could be replayed.
func TestReplayRefuses(t *testing.T) {
	t.Parallel()
	const key = "kyc#evt_1"
	for _, tt := range []struct {
		name   string
		record func(*ledger.Record)
		replay func(*events.Replay)
		table  func(*table)
		want   error
		says   string
	}{
		{name: "no record", record: func(r *ledger.Record) { *r = ledger.Record{} }, want: events.ErrNoRecord, says: "hookctl events list"},
		{name: "being handled", record: func(r *ledger.Record) { r.State, r.Lease = ledger.StateClaimed, noon.Add(time.Hour) },
			want: events.ErrNotEnded, says: "is being handled, until 2026-10-01T13:00:00Z at the latest"},
		{name: "lapsed", record: func(r *ledger.Record) { r.State, r.Lease = ledger.StateClaimed, noon.Add(-time.Hour) },
			want: events.ErrNotEnded, says: "the queue delivers it again"},
		{name: "waits", record: func(r *ledger.Record) { r.State, r.NotBefore = ledger.StateReleased, noon.Add(3*time.Minute) },
			want: events.ErrNotEnded, says: "waits in the queue for its next try at 2026-10-01T12:03:00Z"},
		{name: "waits for its letter", record: func(r *ledger.Record) { r.State, r.Reason = ledger.StateReleased, "permanent" },
			want: events.ErrNotEnded, says: "its dead letter could not be sent"},
		{name: "expires before the queue drops a message", record: func(r *ledger.Record) { r.Expires = noon.Add(7 * 24 * time.Hour) }, want: events.ErrExpiring, says: "send it again"},
		{name: "another source's name", record: func(r *ledger.Record) {}, replay: func(r *events.Replay) { r.Provider = "nobody" },
			want: events.ErrProvider, says: "contiguity, contiguity-v1, kyc, compliancely, standard"},
		{name: "no such handler", replay: func(r *events.Replay) { r.Only = []string{"a", "typo"} }, want: events.ErrHandler, says: "typo has not handled it and is not registered here for kyc.session.approved (a)"},
		{name: "no payload", table: func(f *table) { f.payloads = nil }, want: events.ErrBody, says: "the body is not kept; give it with --file, byte for byte; payloads are kept for"},
		{name: "another body kept", table: func(f *table) { f.payloads[key] += " " }, want: events.ErrBody, says: "the kept body has the hash"},
		{name: "another body given", replay: func(r *events.Replay) { r.Body = []byte(`{}`) }, want: events.ErrBody, says: "the file has the hash"},
		{name: "body of another provider, without a hash", record: func(r *ledger.Record) { r.Hash = "" }, replay: func(r *events.Replay) { r.Body = []byte(`[]`) },
			want: events.ErrBody, says: "it is not a body of provider kyc"},
		{name: "handled meanwhile", table: func(f *table) { change(f, key, func(r *ledger.Record) { r.Fence++ }) }, want: events.ErrChanged},
		{name: "claimed meanwhile", table: func(f *table) { change(f, key, func(r *ledger.Record) { r.State = ledger.StateClaimed }) }, want: events.ErrChanged},
		{name: "gone meanwhile", table: func(f *table) { f.records = nil }, want: events.ErrChanged},
		{name: "ledger away", table: func(f *table) { f.err = errAway }, want: errAway},
		{name: "no message", record: func(r *ledger.Record) { r.Type = "" }, replay: func(r *events.Replay) { r.Only = nil }, want: queue.ErrInvalid},
		{name: "queue away", replay: func(r *events.Replay) { r.Queue = lost{} }, want: errAway, says: "it may or may not have been sent"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, registry := newWorldHandled(t, "evt_1")
			r := w.replay(registry)
			f := r.Ledger.(*table)
			entry := w.entry(key)
			if tt.record != nil {
				tt.record(&entry.Record)
				f.records[key] = entry.Record
			}
			if tt.replay != nil {
				tt.replay(r)
			}
			if tt.table != nil {
				tt.table(f)
			}
			plan, err := r.Plan(entry)
			if err == nil {
				err = r.Send(t.Context(), plan)
			}
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v, want %v and %q", err, tt.want, tt.says)
			}
			if n := len(w.queue.Messages()); n > 0 {
				t.Errorf("sent %d", n)
			}
			done, err := r.ReplayAll(nil).Do(t.Context(), entry, act.Unchecked)
			refused := !errors.Is(tt.want, errAway) // that leaves the outcome open
			if errors.Is(done.Refuse, tt.want) != refused || errors.Is(err, tt.want) == refused {
				t.Errorf("the act refuses %v, fails %v, want %v", done.Refuse, err, tt.want)
			}
		})
	}
}

func change(f *table, key string, fn func(*ledger.Record)) {
	rec := f.records[key]
	fn(&rec)
	f.records[key] = rec
}

// lost is a queue whose answers are lost.
type lost struct{}

func (lost) Send(context.Context, queue.Message, time.Duration) error { return errAway }

// TestReplayInPart wants the other events replayed if one is refused.
func TestReplayInPart(t *testing.T) {
	t.Parallel()
	w, registry := newWorldHandled(t, "evt_1", "evt_2")
	r := w.replay(registry)
	delete(r.Ledger.(*table).payloads, "kyc#evt_1")
	results := run(t.Context(), r, named(t, memory.NewReader(w.store), "kyc#evt_0", "kyc#evt_1", "kyc#evt_2")...)
	if len(results) != 3 || len(w.queue.Messages()) != 1 {
		t.Fatalf("%d results, sent %d", len(results), len(w.queue.Messages()))
	}
	for _, one := range results {
		if want := map[string]error{"kyc#evt_0": events.ErrNoRecord, "kyc#evt_1": events.ErrBody}[one.Key]; !errors.Is(one.err, want) {
			t.Errorf("%s: %v, want %v", one.Key, one.err, want)
		}
	}
}

// TestReplayFromFile replays the body in a file.
func TestReplayFromFile(t *testing.T) {
	t.Parallel()
	w, registry := newWorldHandled(t, "evt_1")
	r := w.replay(registry)
	r.Ledger.(*table).payloads = nil
	r.Body = approved("evt_1").Raw
	w.mustRun(r, w.entry("kyc#evt_1"))
	if ran := w.work(registry); len(ran) != 1 {
		t.Errorf("ran %q", ran)
	}
}

// TestReplayNamesTheProvider replays an event of a source that is not named after its
// provider.
func TestReplayNamesTheProvider(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	registry := w.register([]handler{{name: "a"}})
	e := approved("evt_1")
	e.Source = "kyc-eu"
	w.receive(e)
	w.work(registry)
	r := w.replay(registry)
	if _, err := r.Plan(w.entry(e.Key())); !errors.Is(err, events.ErrProvider) || !strings.Contains(err.Error(), "source kyc-eu is not named after one; give it to hookctl events as --provider") {
		t.Errorf("Plan = %v, want %v", err, events.ErrProvider)
	}
	r.Provider = "kyc"
	w.mustRun(r, w.entry(e.Key()))
	if ran := w.work(registry); len(ran) != 1 {
		t.Errorf("ran %q", ran)
	}
}
