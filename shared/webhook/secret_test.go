package webhook_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"webhookintake/shared/webhook"
)

const secretText = "hunter2-hunter2"

// noVerbs is a format without verbs, so that fmt prints its operands as surplus.
var noVerbs = strings.Clone("none")

// forms are encodings in which secretText could show.
func forms(text string) []string {
	return []string{
		text, fmt.Sprintf("%x", text), fmt.Sprintf("%X", text), fmt.Sprintf("% x", text),
		strings.Trim(fmt.Sprintf("%d", []byte(text)), "[]"), strings.TrimPrefix(fmt.Sprintf("%#v", []byte(text)), "[]byte"),
	}
}

func mustNotShow(t *testing.T, how, printed, private string) {
	t.Helper()
	for _, form := range forms(private) {
		if strings.Contains(printed, form) {
			t.Errorf("%s shows it: %s", how, printed)
		}
	}
}

func TestSecretDoesNotPrint(t *testing.T) {
	t.Parallel()
	secret := webhook.NewSecret(secretText)
	type hidden struct{ secret webhook.Secret } // fmt calls no method of an unexported field
	for name, value := range map[string]any{
		"Secret": secret, "pointer": &secret, "slice": []webhook.Secret{secret}, "map": map[string]webhook.Secret{"k": secret},
		"Settings": webhook.Settings{Secrets: []webhook.Secret{secret}}, "unexported field": hidden{secret},
		"pointer to unexported field": &hidden{secret},
	} {
		for verb := 'A'; verb <= 'z'; verb++ {
			for _, flags := range []string{"", "+", "#", " ", "-40.3", "08"} {
				format := "%" + flags + string(verb)
				mustNotShow(t, name+" with "+format, fmt.Sprintf(format, value), secretText)
			}
		}
		mustNotShow(t, name+" beyond the format", fmt.Sprintf(noVerbs, value), secretText)
		mustNotShow(t, name+" printed", fmt.Sprintln(value), secretText)
	}
	if got := secret.String() + secret.GoString(); strings.Contains(got, secretText) {
		t.Errorf("String and GoString: %s", got)
	}
}

func TestSecretDoesNotEncode(t *testing.T) {
	t.Parallel()
	settings := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(secretText)}}
	encoded, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	mustNotShow(t, "JSON", string(encoded), secretText)
	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
		slog.New(handler).Info("x", "one", settings.Secrets[0], "all", settings, "list", settings.Secrets)
	}
	mustNotShow(t, "slog", log.String(), secretText)
}

func TestSecretReads(t *testing.T) {
	t.Parallel()
	var s webhook.Settings
	if err := json.Unmarshal([]byte(`{"secrets":[" whsec_\u0061 ","",null]}`), &s); err != nil {
		t.Fatal(err)
	}
	if got := s.Secrets[0].Reveal(); got != " whsec_a " {
		t.Errorf("Reveal = %q, want the text untrimmed", got)
	}
	if s.Secrets[0].IsEmpty() || !s.Secrets[1].IsEmpty() || !s.Secrets[2].IsEmpty() {
		t.Error("IsEmpty must be true of the empty text and null, and of nothing else")
	}
	var fault *webhook.FieldError
	for _, bad := range []string{"12345", `["hunter2"]`, `{"hunter2":1}`, "true"} {
		err := json.Unmarshal([]byte(bad), new(webhook.Secret))
		if !errors.As(err, &fault) || strings.Contains(err.Error(), "12345") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Unmarshal of %s = %v, want a FieldError that does not quote it", bad, err)
		}
	}
}

func TestSecretZeroAndSample(t *testing.T) {
	t.Parallel()
	var zero webhook.Secret
	if !zero.IsEmpty() || zero.Reveal() != "" || zero.IsSample() || !webhook.NewSecret("").IsEmpty() {
		t.Error("the zero Secret must be empty and not a sample")
	}
	if !webhook.NewSecret("whsec_sample-only_1").IsSample() || webhook.NewSecret("Sample-Only").IsSample() {
		t.Error(`IsSample must tell "sample-only" as it is written`)
	}
}
