package process_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"webhookintake/shared/hook"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// A state that cannot be stored gives a letter that says so, and leaves the old state.
func TestStateRefused(t *testing.T) {
	t.Parallel()
	type small struct {
		Moves string `json:"moves"`
	}
	type renamed struct {
		Steps []string `json:"steps"`
	}
	text := func(n int) string { return strings.Repeat("x", n) }
	for _, tt := range []struct {
		name     string
		register func(*hook.Registry)
		reason   queue.Reason
		says     string
	}{
		{"another type", func(r *hook.Registry) { onOther[small](r) }, queue.ReasonPayload, "field moves: want string"},
		{"renamed field", func(r *hook.Registry) { onOther[renamed](r) }, queue.ReasonPayload, "field moves"},
		{"state of 300 KB", func(r *hook.Registry) { onText(r, hook.MaxState-2, 0) }, "", ""},
		{"state over 300 KB", func(r *hook.Registry) { onText(r, hook.MaxState-1, 0) }, queue.ReasonPermanent, "307201 bytes of JSON, more than the 307200"},
		{"result of 4 KB", func(r *hook.Registry) { onText(r, 1, hook.MaxResult-2) }, "", ""},
		{"result over 4 KB", func(r *hook.Registry) { onText(r, 1, hook.MaxResult-1) }, queue.ReasonPermanent, "4097 bytes of JSON, more than the 4096"},
		{"no key", func(r *hook.Registry) {
			hook.OnState(r, paid, "bad", accounts(), func(order) string { return "" }, move)
		}, queue.ReasonPayload, "it has no key"},
	} {
		row(t, tt.name, func(w *world) {
			w.moveElsewhere(accounts(), "evt_0")
			tt.register(&w.registry)
			w.send(message("evt_1"))
			r := w.one(w.deliver())
			if r.Reason != tt.reason {
				w.Fatalf("reason %q (%+v), want %q", r.Reason, r, tt.reason)
			}
			wantEqual(w.T, "moves", w.moves(accounts()), []string{"evt_0"})
			if tt.reason == "" {
				return
			}
			if f := w.letter(); !strings.Contains(f.Error, tt.says) || strings.Contains(f.Error, text(20)) {
				w.Errorf("letter says %q, want %q in it and no value", f.Error, tt.says)
			}
		})
	}
}

// A panic in the author's code outside the handler is a failed run like any other.
func TestStatePanics(t *testing.T) {
	t.Parallel()
	for name, register := range map[string]func(*hook.Registry){
		"key": func(r *hook.Registry) {
			hook.OnState(r, paid, "bad", accounts(), func(order) string { panic("boom") }, move)
		},
		"state": onOther[explosive],
		"result": func(r *hook.Registry) {
			hook.OnState(r, paid, "bad", hook.NewState[account, explosive]("account"), order.account,
				func(_ context.Context, _ hook.Event[order], a account) (account, explosive, error) {
					return a, "x", nil
				})
		},
	} {
		row(t, name, func(w *world) {
			w.moveElsewhere(accounts(), "evt_0")
			register(&w.registry)
			r := w.handle("evt_1", process.Retried, false)
			if _, ok := errors.AsType[*hook.PanicError](r.Runs[0].Err); !ok {
				w.Errorf("error = %v, want the panic", r.Runs[0].Err)
			}
			wantEqual(w.T, "moves", w.moves(accounts()), []string{"evt_0"})
		})
	}
}

// explosive cannot be read or written.
type explosive string

func (e *explosive) UnmarshalJSON([]byte) error { panic("boom") }

func (e explosive) MarshalJSON() ([]byte, error) {
	if e == "" {
		return []byte(`""`), nil
	}
	panic("boom")
}

// onOther registers a handler that reads accounts as another type.
func onOther[S any](r *hook.Registry) {
	hook.OnState(r, paid, "bad", hook.NewState[S, receipt]("account"), order.account,
		func(_ context.Context, _ hook.Event[order], s S) (S, receipt, error) { return s, receipt{}, nil })
}

// onText registers a handler whose state and result are texts of the given sizes.
func onText(r *hook.Registry, state, result int) {
	hook.OnState(r, paid, "bad", hook.NewState[string, string]("text"), order.account,
		func(context.Context, hook.Event[order], string) (string, string, error) {
			return strings.Repeat("x", state), strings.Repeat("x", result), nil
		})
}
