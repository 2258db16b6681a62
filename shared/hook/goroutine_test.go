package hook_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/hook"
)

// A handler finishes after all its goroutines, including those that they start, even if it
// returns before them.
func TestSuperviseWaitsForGoroutines(t *testing.T) {
	t.Parallel()
	for _, want := range []error{nil, errBroken} {
		synctest.Test(t, func(t *testing.T) {
			var ended atomic.Int32
			began := time.Now()
			err := hook.Supervise(t.Context(), func(ctx context.Context) error {
				for n := range 3 {
					hook.Go(ctx, func() {
						time.Sleep(time.Duration(n) * time.Second)
						hook.Go(ctx, func() {
							time.Sleep(time.Second)
							if ctx.Err() != nil {
								t.Error("the handler's return ended its context")
							}
							ended.Add(1)
						})
					})
				}
				return want
			})
			if took := time.Since(began); ended.Load() != 3 || took != 3*time.Second {
				t.Errorf("%d of 3 goroutines have ended after %v", ended.Load(), took)
			}
			if !errors.Is(err, want) || (err == nil) != (want == nil) {
				t.Errorf("error %v, want %v", err, want)
			}
		})
	}
}

// A panic in a goroutine fails the run, in addition to the handler's own error.
func TestPanicOfAGoroutine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		returned error
		panics   int
	}{
		{"the handler succeeded", nil, 1},
		{"the handler failed", errBroken, 1},
		{"two goroutines", nil, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := hook.Supervise(t.Context(), func(ctx context.Context) error {
				for range tt.panics {
					hook.Go(ctx, func() { panic("boom") })
				}
				hook.Go(ctx, func() {})
				return tt.returned
			})
			if tt.returned != nil && !errors.Is(err, tt.returned) {
				t.Errorf("%v, want it to wrap the handler's error", err)
			}
			if n := count(err); n != tt.panics {
				t.Errorf("%v: %d panics, want %d", err, n, tt.panics)
			}
		})
	}
}

// count counts the panics that err joins.
func count(err error) int {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		n := 0
		for _, one := range joined.Unwrap() {
			n += count(one)
		}
		return n
	}
	if _, ok := errors.AsType[*hook.PanicError](err); ok {
		return 1
	}
	return 0
}

// Outside a handler, and after its end, Go is a go statement.
func TestGoWithoutAHandler(t *testing.T) {
	t.Parallel()
	given := make(chan context.Context, 1)
	if err := hook.Supervise(t.Context(), func(ctx context.Context) error { given <- ctx; return nil }); err != nil {
		t.Fatal(err)
	}
	for name, ctx := range map[string]context.Context{"no handler": t.Context(), "its handler has finished": <-given} {
		ran := make(chan string, 1)
		hook.Go(ctx, func() { ran <- name })
		if got := <-ran; got != name {
			t.Errorf("ran %q, want %q", got, name)
		}
	}
}

// The cost of supervising a handler.
func BenchmarkSupervise(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if err := hook.Supervise(b.Context(), func(context.Context) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
