package webhook_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"webhookintake/shared/webhook"
)

func TestEventPrintsWithoutPayload(t *testing.T) {
	t.Parallel()
	const payload = `{"from":"+15005550001"}`
	e := webhook.Event{Source: "eu", Provider: "contiguity", ID: "evt_1", Type: "text.incoming.sms", Raw: []byte(payload)}
	for name, value := range map[string]any{
		"Event": e, "pointer": &e, "slice": []webhook.Event{e}, "field": struct{ E webhook.Event }{e},
	} {
		for verb := 'A'; verb <= 'z'; verb++ {
			// For %p, %T and %w fmt calls no method, and %[ is not a verb. Vet reports %p and
			// %w for a value that is neither a pointer nor an error.
			if strings.ContainsRune("pTw[", verb) {
				continue
			}
			for _, flags := range []string{"", "+", "#", " ", "-9.3", "08"} {
				format := "%" + flags + string(verb)
				printed := fmt.Sprintf(format, value)
				mustNotShow(t, name+" with "+format, printed, payload)
				if !strings.Contains(printed, "text.incoming.sms evt_1 from eu") {
					t.Errorf("%s with %s = %s", name, format, printed)
				}
			}
		}
		mustNotShow(t, name+" beyond the format", fmt.Sprintf(noVerbs, value), payload)
	}
	if got := fmt.Sprint(e); got != "text.incoming.sms evt_1 from eu (23 bytes)" {
		t.Errorf("Sprint = %s", got)
	}
}

func TestEventLogsWithoutPayload(t *testing.T) {
	t.Parallel()
	e := webhook.Event{Source: "eu", ID: "evt_1", Type: "t", Raw: []byte("+15005550001")}
	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
		slog.New(handler).Info("x", "event", e)
	}
	mustNotShow(t, "slog", log.String(), "+15005550001")
	if !strings.Contains(log.String(), `"event":{"source":"eu","type":"t","id":"evt_1"}`) {
		t.Errorf("slog: %s", log.String())
	}
}

func TestEventKey(t *testing.T) {
	t.Parallel()
	if got := (webhook.Event{Source: "contiguity-eu", ID: "evt_1"}).Key(); got != "contiguity-eu#evt_1" {
		t.Errorf("Key = %q", got)
	}
}

func TestCodeIsAnError(t *testing.T) {
	t.Parallel()
	if got := fmt.Errorf("verify: %w", webhook.ErrIDMismatch).Error(); got != "verify: id_mismatch" {
		t.Errorf("Error = %q", got)
	}
}
