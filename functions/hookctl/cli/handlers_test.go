package cli

import (
	"context"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
)

// register enters two handlers, one after the other; the first is off without its setting.
func register(r *hook.Registry, getenv func(string) string) error {
	handle := func(context.Context, hook.Event[contiguity.Text]) error { return nil }
	hook.On(r, contiguity.TextIncomingSMS, "always", handle)
	if getenv("CONTIGUITY_TOKEN") != "" {
		hook.On(r, contiguity.TextIncomingSMS, "first", handle)
	}
	hook.On(r, contiguity.TextIncomingSMS, "second", handle, hook.After("first"))
	if getenv("SLOW") != "" {
		hook.On(r, contiguity.TextIncomingSMS, "slow", handle, hook.Timeout(time.Hour))
	}
	return nil
}

// TestRegistry wants a mistake in registering as an error that names the handler.
func TestRegistry(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		settings map[string]string
		want     string // empty: no error
	}{
		{"fits", map[string]string{"CONTIGUITY_TOKEN": "x"}, ""},
		{"comes after one that is off", nil, `register handlers: hook: handler "second" for contiguity text.incoming.sms at `},
		{"timeout over the function's", map[string]string{"CONTIGUITY_TOKEN": "x", "SLOW": "1"}, `register handlers: hook: handler "slow" for contiguity text.incoming.sms at `},
	} {
		r, err := Registry(register, func(name string) string { return tt.settings[name] })
		if (err == nil) != (tt.want == "") || err != nil && !strings.HasPrefix(err.Error(), tt.want) || (r == nil) != (err != nil) {
			t.Errorf("%s: %v, %v; want %q", tt.name, r, err, tt.want)
		}
	}
}

// TestHandlersAreCertain wants what is refused without a setting to be uncertain.
func TestHandlersAreCertain(t *testing.T) {
	t.Parallel()
	e := &Env{Register: register, Getenv: func(string) string { return "" }}
	handlers, err := e.Handlers()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"always": true, "first": false, "second": false} {
		if got := handlers.IsCertain("contiguity", "text.incoming.sms", name); got != want {
			t.Errorf("%s is certain: %v, want %v", name, got, want)
		}
	}
}

// TestHandlerSettings wants the environment first, and sample settings for the rest.
func TestHandlerSettings(t *testing.T) {
	t.Parallel()
	unset := func(string) string { return "" }
	for name, value := range SampleSettings() {
		if name == "" || value == "" {
			t.Errorf("setting %q is %q: empty counts as unset", name, value)
		}
		mine := func(asked string) string {
			if asked == name {
				return "mine"
			}
			return ""
		}
		if got := OrSample(mine)(name); got != "mine" {
			t.Errorf("%s = %q, want the environment's", name, got)
		}
		if got := OrSample(unset)(name); got != value {
			t.Errorf("%s = %q, want the sample's %q", name, got, value)
		}
	}
	if got := OrSample(unset)("NO_SUCH_SETTING"); got != "" {
		t.Errorf("a setting that does not exist = %q", got)
	}
}
