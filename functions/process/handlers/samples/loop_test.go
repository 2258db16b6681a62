package samples

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/provider/contiguity"
)

// A message that a program may have sent is not answered on any channel, and the log says
// why without a number or a word of the message.
func TestRepliesDoNotLoop(t *testing.T) {
	for _, tt := range []struct {
		name           string
		from, to, body string
		answered       bool
	}{
		{name: "a person", from: person, to: ours, body: "are you open?", answered: true},
		{name: "nothing but a file", from: person, to: ours, answered: true},
		{name: "words around it", from: person, to: ours, body: "Yes. are you open?", answered: true},
		{name: "our own number", from: ours, to: ours, body: "are you open?"},
		{name: "our own words", from: person, to: ours, body: " yes.\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := logged(t)
			api := newService(t, http.StatusOK, sent)
			client := api.contiguity(t)
			for name, handle := range map[string]func(context.Context) error{
				"text": func(ctx context.Context) error {
					return (autoReply{client: client, text: "Yes."}).handle(ctx, hooktest.Event(contiguity.TextIncomingSMS, contiguity.Text{From: tt.from, To: tt.to, Body: tt.body}))
				},
				"iMessage": func(ctx context.Context) error {
					return (imessageReply{client: client, text: "Yes.", attachment: "https://example.com/a.pdf"}).
						handle(ctx, hooktest.Event(contiguity.IMessageIncoming, contiguity.IMessage{From: tt.from, To: tt.to, Body: tt.body}))
				},
				"WhatsApp": func(ctx context.Context) error {
					return (whatsappReply{client: client, text: "Yes."}).handle(ctx, hooktest.Event(contiguity.WhatsAppIncoming, contiguity.WhatsApp{From: tt.from, To: tt.to, Body: tt.body}))
				},
			} {
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

func TestShortCodesAreNotAnswered(t *testing.T) {
	out := logged(t)
	api := newService(t, http.StatusOK, sent)
	for from, want := range map[string]int{"12345": 0, "+123456": 0, "MYBANK": 0, "+1500555000a": 0, "1234567": 1, person: 1, "+1 (500) 555-0006": 1, "1.23.45": 0} {
		before := len(api.got())
		e := hooktest.Event(contiguity.TextIncomingMMS, contiguity.Text{From: from, To: ours, Body: "hello"})
		if err := (autoReply{client: api.contiguity(t), text: "Yes."}).handle(t.Context(), e); err != nil {
			t.Errorf("%q: %v", from, err)
		}
		if got := len(api.got()) - before; got != want {
			t.Errorf("%d answers to %q, want %d", got, from, want)
		}
	}
	wantSecret(t, out.String())
}
