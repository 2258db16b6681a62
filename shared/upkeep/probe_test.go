package upkeep_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/ingest"
	"webhookintake/shared/ledger"
	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
	"webhookintake/shared/source"
	"webhookintake/shared/upkeep"
	"webhookintake/shared/webhook"
)

// A ring is a whole stack: what is posted to it goes through ingest, queue and process to the
// ledger. It is the transport of probes and the secret with the sources.
type ring struct {
	*testing.T
	document string
	answer   http.HandlerFunc // in place of ingest, if it is not nil
	away     error            // why nothing answers
	stopped  bool             // process is
	unread   error            // why the ledger cannot be read

	sources *source.Sources // of ingest
	queue   *queuememory.Queue
	store   *ledgermemory.Store
	worker  *process.Worker
	posts   int
	took    []time.Duration
	reads   int // of the document, by upkeep
	upkeep  *source.Sources
}

func newRing(t *testing.T) *ring {
	r := &ring{T: t, document: `{"$key": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}`}
	r.sources = source.Refreshing(r, source.RefreshOptions{})
	r.upkeep = source.Refreshing(counting{r}, source.RefreshOptions{})
	r.queue, r.store = queuememory.New(queuememory.Options{}), &ledgermemory.Store{}
	r.worker = &process.Worker{Handlers: &hook.Registry{}, Ledger: r.store, Queue: r.queue, DeadLetters: r.queue}
	return r
}

// Fetch implements [source.Fetcher].
func (r *ring) Fetch(_ context.Context, stage source.Stage) ([]byte, error) {
	if stage == source.Previous {
		return nil, source.ErrNoVersion
	}
	return []byte(r.document), nil
}

// rekey changes the document, which ingest has read, and upkeep has not.
func (r *ring) rekey(document string) {
	r.document = document
	r.sources = source.Refreshing(r, source.RefreshOptions{})
}

// counting is the secret as upkeep reads it.
type counting struct{ *ring }

func (c counting) Fetch(ctx context.Context, stage source.Stage) ([]byte, error) {
	c.reads++
	return c.ring.Fetch(ctx, stage)
}

// RoundTrip implements [http.RoundTripper].
func (r *ring) RoundTrip(request *http.Request) (*http.Response, error) {
	r.posts++
	if r.away != nil {
		return nil, r.away
	}
	answer := httptest.NewRecorder()
	if r.answer != nil {
		r.answer(answer, request)
		return answer.Result(), request.Context().Err()
	}
	(&ingest.Handler{Sources: r.sources, Queue: r.queue}).ServeHTTP(answer, request)
	if !r.stopped {
		r.process()
	}
	return answer.Result(), nil
}

func (r *ring) process() {
	ms, err := r.queue.Receive(r.Context(), queue.MaxBatch, 0)
	if err != nil {
		r.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	for _, result := range r.worker.Batch(r.Context(), ms) {
		if !result.Acked {
			r.Errorf("%s %v", result.Outcome, result.Err)
		}
		r.queue.Delete(r.Context(), []string{result.Message.Wire.Receipt})
	}
}

// claim is a process that dies.
func (r *ring) claim() {
	ms, _ := r.queue.Receive(r.Context(), 1, 0)
	request := process.RequestFor(ms[0], false)
	request.Owner, request.At, request.Lease = "o", time.Now(), time.Now().Add(time.Minute)
	r.store.Claim(r.Context(), []ledger.Request{request})
}

// Record implements [upkeep.Records].
func (r *ring) Record(_ context.Context, key string) (ledger.Record, bool, error) {
	if r.unread != nil {
		return ledger.Record{}, false, r.unread
	}
	rec, ok := r.store.Record(key)
	return rec, ok, nil
}

// probe is one run of the task.
func (r *ring) probe() (string, error) {
	p := upkeep.Probe{
		Source: r.upkeep.Probe, URL: "https://intake.example/hooks/probe",
		Client: &http.Client{Transport: r}, Records: r, Notes: r.store, Now: time.Now,
		Report: func(took time.Duration) { r.took = append(r.took, took) },
	}
	task := p.Task()
	ctx, cancel := context.WithTimeout(r.Context(), task.Time)
	defer cancel()
	began := time.Now()
	summary, err := task.Run(ctx)
	if took := time.Since(began); took > task.Time {
		r.Errorf("a run took %v, more than its %v", took, task.Time)
	}
	return summary, err
}

// hang answers when the caller has gone.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func answering(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// A probe goes around every 15 minutes, and each fault is named by the step that has it.
func TestProbe(t *testing.T) {
	t.Parallel()
	type run struct {
		change  func(r *ring) // before it; nil changes nothing
		summary string        // what the summary begins with
		step    upkeep.Step   // that failed; empty if none did
		text    string        // in the error
		posts   int
	}
	well := run{summary: "completed 300ms after it was sent", posts: 1}
	idle := run{summary: "not due"}
	for _, tt := range []struct {
		name string
		runs []run // one every five minutes
	}{
		{"all is well", []run{well, idle, idle, well, idle}},
		{"no key", []run{
			{change: func(r *ring) { r.document = "{}" }, summary: `no probe: the sources have no "$key"`},
			{change: func(r *ring) { r.document = newRing(r.T).document }, summary: well.summary, posts: 1},
		}},
		{"a source of the name", []run{{
			change: func(r *ring) {
				r.document = strings.Replace(r.document, "{", `{"probe": {"provider": "kyc", "secrets": ["secret-of-the-test"]},`, 1)
			}, summary: `no probe: the sources have one named "probe"`}}},
		{"nothing answers", []run{
			{change: func(r *ring) { r.away = errDown }, step: upkeep.StepSend, text: "post to https://intake.example/hooks/probe: down", posts: 2},
			{step: upkeep.StepSend, posts: 2},
			{change: func(r *ring) { r.away = nil }, summary: well.summary, posts: 1}, idle,
		}},
		{"it hangs", []run{{change: func(r *ring) { r.answer = hang }, step: upkeep.StepSend, text: "deadline", posts: 2}}},
		{"ingest takes nothing", []run{{change: func(r *ring) { r.answer = answering(503, `{"error":"queue_unavailable"}`) },
			step: upkeep.StepAnswer, text: "503: queue_unavailable", posts: 2}}},
		{"another key", []run{well, idle, idle, {change: func(r *ring) {
			other := *r
			other.document = strings.Replace(r.document, "MDEy", "ZmVk", 1)
			r.sources = source.Refreshing(&other, source.RefreshOptions{})
		}, step: upkeep.StepAnswer, text: "401: signature_mismatch", posts: 2}}},
		{"a new key", []run{well, idle, idle, {change: func(r *ring) { r.rekey(strings.Replace(r.document, "MDEy", "ZmVk", 1)) },
			summary: "completed 1.6s after it was sent", posts: 2}, idle, idle, well}},
		{"the key is taken away", []run{well, idle, idle, {change: func(r *ring) { r.rekey("{}") }, summary: "no probe", posts: 1}}},
		{"somebody else answers", []run{{change: func(r *ring) { r.answer = answering(200, "<html>") }, step: upkeep.StepAnswer, text: "is not our ingest", posts: 2}}},
		{"an old answer", []run{{change: func(r *ring) { r.answer = answering(200, `{"id":"probe_1"}`) }, step: upkeep.StepAnswer, posts: 2}}},
		{"ingest of the version before", slices.Concat(
			[]run{{change: func(r *ring) { r.answer = answering(404, `{"error":"unknown_source"}`) }, summary: "ingest does not know", posts: 2}},
			slices.Repeat([]run{{summary: "ingest does not know", posts: 2}}, 11),
			[]run{{step: upkeep.StepAnswer, text: "older version", posts: 2}}, // after an hour
			[]run{{change: func(r *ring) { r.answer = nil }, summary: well.summary, posts: 1}, idle})},
		{"a slow process", []run{
			{change: func(r *ring) { r.stopped = true }, summary: "sent, and not completed yet", posts: 1},
			{change: func(r *ring) { r.process() }, summary: "completed 5m0.3s after"}, idle,
		}},
		{"process is stopped", []run{
			{change: func(r *ring) { r.stopped = true }, summary: "sent, and not completed yet", posts: 1},
			{step: upkeep.StepQueue, text: "after 5m0s: it is stopped, or behind"},
			{step: upkeep.StepQueue},
			{step: upkeep.StepQueue, text: "process has not got the event", posts: 1}, // another, which is no news
			{change: func(r *ring) { r.process() }, summary: "completed 5m0.3s after"}, idle,
		}},
		{"the ledger is away", []run{
			{change: func(r *ring) { r.unread = errDown }, summary: "sent, and not completed yet", posts: 1},
			{step: upkeep.StepLedger, text: "read the record"},
			{change: func(r *ring) { r.unread = nil }, summary: "completed 300ms after"},
		}},
		{"process dies at it", []run{
			{change: func(r *ring) { r.stopped = true }, summary: "sent, and not completed yet", posts: 1},
			{change: func(r *ring) { r.claim() }, step: upkeep.StepLedger, text: "its record is CLAIMED"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRing(t)
				for i, run := range tt.runs {
					if run.change != nil {
						run.change(r)
					}
					r.posts = 0
					began := time.Now()
					summary, err := r.probe()
					failed, _ := errors.AsType[*upkeep.StepError](err)
					if (failed != nil) != (run.step != "") || failed != nil && failed.Step != run.step || (err != nil) != (run.step != "") ||
						!strings.HasPrefix(summary, run.summary) || err != nil && !strings.Contains(err.Error(), run.text) || r.posts != run.posts {
						t.Errorf("run %d: %q, %v, %d posts, want %+v", i, summary, err, r.posts, run)
					}
					if kind := webhook.ErrorKind(err); err != nil && kind != "probe_"+string(run.step) {
						t.Errorf("run %d: the log calls it %s", i, kind)
					}
					time.Sleep(5*time.Minute - time.Since(began)%(5*time.Minute))
				}
			})
		})
	}
}

// Each read of the secret is paid for: there is one an hour, and one more if ingest knows
// another key.
func TestProbeReadsTheSources(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRing(t)
		for i := range 24 * 12 { // a day
			if i == 12*12+3 {
				r.rekey(strings.Replace(r.document, "MDEy", "ZmVk", 1))
			}
			if _, err := r.probe(); err != nil {
				t.Error(err)
			}
			time.Sleep(5 * time.Minute)
		}
		if len(r.took) < 90 || r.reads > 25 {
			t.Errorf("%d probes in a day, %d reads of the sources", len(r.took), r.reads)
		}
	})
}

// A note of a clock that was ahead is no reason to wait until that time.
func TestProbeOfAWrongClock(t *testing.T) {
	t.Parallel()
	for _, note := range []string{`{"id":"probe_1","sent":%d}`, `{"id":"probe_1","sent":0,"unknown":%d}`} {
		synctest.Test(t, func(t *testing.T) {
			r := newRing(t)
			if strings.Contains(note, "unknown") {
				r.answer = answering(http.StatusNotFound, `{"error":"unknown_source"}`)
			}
			if err := r.store.PutNote(t.Context(), "cursor#probe", 0, fmt.Sprintf(note, time.Now().AddDate(1, 0, 0).UnixMilli())); err != nil {
				t.Fatal(err)
			}
			summary, err := r.probe()
			if r.answer != nil {
				time.Sleep(time.Hour)
				if _, err := r.probe(); err == nil {
					t.Error("an ingest that does not know the source is no fault after an hour")
				}
				return
			}
			if err != nil || r.posts != 1 {
				t.Errorf("run = %q, %v, %d posts", summary, err, r.posts)
			}
		})
	}
}

// A note that cannot be written makes the run an error: each run would send another probe.
func TestProbeWithoutNote(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRing(t)
		notes := 0
		r.store.Fault = func(op, _ string) (bool, error) {
			if op == ledgermemory.OpNote {
				notes++
			}
			if notes == 2 { // read, then written
				return false, errDown
			}
			return true, nil
		}
		if summary, err := r.probe(); !errors.Is(err, errDown) || !strings.HasPrefix(summary, "completed") {
			t.Errorf("run = %q, %v", summary, err)
		}
	})
}
