package source_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

func TestOneReadForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVault(doc("a"))
		v.takes = 500 * time.Millisecond
		s := source.Refreshing(v, source.RefreshOptions{Parse: options()})
		for _, state := range []struct {
			name   string
			after  time.Duration
			secret string
		}{{"cold", 0, "a"}, {"old", 6 * time.Minute, "a"}, {"rotated", time.Minute, "b"}} {
			time.Sleep(state.after)
			if state.secret == "b" {
				v.put(doc("b"))
			}
			var all sync.WaitGroup
			for range 20 {
				all.Go(func() {
					if err := verify(t, s, state.secret); err != nil {
						t.Errorf("%s: %v", state.name, err)
					}
				})
			}
			all.Wait()
			if got := v.fetched(); got != 1 {
				t.Errorf("%s: %d fetches for 20 requests, want 1", state.name, got)
			}
		}
	})
}

// Reading both versions takes longer than the budget.
func TestReadTakesAtMostASecond(t *testing.T) {
	t.Parallel()
	for _, takes := range []time.Duration{600 * time.Millisecond, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			v := newVault(invalid)
			v.put(invalid)
			v.takes = takes
			s := source.Refreshing(v, source.RefreshOptions{Parse: options()})
			start := time.Now()
			err := verify(t, s, "a")
			if !errors.Is(err, webhook.ErrSourcesUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("fetches of %v: %v, want a deadline exceeded", takes, err)
			}
			if took := time.Since(start); took != source.ReadBudget {
				t.Errorf("fetches of %v: the request took %v, want %v", takes, took, source.ReadBudget)
			}
		})
	}
}

func TestWaiterStopsAtItsOwnDeadline(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		warm bool
		want error // besides the deadline
	}{
		{"without a copy", false, webhook.ErrSourcesUnavailable},
		{"with an old copy, which serves", true, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				v := newVault(doc("a"))
				s := source.Refreshing(v, source.RefreshOptions{Parse: options()})
				if tt.warm {
					_ = s.Load(t.Context())
					time.Sleep(time.Hour)
				}
				v.takes = 900 * time.Millisecond
				var reader sync.WaitGroup
				reader.Go(func() {
					if err := verify(t, s, "a"); err != nil {
						t.Errorf("the reader: %v", err)
					}
				})
				synctest.Wait()
				ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
				defer cancel()
				start := time.Now()
				_, _, err := s.Verify(ctx, "plain", request("a", nil, start))
				if took := time.Since(start); took != 100*time.Millisecond {
					t.Errorf("waited %v, want 100ms", took)
				}
				if !errors.Is(err, tt.want) || tt.want != nil && !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("error = %v, want %v", err, tt.want)
				}
				reader.Wait()
			})
		})
	}
}

// The client of the request that reads hangs up: the others get their sources, without a
// pause.
func TestReaderHangsUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVault(doc("a"))
		v.takes = 500 * time.Millisecond
		s := source.Refreshing(v, source.RefreshOptions{Parse: options()})
		ctx, hangUp := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() { _ = s.Load(ctx) })
		synctest.Wait()
		all.Go(func() {
			if err := verify(t, s, "a"); err != nil {
				t.Errorf("the waiter: %v", err)
			}
		})
		synctest.Wait()
		hangUp()
		all.Wait()
		if got := v.fetched(); got != 1 {
			t.Errorf("%d fetches, want 1", got)
		}
	})
}

func TestNoReadForWhoHasGone(t *testing.T) {
	t.Parallel()
	v := newVault(doc("a"))
	s := source.Refreshing(v, source.RefreshOptions{Parse: options()})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Load(ctx); !errors.Is(err, webhook.ErrSourcesUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("Load = %v, want it to wrap %v", err, context.Canceled)
	}
	if got := v.fetched(); got != 0 {
		t.Errorf("%d fetches, want none", got)
	}
	if err := verify(t, s, "a"); err != nil {
		t.Errorf("the next request: %v", err)
	}
}

// panicking is a Fetcher that panics once another caller waits for it.
type panicking struct{}

func (panicking) Fetch(context.Context, source.Stage) ([]byte, error) {
	time.Sleep(100 * time.Millisecond)
	panic("bug")
}

func TestPanicLetsTheWaitingGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := source.Refreshing(panicking{}, source.RefreshOptions{Parse: options()})
		var all sync.WaitGroup
		all.Go(func() {
			defer func() {
				if recover() == nil {
					t.Error("the reader's panic was swallowed")
				}
			}()
			_ = s.Load(t.Context())
		})
		synctest.Wait()
		all.Go(func() {
			if err := verify(t, s, "a"); !errors.Is(err, webhook.ErrSourcesUnavailable) {
				t.Errorf("the waiter: %v, want %v", err, webhook.ErrSourcesUnavailable)
			}
		})
		all.Wait()
	})
}
