package hooktest_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

// A failing records a test's messages, and ends it like FailNow.
type failing struct {
	testing.TB
	said []string
}

func (f *failing) Helper()                  {}
func (f *failing) Context() context.Context { return context.Background() }
func (f *failing) Errorf(format string, args ...any) {
	f.said = append(f.said, fmt.Sprintf(format, args...))
}
func (f *failing) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	runtime.Goexit()
}

// fails returns the messages of a test that runs do.
func fails(do func(testing.TB)) []string {
	f := &failing{}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		do(f)
	}()
	<-ended
	return f.said
}

// A handler that does not return fails the test after 5 s, here of a bubble's time.
func TestStandsStill(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		began := time.Now()
		said := fails(func(t testing.TB) {
			hooktest.Run(t, func(r *hook.Registry) {
				hook.On(r, contiguity.TextIncomingSMS, "first", nothing)
				hook.On(r, contiguity.TextIncomingSMS, "hangs", func(context.Context, hook.Event[contiguity.Text]) error {
					<-hang
					return nil
				})
			}, []webhook.Event{text("evt_1")})
		})
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("it took %v, want 5s", took)
		}
		if len(said) != 1 || !strings.Contains(said[0], `"hangs"`) || strings.Contains(said[0], "first") {
			t.Errorf("the test got %q, want the handler that hangs", said)
		}
		close(hang)
	})
}

// Run does not fail because of a slow handler while another one makes progress.
func TestSlowIsNotStill(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := func(context.Context, hook.Event[contiguity.Text]) error {
			time.Sleep(4 * time.Second)
			return nil
		}
		got := hooktest.Run(t, func(r *hook.Registry) {
			for _, name := range []string{"a", "b", "c"} {
				hook.On(r, contiguity.TextIncomingSMS, name, slow)
			}
		}, []webhook.Event{text("evt_1")})
		if got.Events[0].Outcome != "handled" {
			t.Errorf("%s", got)
		}
	})
}

// A fault that never happens fails the test, which would otherwise test nothing.
func TestUnusedFault(t *testing.T) {
	t.Parallel()
	for _, fault := range []hooktest.Fault{hooktest.CrashAfter("b"), hooktest.LoseReply("b")} {
		said := fails(func(t testing.TB) {
			hooktest.Run(t, func(r *hook.Registry) { hook.On(r, contiguity.TextIncomingSMS, "a", nothing) }, []webhook.Event{text("evt_1")}, fault)
		})
		if len(said) != 1 || !strings.Contains(said[0], `"b"`) {
			t.Errorf("%v: the test got %q, want the name that no handler has", fault, said)
		}
	}
}

// An error that stops the function at start fails the test.
func TestWouldNotStart(t *testing.T) {
	t.Parallel()
	said := fails(func(t testing.TB) {
		hooktest.Run(t, func(r *hook.Registry) {
			hook.On(r, contiguity.TextIncomingSMS, "slow", nothing, hook.Timeout(time.Hour))
		}, nil)
	})
	if len(said) != 1 || !strings.Contains(said[0], `"slow"`) {
		t.Errorf("the test got %q, want the handler whose timeout is too long", said)
	}
}
