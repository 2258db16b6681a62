package pipeline_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/source"
	"webhookintake/shared/upkeep"
	"webhookintake/shared/vault"
)

// keepUp runs a pipeline with its workers and upkeep until the test ends.
func keepUp(t *testing.T, o pipeline.Options) *pipeline.Pipeline {
	t.Helper()
	o.Sources = source.Fixed(dialect.Sources())
	p := pipeline.New(o)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{}, 2)
	go func() { _ = p.Work(ctx, func(pipeline.Worked) {}); done <- struct{}{} }()
	go func() { p.KeepUp(ctx); done <- struct{}{} }()
	t.Cleanup(func() { stop(); <-done; <-done })
	return p
}

// What comes while the queue is down is acknowledged, and handled once within five minutes of
// its recovery.
func TestKeepUpDrains(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var down atomic.Bool
		var handled atomic.Int64
		var handlers hook.Registry
		hook.On(&handlers, contiguity.TextIncomingSMS, "count", func(context.Context, hook.Event[contiguity.Text]) error {
			handled.Add(1)
			return nil
		})
		p := keepUp(t, pipeline.Options{Handlers: &handlers, QueueFault: func(op, _ string) (bool, error) {
			if op == "send" && down.Load() {
				return false, errors.New("down")
			}
			return true, nil
		}})
		down.Store(true)
		for range 2 { // as a provider does that did not see the first answer
			if code := post(t, p, text); code != http.StatusOK {
				t.Fatalf("answered %d", code)
			}
		}
		time.Sleep(12 * time.Minute)
		if left, err := p.Vault.List(t.Context(), vault.Spill, "", 9); err != nil || len(left) != 2 || handled.Load() != 0 {
			t.Fatalf("%d spilled, %v, %d handled", len(left), err, handled.Load())
		}
		down.Store(false)
		time.Sleep(5 * time.Minute)
		left, err := p.Vault.List(t.Context(), vault.Spill, "", 9)
		if err != nil || len(left) != 0 || handled.Load() != 1 {
			t.Errorf("%d left, %v, handled %d times", len(left), err, handled.Load())
		}
	})
}

// api answers as the provider's does.
type api func(path string) string

func (a api) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(a(r.URL.Path)))}, nil
}

// With credentials, what webhooks did not report is handled; what fails is reported.
func TestKeepUpAsksAndTells(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		checked := time.Now().UTC().Format(time.RFC3339)
		one := `{"watchlist_id":"w-1","last_checked_at":"` + checked + `","last_results":{}}`
		var handlers hook.Registry
		var runs atomic.Int64
		hook.OnProvider(&handlers, kyc.Provider{}, "watch", func(context.Context, hook.Event[json.RawMessage]) error {
			runs.Add(1)
			return hook.Permanent(errors.New("no such customer"))
		})
		var told []string
		var failed []upkeep.Result
		keepUp(t, pipeline.Options{Handlers: &handlers, Upkeep: pipeline.Upkeep{
			Settings: func(name string) string { return map[string]string{"KYC_TOKEN": "sk_7331"}[name] },
			HTTP: &http.Client{Transport: api(func(path string) string {
				if strings.HasSuffix(path, "/w-1") {
					return `{"status":"success","data":` + one + `}`
				}
				return `{"status":"success","data":{"watchlists":[` + one + `]}}`
			})},
			Digest: func(_ context.Context, text string) error { told = append(told, text); return nil },
			Done: func(r upkeep.Result) {
				if r.Err != nil {
					failed = append(failed, r)
				}
			},
		}})
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		if runs.Load() != 1 || len(failed) > 0 {
			t.Errorf("handled %d times, failed %+v", runs.Load(), failed)
		}
		if len(told) != 1 || !strings.HasPrefix(told[0], "hookctl run: 1 event is failing") || strings.Contains(told[0], "--stack") {
			t.Errorf("told %q", told)
		}
	})
}
