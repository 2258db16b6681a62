package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
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

// TestRegistryWithoutASetting says where a sample of a setting is put.
func TestRegistryWithoutASetting(t *testing.T) {
	t.Parallel()
	missing := errors.New("SHOP_URL is not set")
	_, err := Registry(func(*hook.Registry, func(string) string) error { return missing }, func(string) string { return "" })
	if !errors.Is(err, missing) || !strings.HasSuffix(err.Error(), "put a sample of it into "+SettingsFile) {
		t.Errorf("Registry = %v, want %v, and where a sample is put", err, missing)
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

// TestSampleSettings puts a file of the user's into a clone.
func TestSampleSettings(t *testing.T) {
	t.Parallel()
	const sample = "CONTIGUITY_TOKEN"
	for _, tt := range []struct {
		name, file string
		want       map[string]string // some of the settings
		fault      string            // part of the error; empty means none
	}{
		{name: "no file", want: map[string]string{sample: "sample-only-token", "SHOP_URL": ""}},
		{name: "own settings", file: `{"SHOP_URL": "https://sample-only.example", "LIMIT": "2.5", "DRY": "true"}`,
			want: map[string]string{sample: "sample-only-token", "SHOP_URL": "https://sample-only.example", "LIMIT": "2.5", "DRY": "true"}},
		{name: "over a sample's", file: `{"CONTIGUITY_TOKEN": "my-sample-only"}`, want: map[string]string{sample: "my-sample-only"}},
		{name: "what may be real", file: `{"SHOP_URL": "https://shop.example"}`, fault: "SHOP_URL: put sample-only into the value"},
		{name: "a number that is no text", file: `{"LIMIT": 2}`, fault: "read " + SettingsFile + ", a JSON object of texts: "},
		{name: "not JSON", file: `SHOP_URL=x`, fault: "read " + SettingsFile},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := &Env{Folder: t.TempDir()}
			write(t, filepath.Join(e.Folder, "go.mod"), "module "+ModuleName+"\n")
			if tt.file != "" {
				write(t, filepath.Join(e.Folder, SettingsFile), tt.file)
			}
			got, err := e.SampleSettings()
			if (err != nil) != (tt.fault != "") || err != nil && !strings.Contains(err.Error(), tt.fault) {
				t.Fatalf("error = %v, want %q in it", err, tt.fault)
			}
			if err != nil && strings.Contains(err.Error(), "shop.example") {
				t.Errorf("it quotes a value: %v", err)
			}
			for name, want := range tt.want {
				if got[name] != want {
					t.Errorf("%s = %q, want %q", name, got[name], want)
				}
			}
		})
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
