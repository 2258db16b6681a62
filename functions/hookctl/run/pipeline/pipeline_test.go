package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/queue/memory"
	"webhookintake/shared/source"
)

const text = "contiguity.text.incoming.sms"

// post gives the pipeline a sample, signed for the sample sources.
func post(t *testing.T, p http.Handler, name string) int {
	t.Helper()
	s, err := dialect.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	src := dialect.Sources()[s.Provider.Name()]
	signed := dialect.Sign(src.Provider, src.Settings, s.Body, dialect.Time())
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hooks/"+src.Name, bytes.NewReader(s.Body))
	r.Header = signed.Header
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w.Code
}

func TestStep(t *testing.T) {
	t.Parallel()
	var handlers hook.Registry
	hook.On(&handlers, contiguity.TextIncomingSMS, "count",
		func(context.Context, hook.Event[contiguity.Text]) error { return nil })
	var reports []pipeline.Answered
	p := pipeline.New(pipeline.Options{
		Sources: source.Fixed(dialect.Sources()), Handlers: &handlers,
		Answered: func(r pipeline.Answered) { reports = append(reports, r) },
	})
	for range 2 {
		if code := post(t, p, text); code != http.StatusOK {
			t.Fatalf("answered %d", code)
		}
	}
	worked, err := p.Step(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []process.Outcome
	for _, w := range worked {
		got = append(got, w.Outcome)
		if w.Claiming <= 0 {
			t.Errorf("%s: claiming took %v", w.Message.ID, w.Claiming)
		}
	}
	if diff := cmp.Diff([]process.Outcome{process.Handled, process.Duplicate}, got); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	if len(reports) != 2 || reports[0].ID != "evt_sample_sms" || len(reports[0].Event.Raw) == 0 {
		t.Errorf("reports %+v", reports)
	}
	if left := p.Queue.Counts(); left != (memory.Counts{}) {
		t.Errorf("left in the queue: %+v", left)
	}
	key := "contiguity#evt_sample_sms"
	if record, ok := p.Ledger.Record(key); !ok || record.State != ledger.StateCompleted {
		t.Errorf("record %+v, %v", record, ok)
	}
	if payload, ok := p.Ledger.Payload(key); !ok || len(payload) == 0 {
		t.Error("the payload is not kept")
	}
	if worked, err := p.Step(t.Context(), 0); err != nil || worked != nil {
		t.Errorf("a step without messages = %v, %v", worked, err)
	}
}

// TestWorkRetries lets a handler fail once: the event comes again after the backoff, and
// Work ends with its context.
func TestWorkRetries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var handlers hook.Registry
		var tries []int
		hook.On(&handlers, contiguity.TextIncomingSMS, "shaky",
			func(_ context.Context, e hook.Event[contiguity.Text]) error {
				if tries = append(tries, e.Attempt); e.Attempt == 1 {
					return errors.New("not today")
				}
				return nil
			})
		p := pipeline.New(pipeline.Options{Sources: source.Fixed(dialect.Sources()), Handlers: &handlers})
		post(t, p, text)
		ctx, cancel := context.WithCancel(t.Context())
		var outcomes []process.Outcome
		ended := make(chan error, 1)
		go func() {
			ended <- p.Work(ctx, func(w pipeline.Worked) { outcomes = append(outcomes, w.Outcome) })
		}()
		time.Sleep(time.Minute) // of the bubble
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Work = %v", err)
		}
		if diff := cmp.Diff([]process.Outcome{process.Retried, process.Handled}, outcomes); diff != "" {
			t.Errorf("outcomes (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]int{1, 2}, tries); diff != "" {
			t.Errorf("tries (-want +got):\n%s", diff)
		}
	})
}

// TestWorkSideBySide holds one event: another is handled meanwhile.
func TestWorkSideBySide(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var handlers hook.Registry
		hook.On(&handlers, contiguity.TextIncomingSMS, "slow",
			func(context.Context, hook.Event[contiguity.Text]) error { time.Sleep(5 * time.Second); return nil })
		p := pipeline.New(pipeline.Options{Sources: source.Fixed(dialect.Sources()), Handlers: &handlers})
		post(t, p, text)
		post(t, p, "contiguity.text.incoming.mms") // has no handler
		ctx, cancel := context.WithCancel(t.Context())
		var order []string
		ended := make(chan error, 1)
		go func() {
			ended <- p.Work(ctx, func(w pipeline.Worked) { order = append(order, w.Message.Type) })
		}()
		time.Sleep(10 * time.Second) // of the bubble
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Work = %v", err)
		}
		if diff := cmp.Diff([]string{"text.incoming.mms", "text.incoming.sms"}, order); diff != "" {
			t.Errorf("order of ends (-want +got):\n%s", diff)
		}
	})
}
