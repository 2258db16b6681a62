package hook_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/webhook"
)

// elsewhere is another provider.
type elsewhere struct{ shop }

func (elsewhere) Name() string { return "elsewhere" }

// Programs from the time when AtMostOnce and SkipStale were the only options still compile:
// this has each form that they could use.
func TestFlagsAsBefore(t *testing.T) {
	t.Parallel()
	both := hook.AtMostOnce | hook.SkipStale
	var one hook.Option = hook.AtMostOnce
	list := []hook.Option{hook.AtMostOnce, hook.SkipStale}
	var r hook.Registry
	hook.On(&r, paid, "two", nothing, hook.AtMostOnce, hook.SkipStale)
	hook.On(&r, paid, "joined", nothing, hook.AtMostOnce|hook.SkipStale)
	hook.On(&r, paid, "joined-before", nothing, both)
	hook.On(&r, paid, "list", nothing, list...)
	hook.On(&r, paid, "one", nothing, one, hook.SkipStale)
	hook.On(&r, paid, "none", nothing)
	for _, h := range r.For("shop", "order.paid") {
		want := h.Name != "none"
		if h.Has(hook.AtMostOnce) != want || h.Has(hook.SkipStale) != want {
			t.Errorf("%s has %b, want both flags: %v", h.Name, h.Options, want)
		}
	}
}

func TestOptionsWithValues(t *testing.T) {
	t.Parallel()
	var r hook.Registry
	hook.OnProvider(&r, shop{}, "audit", nothing[json.RawMessage])
	hook.On(&r, paid, "a", nothing)
	hook.On(&r, paid, "b", nothing, hook.After("a"), hook.After("audit"), hook.Timeout(time.Second), hook.Attempts(3), hook.AtMostOnce)
	hook.On(&r, shipped, "b", nothing, hook.Attempts(hook.MaxAttempts))
	b := r.For("shop", "order.paid")[2]
	if fmt.Sprint(b.After) != "[a audit]" || b.Timeout != time.Second || b.Attempts != 3 || !b.Has(hook.AtMostOnce) {
		t.Errorf("handler %+v", b)
	}
	if b := r.For("shop", "order.shipped")[1]; len(b.After) > 0 || b.Timeout != 0 || b.Attempts != 100 {
		t.Errorf("handler %+v", b)
	}
	list := []hook.Option{hook.After("a"), hook.Timeout(1), hook.AtMostOnce}
	if list[0] == hook.After("a") || list[2] != hook.Option(hook.AtMostOnce) {
		t.Error("options cannot be compared")
	}
}

// Options that do not fit are refused at start, by a message that names handler and event
// type.
func TestOptionsRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		register func(*hook.Registry)
		want     string
	}{
		{"after nobody there", func(r *hook.Registry) { hook.On(r, paid, "b", nothing, hook.After("a")) },
			`After names "a", which is not registered for the type before it`},
		{"after one that comes later", func(r *hook.Registry) {
			hook.On(r, paid, "b", nothing, hook.After("a"))
			hook.On(r, paid, "a", nothing)
		}, `After names "a"`},
		{"after one of another type", func(r *hook.Registry) {
			hook.On(r, shipped, "a", nothing)
			hook.On(r, paid, "b", nothing, hook.After("a"))
		}, `After names "a"`},
		{"after one of another provider", func(r *hook.Registry) {
			hook.On(r, webhook.NewType[order](elsewhere{}, "order.paid"), "a", nothing)
			hook.On(r, paid, "b", nothing, hook.After("a"))
		}, `After names "a"`},
		{"after the second of two", func(r *hook.Registry) {
			hook.On(r, paid, "a", nothing)
			hook.On(r, paid, "b", nothing, hook.After("a", "z"))
		}, `After names "z"`},
		{"after itself", func(r *hook.Registry) { hook.On(r, paid, "b", nothing, hook.After("b")) }, `After names "b"`},
		{"after none", func(r *hook.Registry) { hook.On(r, paid, "b", nothing, hook.After()) }, "After names no handler"},
		{"no timeout", func(r *hook.Registry) { hook.On(r, paid, "b", nothing, hook.Timeout(0)) }, "Timeout(0s): give more than 0"},
		{"negative timeout", func(r *hook.Registry) { hook.On(r, paid, "b", nothing, hook.Timeout(-time.Second)) }, "Timeout(-1s)"},
		{"no attempts", func(r *hook.Registry) { hook.On(r, paid, "b", nothing, hook.Attempts(0)) }, "Attempts(0): give 1 to 100"},
		{"negative attempts", func(r *hook.Registry) { hook.On(r, paid, "b", nothing, hook.Attempts(-1)) }, "Attempts(-1)"},
		{"too many attempts", func(r *hook.Registry) { hook.On(r, paid, "b", nothing, hook.Attempts(101)) }, "Attempts(101)"},
		{"no option", func(r *hook.Registry) { hook.On(r, paid, "b", nothing, hook.AtMostOnce, nil) }, "option 2 is nil"},
		{"no such flag", func(r *hook.Registry) { hook.On(r, paid, "b", nothing, hook.SkipStale|1<<7) }, "no option Flag(128)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := hook.NewRegistry(func(r *hook.Registry) error { tt.register(r); return nil })
			if _, ok := errors.AsType[hook.RegistrationError](err); !ok {
				t.Fatalf("%v, want a RegistrationError", err)
			}
			for _, want := range []string{`handler "b" for shop order.paid at `, "options_test.go:", tt.want} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q, want %q in it", err, want)
				}
			}
		})
	}
	for name, register := range map[string]func(*hook.Registry){
		"OnProvider": func(r *hook.Registry) { hook.OnProvider(r, shop{}, "b", nothing[json.RawMessage], hook.After("a")) },
		"OnTypes": func(r *hook.Registry) {
			hook.OnTypes(r, shop{}, isPaid, "b", nothing[json.RawMessage], hook.After("a"))
		},
	} {
		_, err := hook.NewRegistry(func(r *hook.Registry) error {
			hook.On(r, paid, "a", nothing)
			register(r)
			return nil
		})
		if err == nil || !strings.Contains(err.Error(), `handler "b" for types of shop at `) || !strings.Contains(err.Error(), "After is for handlers of one type") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckTimeouts(t *testing.T) {
	t.Parallel()
	var r hook.Registry
	hook.On(&r, paid, "none", nothing)
	hook.On(&r, paid, "fits", nothing, hook.Timeout(time.Minute))
	if err := r.CheckTimeouts(time.Minute); err != nil {
		t.Errorf("CheckTimeouts = %v", err)
	}
	hook.On(&r, paid, "long", nothing, hook.Timeout(time.Minute+1))
	hook.OnTypes(&r, shop{}, isPaid, "longer", nothing[json.RawMessage], hook.Timeout(time.Hour))
	err := r.CheckTimeouts(time.Minute)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		`handler "long" for shop order.paid at `, "Timeout(1m0.000000001s) is longer than the 1m0s that the function leaves to handlers",
		`handler "longer" for types of shop at `, "Timeout(1h0m0s)",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q, want %q in it", err, want)
		}
	}
	if strings.Contains(err.Error(), "fits") {
		t.Errorf("error %q names one that fits", err)
	}
}

func TestNewRegistry(t *testing.T) {
	t.Parallel()
	r, err := hook.NewRegistry(func(r *hook.Registry) error { hook.On(r, paid, "a", nothing); return nil })
	if err != nil || len(r.For("shop", "order.paid")) != 1 {
		t.Errorf("%v, %v", r, err)
	}
	if r, err := hook.NewRegistry(func(*hook.Registry) error { return errBroken }); !errors.Is(err, errBroken) || r != nil {
		t.Errorf("%v, %v; want register's error", r, err)
	}
	defer func() {
		if got := recover(); got != "boom" {
			t.Errorf("recovered %v, want the panic of register's own", got)
		}
	}()
	_, _ = hook.NewRegistry(func(*hook.Registry) error { panic("boom") })
	t.Error("a panic of register's own was swallowed")
}
