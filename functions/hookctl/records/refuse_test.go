package records_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/records"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

// TestReplayRefuses changes one thing of an event that could be replayed, each time.
func TestReplayRefuses(t *testing.T) {
	t.Parallel()
	const key = "kyc#evt_1"
	for _, tt := range []struct {
		name   string
		record func(*ledger.Record)
		replay func(*records.Replay)
		table  func(*table)
		want   error
		says   string
	}{
		{name: "no record", record: func(r *ledger.Record) { *r = ledger.Record{} }, want: records.ErrNoRecord, says: "hookctl events list"},
		{name: "being handled", record: func(r *ledger.Record) { r.State, r.Lease = ledger.StateClaimed, noon.Add(time.Hour) },
			want: records.ErrNotEnded, says: "is being handled, at the latest until 2026-10-01 13:00:00 UTC"},
		{name: "lapsed", record: func(r *ledger.Record) { r.State, r.Lease = ledger.StateClaimed, noon.Add(-time.Hour) },
			want: records.ErrNotEnded, says: "the queue brings it again"},
		{name: "waits", record: func(r *ledger.Record) { r.State, r.NotBefore = ledger.StateReleased, noon.Add(3*time.Minute) },
			want: records.ErrNotEnded, says: "waits in the queue for its next try, at 2026-10-01 12:03:00 UTC (in 3 min)"},
		{name: "waits for its letter", record: func(r *ledger.Record) { r.State, r.Reason = ledger.StateReleased, "permanent" },
			want: records.ErrNotEnded, says: "its dead letter could not be sent"},
		{name: "expires before the queue drops a message", record: func(r *ledger.Record) { r.Expires = noon.Add(7 * 24 * time.Hour) }, want: records.ErrExpiring, says: "send it again"},
		{name: "another source's name", record: func(r *ledger.Record) {}, replay: func(r *records.Replay) { r.Provider = "nobody" },
			want: records.ErrProvider, says: "contiguity, contiguity-v1, kyc, compliancely, standard"},
		{name: "no such handler", replay: func(r *records.Replay) { r.Handlers = []string{"a", "typo"} }, want: records.ErrHandler, says: "typo has never run for it and is not registered here for kyc.session.approved (a)"},
		{name: "no payload", table: func(f *table) { f.payloads = nil }, want: records.ErrBody, says: "is not kept: give it with --file, byte for byte; payloads are kept of"},
		{name: "another body kept", table: func(f *table) { f.payloads[key] += " " }, want: records.ErrBody, says: "is another: what is kept has the hash"},
		{name: "another body given", replay: func(r *records.Replay) { r.Body = []byte(`{}`) }, want: records.ErrBody, says: "is another: that file has the hash"},
		{name: "body of nobody's, without a hash", record: func(r *ledger.Record) { r.Hash = "" }, replay: func(r *records.Replay) { r.Body = []byte(`[]`) },
			want: records.ErrBody, says: "is none of provider kyc"},
		{name: "handled meanwhile", table: func(f *table) { change(f, key, func(r *ledger.Record) { r.Fence++ }) }, want: records.ErrChanged},
		{name: "claimed meanwhile", table: func(f *table) { change(f, key, func(r *ledger.Record) { r.State = ledger.StateClaimed }) }, want: records.ErrChanged},
		{name: "gone meanwhile", table: func(f *table) { f.records = nil }, want: records.ErrChanged},
		{name: "ledger away", table: func(f *table) { f.err = errAway }, want: errAway},
		{name: "no message", record: func(r *ledger.Record) { r.Type = "" }, replay: func(r *records.Replay) { r.Handlers = nil }, want: queue.ErrInvalid},
		{name: "queue away", replay: func(r *records.Replay) { r.Queue = lost{} }, want: errAway, says: "it may have been sent or not"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			registry := w.register([]handler{{name: "a"}})
			w.receive(approved("evt_1"))
			w.work(registry)
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
			if err := r.Run(t.Context(), []records.Entry{entry}); !errors.Is(err, records.ErrInPart) {
				t.Errorf("Run = %v, want %v", err, records.ErrInPart)
			}
			wantLines(t, w.out.String(), "0 events put into the queue, 1 not.")
		})
	}
}

func change(f *table, key string, fn func(*ledger.Record)) {
	rec := f.records[key]
	fn(&rec)
	f.records[key] = rec
}

// lost is a queue whose answer is lost.
type lost struct{}

func (lost) Send(context.Context, queue.Message, time.Duration) error { return errAway }

// TestReplayInPart wants one refusal not to keep the others out.
func TestReplayInPart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	registry := w.register([]handler{{name: "a"}})
	w.receive(approved("evt_1"))
	w.receive(approved("evt_2"))
	w.work(registry)
	r := w.replay(registry)
	delete(r.Ledger.(*table).payloads, "kyc#evt_1")
	entries, err := r.Read(t.Context(), []string{"kyc#evt_0", "kyc#evt_1", "kyc#evt_2"})
	if err != nil {
		t.Fatal(err)
	}
	err = r.Run(t.Context(), entries)
	if !errors.Is(err, records.ErrInPart) || !strings.Contains(err.Error(), "2 of 3") || len(w.queue.Messages()) != 1 {
		t.Errorf("%v, sent %d", err, len(w.queue.Messages()))
	}
	wantLines(t, w.out.String(), "2 events to be handled again. As the handlers are registered here, these run:", "sent kyc#evt_2: a", "1 event put into the queue, 2 not.")
	for _, key := range []string{"kyc#evt_0", "kyc#evt_1"} {
		if !strings.Contains(w.out.String(), "not sent "+key+": ") {
			t.Errorf("no word of %s in:\n%s", key, w.out.String())
		}
	}
}

// TestReplayFromFile takes the very body that was handled.
func TestReplayFromFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	registry := w.register([]handler{{name: "a"}})
	w.receive(approved("evt_1"))
	w.work(registry)
	r := w.replay(registry)
	r.Ledger.(*table).payloads = nil
	r.Body = approved("evt_1").Raw
	if err := r.Run(t.Context(), []records.Entry{w.entry("kyc#evt_1")}); err != nil {
		t.Fatal(err)
	}
	if ran := w.work(registry); len(ran) != 1 {
		t.Errorf("ran %q", ran)
	}
}

// TestReplayNamesTheProvider of a source that is called otherwise.
func TestReplayNamesTheProvider(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	registry := w.register([]handler{{name: "a"}})
	e := approved("evt_1")
	e.Source = "kyc-eu"
	w.receive(e)
	w.work(registry)
	r := w.replay(registry)
	if _, err := r.Plan(w.entry(e.Key())); !errors.Is(err, records.ErrProvider) || !strings.Contains(err.Error(), "give --provider with that of source kyc-eu") {
		t.Errorf("Plan = %v, want %v", err, records.ErrProvider)
	}
	r.Provider = "kyc"
	if err := r.Run(t.Context(), []records.Entry{w.entry(e.Key())}); err != nil {
		t.Fatal(err)
	}
	if ran := w.work(registry); len(ran) != 1 {
		t.Errorf("ran %q", ran)
	}
}
