package source_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/source"
)

func TestHandlerSecretsAreOptional(t *testing.T) {
	t.Parallel()
	empty := &vault{}
	for _, tt := range []struct {
		name string
		f    source.Fetcher
		arn  string
	}{
		{"no secret", nil, ""},
		{"no version yet", empty, "arn"},
		{"no names", newVault("{}"), "arn"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			getenv, err := source.LoadHandlerSecrets(t.Context(), tt.f,
				env(map[string]string{"HANDLERS_SECRET_ARN": tt.arn, "TOKEN": "environment"}))
			if err != nil || getenv("TOKEN") != "environment" {
				t.Errorf("LoadHandlerSecrets: %v, want the environment alone", err)
			}
		})
	}
}

// A document at fault is the same, in the secret and in HANDLERS.
func TestHandlerSecretsFaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, doc, want string }{
		{"no JSON", `{"TOKEN": s3cr3t}`, "$: not one JSON document: look at line 1, character 11"},
		{"a list", `["s3cr3t"]`, `$: want a JSON object, as {"name": …}`},
		{"all at once", `{"A": {"s3cr3t": 1}, "B": 31337, "C": null, "D": "s3cr3t", "D": "s3cr3t"}`,
			"$.A: want a string\n$.B: want a string\n$.C: want a string\n$.D: occurs twice; keep one"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			getenv, err := source.LoadHandlerSecrets(t.Context(), newVault(tt.doc),
				env(map[string]string{"HANDLERS_SECRET_ARN": "arn"}))
			if got, want := errorText(err), strings.ReplaceAll(tt.want, "$", "HANDLERS_SECRET_ARN"); got != want || getenv != nil {
				t.Errorf("error = %q, want %q and no getenv", got, want)
			}
			getenv, err = source.HandlerSettings(env(map[string]string{"HANDLERS": tt.doc}))
			if got, want := errorText(err), strings.ReplaceAll(tt.want, "$", "HANDLERS"); got != want || getenv != nil {
				t.Errorf("error = %q, want %q and no getenv", got, want)
			}
		})
	}
}

func TestHandlerSettings(t *testing.T) {
	t.Parallel()
	getenv, err := source.HandlerSettings(env(map[string]string{
		"HANDLERS": `{"TEXT": "thanks", "EMPTY": ""}`, "TEXT": "environment", "EMPTY": "environment", "REGION": "environment"}))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"TEXT": "thanks", "EMPTY": "environment", "REGION": "environment", "ABSENT": "",
	} {
		if got := getenv(name); got != want {
			t.Errorf("getenv(%s) = %q, want %q", name, got, want)
		}
	}
	for _, doc := range []string{"", "{}"} {
		getenv, err := source.HandlerSettings(env(map[string]string{"HANDLERS": doc, "TEXT": "environment"}))
		if err != nil || getenv("TEXT") != "environment" {
			t.Errorf("HandlerSettings of %q: %v, want the environment alone", doc, err)
		}
	}
}

// The secret comes first, and a nil Fetcher reads none.
func TestHandlerSettingsBehindTheSecret(t *testing.T) {
	t.Parallel()
	settings, err := source.HandlerSettings(env(map[string]string{
		"HANDLERS": `{"TOKEN": "handlers", "TEXT": "handlers"}`, "HANDLERS_SECRET_ARN": "arn"}))
	if err != nil {
		t.Fatal(err)
	}
	getenv, err := source.LoadHandlerSecrets(t.Context(), newVault(`{"TOKEN": "s3cr3t"}`), settings)
	if err != nil || getenv("TOKEN") != "s3cr3t" || getenv("TEXT") != "handlers" {
		t.Errorf("LoadHandlerSecrets: %v, TOKEN = %q, TEXT = %q; want the secret's, then HANDLERS'", err, getenv("TOKEN"), getenv("TEXT"))
	}
	getenv, err = source.LoadHandlerSecrets(t.Context(), nil, settings)
	if err != nil || getenv("TOKEN") != "handlers" {
		t.Errorf("LoadHandlerSecrets without a Fetcher: %v, want the settings alone", err)
	}
}

func TestHandlerSecretsUnreachable(t *testing.T) {
	t.Parallel()
	v := newVault("{}")
	v.fail(errDown)
	_, err := source.LoadHandlerSecrets(t.Context(), v, env(map[string]string{"HANDLERS_SECRET_ARN": "arn"}))
	if !errors.Is(err, errDown) || !strings.Contains(err.Error(), "HANDLERS_SECRET_ARN") {
		t.Errorf("error = %v, want it to wrap %v and to name the variable", err, errDown)
	}
	synctest.Test(t, func(t *testing.T) {
		hanging := newVault("{}")
		hanging.takes = time.Hour
		start := time.Now()
		_, err := source.LoadHandlerSecrets(t.Context(), hanging, env(map[string]string{"HANDLERS_SECRET_ARN": "arn"}))
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 5*time.Second {
			t.Errorf("a secret that hangs: %v after %v, want a deadline after 5 s", err, time.Since(start))
		}
	})
}
