package samples

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

const sent = `{"id":"req_1","data":{"message_id":"msg_1"}}`

// replies returns the handlers that answer a message, by channel, each with that message.
func replies(client *contiguity.Client, from, to, body string) map[string]func(context.Context) error {
	text := hooktest.Event(contiguity.TextIncomingSMS, contiguity.Text{From: from, To: to, Body: body})
	imessage := hooktest.Event(contiguity.IMessageIncoming, contiguity.IMessage{From: from, To: to, Body: body})
	whatsapp := hooktest.Event(contiguity.WhatsAppIncoming, contiguity.WhatsApp{From: from, To: to, Body: body})
	return map[string]func(context.Context) error{
		"text": func(ctx context.Context) error { return autoReply{client: client, text: "Yes."}.handle(ctx, text) },
		"iMessage": func(ctx context.Context) error {
			return imessageReply{client: client, text: "Yes.", attachment: "https://example.com/a.pdf"}.handle(ctx, imessage)
		},
		"WhatsApp": func(ctx context.Context) error {
			return whatsappReply{client: client, text: "Yes."}.handle(ctx, whatsapp)
		},
	}
}

// Each handler answers on the channel of the message, and returns what the provider's refusal
// means for a retry. TestSampleSettings tests them with sample settings.
func TestReplies(t *testing.T) {
	for name, call := range map[string]string{
		"text":     `POST /send/text {"to":"` + person + `","from":"` + ours + `","message":"Yes."}`,
		"iMessage": `POST /send/imessage {"to":"` + person + `","from":"` + ours + `","message":"Yes.","attachments":["https://example.com/a.pdf"]}`,
		"WhatsApp": `POST /send/whatsapp {"to":"` + person + `","from":"` + ours + `","message":"Yes."}`,
	} {
		t.Run(name, func(t *testing.T) {
			out := logged(t)
			api := newService(t, http.StatusOK, sent)
			if err := replies(api.contiguity(t), person, ours, "are you open?")[name](t.Context()); err != nil {
				t.Fatal(err)
			}
			wantCalls(t, api, call)
			wantSecret(t, out.String())

			api = newService(t, http.StatusForbidden, `{}`)
			err := replies(api.contiguity(t), person, ours, "are you open?")[name](t.Context())
			wantRetry(t, err, webhook.Retry{Permanent: true})
		})
	}
}

// A message that a program may have sent is not answered on any channel, and the log says
// why without a number or a word of the message.
func TestRepliesDoNotLoop(t *testing.T) {
	for _, tt := range []struct {
		name       string
		from, body string
		answered   bool
	}{
		{name: "a person", from: person, body: "are you open?", answered: true},
		{name: "nothing but a file", from: person, answered: true},
		{name: "words around it", from: person, body: "Yes. are you open?", answered: true},
		{name: "our own number", from: ours, body: "are you open?"},
		{name: "our own words", from: person, body: " yes.\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := logged(t)
			api := newService(t, http.StatusOK, sent)
			for name, handle := range replies(api.contiguity(t), tt.from, ours, tt.body) {
				if err := handle(t.Context()); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			want, silent := 3, 0
			if !tt.answered {
				want, silent = 0, 3
			}
			if calls := api.got(); len(calls) != want {
				t.Errorf("%d answers, want %d", len(calls), want)
			}
			if lines := strings.Count(out.String(), "not answered: it may be a program's"); lines != silent {
				t.Errorf("log:\n%s\nwant %d lines that say why", out, silent)
			}
			wantSecret(t, out.String())
		})
	}
}
