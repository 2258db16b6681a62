package traffic_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/functions/hookctl/traffic"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/source"
)

// TestAgainstTheIntake sends two seconds of traffic of each provider, with every fault, over
// loopback to the real intake. Every authentic event is acknowledged and handled once, and
// no forged one is handled.
func TestAgainstTheIntake(t *testing.T) {
	t.Parallel()
	for _, provider := range traffic.Names() {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			runs, p, url := intake(t, provider)
			plan := traffic.Plan{
				Events: 120, Rate: 60, Seed: 11,
				Faults: traffic.Faults{Duplicate: 0.2, Reorder: 0.2, Forged: 0.2, Slow: 0.1},
			}
			o := options(t, provider, &receiver{}, plan)
			o.Transport, o.URL, o.Profile = nil, url, o.Profile.Faster(1000)
			report := run(t.Context(), t, o)

			var deliveries, forged, hungUp int
			authentic := map[int]bool{}
			for _, d := range plan.Schedule(len(o.Samples)) {
				deliveries++
				if d.Forgery != traffic.Authentic {
					forged++
					continue
				}
				authentic[d.Event] = true
				if d.Slow == traffic.HangUp {
					hungUp++
				}
			}
			want := traffic.Counts{Sent: deliveries, Accepted: deliveries - forged, Refused: forged, Retried: hungUp}
			if report.Counts != want || report.Err() != nil || hungUp == 0 || forged == 0 {
				t.Errorf("%+v, %v, failures %v; want %+v", report.Counts, report.Err(), report.Failures, want)
			}
			for id, n := range runs() {
				if n != 1 {
					t.Errorf("event %s was handled %d times", id, n)
				}
				if record, ok := p.Ledger.Record(provider + "#" + id); !ok || record.State != ledger.StateCompleted {
					t.Errorf("event %s: %v %+v", id, ok, record)
				}
			}
			if got := len(runs()); got != len(authentic) {
				t.Errorf("%d events were handled, want the %d authentic ones", got, len(authentic))
			}
		})
	}
}

// intake starts an intake, which runs until the test ends. The function runs waits until the
// queue is empty, and returns how often each event was handled.
func intake(t *testing.T, provider string) (runs func() map[string]int, p *pipeline.Pipeline, url string) {
	t.Helper()
	var mu sync.Mutex
	count := map[string]int{}
	var handlers hook.Registry
	d, err := dialect.Of(provider)
	if err != nil {
		t.Fatal(err)
	}
	hook.OnProvider(&handlers, d.Provider, "count", func(_ context.Context, e hook.Event[json.RawMessage]) error {
		mu.Lock()
		defer mu.Unlock()
		count[e.ID]++
		return nil
	})
	p = pipeline.New(pipeline.Options{Sources: source.Fixed(dialect.Sources()), Handlers: &handlers})
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	ctx, stop := context.WithCancel(context.Background())
	var worker sync.WaitGroup
	worker.Go(func() {
		if err := p.Work(ctx, func(pipeline.Worked) {}); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(worker.Wait)
	t.Cleanup(stop)
	runs = func() map[string]int {
		for len(p.Queue.Messages()) > 0 && ctx.Err() == nil {
			time.Sleep(time.Millisecond) // the queue has no signal for being empty
		}
		mu.Lock()
		defer mu.Unlock()
		return maps.Clone(count)
	}
	return runs, p, server.URL + "/hooks/" + provider
}
