package doctor_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/doctor"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
	"webhookintake/shared/queue/memory"
	"webhookintake/shared/source"
)

// document is the sources document of the intake and of the doctor. Its secrets contain
// "s3cr3t", which must not be shown.
const document = `{
	"contiguity":    {"secrets": ["whsec_s3cr3t"]},
	"contiguity-v1": {"secrets": ["s3cr3t-token"]},
	"compliancely":  {"secrets": ["s3cr3t-compliancely"], "product": "tin_match"},
	"kyc":           {"secrets": ["s3cr3t-kyc", "s3cr3t-old"]}
}`

// A world is an intake in memory, in a synctest bubble, and the doctor's options for it. A
// test changes it before the doctor runs.
type world struct {
	t        *testing.T
	pipeline *pipeline.Pipeline
	running  hook.Registry // the handlers of the intake
	known    hook.Registry // those of the checkout
	idle     time.Duration // before the worker starts; negative means that it never does
	site     doctor.Site
	options  doctor.Options
}

var errBroken = errors.New("broken")

// newWorld returns an intake without faults.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t}
	set, err := source.Parse([]byte(document), source.ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w.pipeline = pipeline.New(pipeline.Options{Sources: source.Fixed(set), Handlers: &w.running})
	w.site = doctor.Site{
		Name: "intake", Flags: " --stack intake", HealthURL: "https://intake.example/healthz",
		HookURL: func(name string) (string, error) { return "https://intake.example/hooks/" + name, nil },
		Sources: func(context.Context) ([]byte, error) { return []byte(document), nil },
		Table:   func(context.Context) (time.Time, error) { return time.Now().Add(-time.Hour), nil },
		Created: time.Now().Add(-2 * time.Hour),
		Vault:   func(context.Context) (bool, error) { return false, nil },
		Ledger:  records(w.pipeline.Ledger.Record), Queue: counts(w.pipeline.Queue), DeadLetters: counts(w.pipeline.DeadLetters),
		IngestLogs: "LOGS OF INGEST", ProcessLogs: "LOGS OF PROCESS",
	}
	w.options = doctor.Options{
		Find:      func(context.Context) (doctor.Site, error) { return w.site, nil },
		Handlers:  func() (*hook.Registry, error) { return &w.known, nil },
		Transport: direct{w.pipeline},
	}
	return w
}

// examine runs the doctor and the intake's worker.
func (w *world) examine() doctor.Report {
	w.t.Helper()
	ctx, stop := context.WithCancel(w.t.Context())
	var worker sync.WaitGroup
	worker.Go(func() {
		select {
		case <-time.After(max(w.idle, 0)):
		case <-ctx.Done():
		}
		// One batch after another: a copy that is received together with its event would
		// wait for the lease, and what is found would depend on which came first.
		for w.idle >= 0 && ctx.Err() == nil {
			_, _ = w.pipeline.Step(ctx, queue.MaxWait)
		}
	})
	report := doctor.Run(w.t.Context(), w.options)
	stop()
	worker.Wait()
	if text := textOf(report); strings.Contains(text, "s3cr3t") {
		w.t.Errorf("it shows a secret:\n%s", text)
	}
	return report
}

// textOf returns a report as text.
func textOf(r doctor.Report) string {
	var text strings.Builder
	for _, s := range r.Steps {
		text.WriteString(s.Name + " " + line(s) + "\n")
	}
	return text.String()
}

func line(s doctor.Step) string { return string(s.Status) + ": " + s.Found + "; next: " + s.Next }

// step returns the step of that name.
func step(t *testing.T, r doctor.Report, name string) doctor.Step {
	t.Helper()
	for _, s := range r.Steps {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no step %s in\n%s", name, textOf(r))
	return doctor.Step{}
}

// A row changes a world without faults, and says what one step then finds.
type row struct {
	name   string
	change func(w *world)
	step   string
	status doctor.Status
	want   []string // in the step's text
}

// examine runs the rows. No step before a row's step fails, and after a failure no step is
// tried.
func examine(t *testing.T, rows []row) {
	t.Helper()
	for _, tt := range rows {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				tt.change(w)
				report := w.examine()
				got := step(t, report, tt.step)
				for _, want := range tt.want {
					if !strings.Contains(line(got), want) {
						t.Errorf("%s %s\nwant %q in it", tt.step, line(got), want)
					}
				}
				if got.Status != tt.status || report.OK != (tt.status != doctor.Failed) || (report.Err() == nil) != report.OK {
					t.Errorf("%s is %s, ok %v, error %v, want %s:\n%s", tt.step, got.Status, report.OK, report.Err(), tt.status, textOf(report))
				}
				after := false
				for _, s := range report.Steps {
					if tried := s.Status != doctor.NotTried; tried == (after && tt.status == doctor.Failed) {
						t.Errorf("%s is %s after %s failed", s.Name, s.Status, tt.step)
					}
					after = after || s.Name == tt.step
				}
			})
		})
	}
}

// direct calls a handler without a network, which would stop the bubble's clock.
type direct struct{ http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w.Result(), nil
}

// A hijack answers instead of the intake if its function returns a status. With a negative
// one it breaks the connection.
type hijack struct {
	http.RoundTripper
	answer func(r *http.Request) (status int, body string)
}

func (h hijack) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := h.answer(r)
	switch {
	case status < 0:
		return nil, errBroken
	case status == 0:
		return h.RoundTripper.RoundTrip(r)
	}
	return direct{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})}.RoundTrip(r)
}

// answer puts a hijack in front of the intake.
func (w *world) answer(fn func(r *http.Request) (status int, body string)) {
	w.options.Transport = hijack{w.options.Transport, fn}
}

// records is a reader of a ledger in memory.
type records func(key string) (ledger.Record, bool)

func (f records) Record(_ context.Context, key string) (ledger.Record, bool, error) {
	rec, ok := f(key)
	return rec, ok, nil
}

// A failing ledger cannot be read.
type failing struct{}

func (failing) Record(context.Context, string) (ledger.Record, bool, error) {
	return ledger.Record{}, false, errBroken
}

func counts(q *memory.Queue) doctor.Counter {
	return func(context.Context) (stack.Counts, error) {
		c := q.Counts()
		return stack.Counts{Waiting: c.Visible, InFlight: c.InFlight, Delayed: c.Delayed}, nil
	}
}

func fixed(c stack.Counts, err error) doctor.Counter {
	return func(context.Context) (stack.Counts, error) { return c, err }
}
