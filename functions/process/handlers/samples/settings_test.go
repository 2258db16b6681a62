package samples

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/hook"
	"webhookintake/shared/webhook"
)

// With sample settings, every handler that calls others logs what it would send, with its
// own setting and nothing of the event that is private, and calls nobody.
func TestSampleSettings(t *testing.T) {
	set := samples(t)
	for name, text := range map[string]string{"AUTO_REPLY_TEXT": "1", "IMESSAGE_REPLY_TEXT": "12", "WHATSAPP_REPLY_TEXT": "123", "IDENTITY_THANKS_TEXT": "1234"} {
		set[name] = text // the token is still a sample
	}
	delete(set, "CHATBOT_GREETING") // it answers the same messages
	var r hook.Registry
	if err := Register(&r, func(name string) string { return set[name] }); err != nil {
		t.Fatal(err)
	}
	const message = `{"from":"` + person + `","to":"` + ours + `","body":"are you open?"}`
	for _, tt := range []struct {
		provider, typ, data string
		want                []string
	}{
		{"contiguity", "text.incoming.sms", message, []string{"would reply to the text", "characters=1"}},
		{"contiguity", "imessage.incoming", message, []string{"would reply to the iMessage", "characters=2 attachments=1"}},
		{"contiguity", "whatsapp.incoming", message, []string{"would reply to the WhatsApp message", "characters=3"}},
		{"contiguity", "identity.verification_session.verified", `{"metadata":{"phone":"+15005550001"}}`,
			[]string{"would thank by text", "characters=4"}},
		{"kyc", "watchlist.match", `{"full_name":"Jane Doe"}`,
			[]string{"would alert: watchlist", "type=watchlist.match", "would alert: watchlist"}},
		{"compliancely", "tin_match", `{"id":7,"name":"Jane Doe","tin":"000000000","status":"Did Not Match"}`,
			[]string{"would alert: name and tax number do not match", "request=7"}},
	} {
		t.Run(tt.typ, func(t *testing.T) {
			out := logged(t)
			for _, h := range r.For(tt.provider, tt.typ) {
				runOffline(t, h, body(t, tt.provider, tt.typ, tt.data))
			}
			rest := out.String()
			for _, want := range tt.want {
				_, after, ok := strings.Cut(rest, want)
				if !ok {
					t.Fatalf("no %q in\n%s", want, rest)
				}
				rest = after
			}
			wantSecret(t, out.String())
		})
	}
}

// runOffline runs a handler with a context that has ended, so that every call fails.
func runOffline(t *testing.T, h hook.Handler, e webhook.Event) {
	t.Helper()
	call, err := h.Prepare(e, hook.Delivery{Attempt: 1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := call.Run(ctx); err != nil {
		t.Errorf("%s: %v", h.Name, err)
	}
}

// body returns an event's body as its provider sends it.
func body(t *testing.T, provider, typ, data string) webhook.Event {
	t.Helper()
	raw := []byte(data)
	if provider != "compliancely" { // its body is the payload itself
		var err error
		if raw, err = json.Marshal(map[string]any{
			"id": "evt_1", "type": typ, "timestamp": 1_790_000_000, "created": 1_790_000_000, "data": json.RawMessage(data),
		}); err != nil {
			t.Fatal(err)
		}
	}
	return webhook.Event{Source: provider, Provider: provider, ID: "evt_1", Type: typ, Raw: raw}
}

// samples returns the settings under hookctl run and sam local.
func samples(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../../hookctl/cli/settings.json")
	if err != nil {
		t.Fatal(err)
	}
	var set map[string]string
	if err := json.Unmarshal(text, &set); err != nil {
		t.Fatal(err)
	}
	return set
}

func TestMailboxes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		value string
		want  []string
	}{
		{"a@example.com", []string{"a@example.com"}},
		{" a@example.com,b@example.com ", []string{"a@example.com", "b@example.com"}},
		{"Jörg <a@example.com>", []string{"=?utf-8?q?J=C3=B6rg?= <a@example.com>"}},
	} {
		s := &settings{getenv: func(string) string { return tt.value }}
		if diff := cmp.Diff(tt.want, s.mailboxes("TO")); diff != "" || s.report() != nil {
			t.Errorf("mailboxes(%q), %v (-want +got):\n%s", tt.value, s.report(), diff)
		}
	}
}
