package hook_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"webhookintake/shared/hook"
	"webhookintake/shared/webhook"
)

// price is a function of the handler's author.
func price(prices []int, i int) int { return prices[i] }

type cart struct{ prices []int }

func (c cart) charge(context.Context) error { _ = price(c.prices, 7); return nil }

// picky is a payload whose method panics.
type picky struct{}

func (*picky) UnmarshalJSON([]byte) error { panic("picky") }

func supervised(fn func(context.Context) error) func() error {
	return func() error { return hook.Supervise(context.Background(), fn) }
}

func prepared() error {
	var r hook.Registry
	hook.On(&r, webhook.NewType[picky](shop{}, "order.paid"), "charge", nothing)
	_, err := r.For("shop", "order.paid")[0].Prepare(webhook.Event{Raw: []byte(`{}`)}, hook.Delivery{})
	return err
}

// A panic has the functions of the handler's author, innermost first, wherever it occurred,
// without the functions between them and those that called the handler.
func TestPanicFrames(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		run  func() error
		want []string // of the frames, innermost first; only the function where it is a closure
	}{
		{"in the handler", supervised(func(context.Context) error { panic("boom") }), []string{"hook_test.TestPanicFrames.func1"}},
		{"below it", supervised(cart{}.charge), []string{"hook_test.price", "hook_test.cart.charge"}},
		{"through the standard library", supervised(func(context.Context) error {
			slices.SortFunc([]int{2, 1}, func(int, int) int { return price(nil, 1) })
			return nil
		}), []string{"hook_test.price", "hook_test.TestPanicFrames.func2.1", "hook_test.TestPanicFrames.func2"}},
		{"in the standard library", supervised(func(context.Context) error { _ = strings.Repeat("x", -1); return nil }), []string{"hook_test.TestPanicFrames.func3"}},
		{"in a goroutine of it", supervised(func(ctx context.Context) error {
			hook.Go(ctx, func() { _ = price(nil, 3) })
			return nil
		}), []string{"hook_test.price", "hook_test.TestPanicFrames.func4.1"}},
		{"in a method of the payload", prepared, []string{"hook_test.(*picky).UnmarshalJSON"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			panicked, ok := errors.AsType[*hook.PanicError](tt.run())
			if !ok {
				t.Fatal("no PanicError")
			}
			var got []string
			for _, f := range panicked.Frames {
				if f.File != "shared/hook/panic_test.go" || f.Line == 0 {
					t.Errorf("%s is at %s:%d", f.Function, f.File, f.Line)
				}
				got = append(got, f.Function)
			}
			if len(got) > len(tt.want) && tt.name == "in a method of the payload" {
				got = got[:1] // this test calls Prepare itself
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("frames %q, want %q", got, tt.want)
			}
		})
	}
}

// If no function is the author's, the error has all except the runtime's.
func TestPanicFramesWithoutAuthor(t *testing.T) {
	t.Parallel()
	err := hook.Supervise(t.Context(), nil) // the call of nil panics in package hook
	panicked, ok := errors.AsType[*hook.PanicError](err)
	if !ok || len(panicked.Frames) == 0 || !strings.HasPrefix(panicked.Frames[0].Function, "hook.Supervise") {
		t.Errorf("%v, want where it panicked", err)
	}
}

func TestPanicText(t *testing.T) {
	t.Parallel()
	frame := func(name string) hook.Frame { return hook.Frame{Function: name, File: "handlers/a.go", Line: 7} }
	for _, tt := range []struct {
		name   string
		frames []hook.Frame
		want   string
	}{
		{"one", []hook.Frame{frame("handlers.a")}, "panic in handlers.a (handlers/a.go:7): boom"},
		{"two", []hook.Frame{frame("handlers.a"), frame("handlers.b")}, "panic in handlers.a (handlers/a.go:7) called by handlers.b (handlers/a.go:7): boom"},
		{"many", []hook.Frame{frame("a"), frame("b"), frame("c"), frame("d")},
			"panic in a (handlers/a.go:7) called by b (handlers/a.go:7) called by c (handlers/a.go:7): boom"},
	} {
		if got := (&hook.PanicError{Value: "boom", Frames: tt.frames}).Error(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestGoexitIsAnError(t *testing.T) {
	t.Parallel()
	for name, fn := range map[string]func(context.Context) error{
		"handler":   func(context.Context) error { runtime.Goexit(); return nil },
		"goroutine": func(ctx context.Context) error { hook.Go(ctx, runtime.Goexit); return nil },
	} {
		if err := supervised(fn)(); err == nil || !strings.Contains(err.Error(), "runtime.Goexit") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
