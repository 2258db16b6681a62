package contiguity_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

// the ends of a conversation, as the samples have them.
var (
	incoming = contiguity.Text{From: "+15005550001", To: "+15005550002", Body: "ping", Timestamp: 1790000000}
	chat     = incoming.Chat()
)

// only is the error of what a call returns.
func only[T any](_ T, err error) error { return err }

// calls are all calls that the client can make, with what has to arrive.
func calls() []struct {
	name string
	make func(context.Context, *contiguity.Client) error
	want string
} {
	type ctx = context.Context
	type client = *contiguity.Client
	return []struct {
		name string
		make func(ctx, client) error
		want string
	}{
		{"text", func(x ctx, c client) error {
			return only(c.SendText(x, contiguity.OutgoingText{To: "a", From: "b", Message: "m", Attachments: []string{"https://x/1.png"}, FastTrack: true}))
		}, `POST /send/text {"to":"a","from":"b","message":"m","attachments":["https://x/1.png"],"fast_track":true}`},
		{"text of files alone", func(x ctx, c client) error {
			return only(c.SendText(x, contiguity.OutgoingText{To: "a", Attachments: []string{"https://x/1.png"}}))
		}, `POST /send/text {"to":"a","attachments":["https://x/1.png"]}`},
		{"iMessage", func(x ctx, c client) error {
			return only(c.SendIMessage(x, contiguity.OutgoingIMessage{To: "a", Message: "m", Fallback: &contiguity.Fallback{
				When: []contiguity.FallbackWhen{contiguity.IMessageUnsupported, contiguity.IMessageFails}, From: "b"}}))
		}, `POST /send/imessage {"to":"a","message":"m","fallback":{"when":["imessage_unsupported","imessage_fails"],"from":"b"}}`},
		{"WhatsApp", func(x ctx, c client) error {
			return only(c.SendWhatsApp(x, contiguity.OutgoingWhatsApp{To: "a", Message: "m"}))
		}, `POST /send/whatsapp {"to":"a","message":"m"}`},
		{"reply to text", func(x ctx, c client) error {
			return only(c.ReplyText(x, incoming, contiguity.Reply{Message: "pong"}))
		}, `POST /send/text {"to":"+15005550001","from":"+15005550002","message":"pong"}`},
		{"reply to iMessage", func(x ctx, c client) error {
			return only(c.ReplyIMessage(x, contiguity.IMessage(incoming), contiguity.Reply{Message: "pong", Attachments: []string{"https://x/1.png"}}))
		}, `POST /send/imessage {"to":"+15005550001","from":"+15005550002","message":"pong","attachments":["https://x/1.png"]}`},
		{"reply to WhatsApp", func(x ctx, c client) error {
			return only(c.ReplyWhatsApp(x, contiguity.WhatsApp(incoming), contiguity.Reply{Message: "pong"}))
		}, `POST /send/whatsapp {"to":"+15005550001","from":"+15005550002","message":"pong"}`},
		{"typing iMessage", func(x ctx, c client) error { return c.TypingIMessage(x, chat, contiguity.Start) },
			`POST /send/imessage/typing {"to":"+15005550001","from":"+15005550002","action":"start"}`},
		{"typing WhatsApp", func(x ctx, c client) error {
			return c.TypingWhatsApp(x, contiguity.Chat{To: "a"}, contiguity.Stop)
		}, `POST /send/whatsapp/typing {"to":"a","action":"stop"}`},
		{"read", func(x ctx, c client) error { return c.ReadIMessage(x, chat) },
			`POST /send/imessage/read {"to":"+15005550001","from":"+15005550002"}`},
		{"reaction to iMessage", func(x ctx, c client) error {
			return c.ReactToIMessage(x, chat, "ping", contiguity.TapbackLove, contiguity.Add)
		}, `POST /send/imessage/reactions {"to":"+15005550001","from":"+15005550002","action":"add","tapback":"love","message":"ping"}`},
		{"reaction to text by id", func(x ctx, c client) error {
			return only(c.ReactToText(x, contiguity.ReactionToText{MessageID: "msg_1", Reaction: contiguity.TextHaha, Action: contiguity.Remove}))
		}, `POST /send/text/reactions {"message_id":"msg_1","reaction":"haha","action":"remove"}`},
		{"reaction to text by text", func(x ctx, c client) error {
			return only(c.ReactToText(x, contiguity.ReactionToText{To: "a", Message: "m", Reaction: contiguity.TextLove, Action: contiguity.Add}))
		}, `POST /send/text/reactions {"to":"a","message":"m","reaction":"love","action":"add"}`},
		{"reaction to WhatsApp", func(x ctx, c client) error {
			return c.ReactToWhatsApp(x, contiguity.ReactionToWhatsApp{To: "a", Action: contiguity.Add, Reaction: ":heart:", Message: "wa_1"})
		}, `POST /send/whatsapp/reactions {"to":"a","action":"add","reaction":":heart:","message":"wa_1"}`},
		{"message", func(x ctx, c client) error {
			return only(c.Message(x, "evt_demo01", contiguity.MessageOptions{Tracking: true}))
		}, `GET /conversations/history/message/evt_demo01?tracking=true`},
	}
}

func TestCalls(t *testing.T) {
	t.Parallel()
	for _, tt := range calls() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			api, c := newAPI(t)
			if err := tt.make(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{tt.want}, api.called()); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	api, c := newAPI(t)
	sent, err := c.SendText(t.Context(), contiguity.OutgoingText{To: "a", Message: "m"})
	if want := (contiguity.Sent{MessageID: "msg_1", RequestID: "req_demo", At: 1790000500123}); err != nil || sent != want {
		t.Errorf("SendText = %+v, %v; want %+v", sent, err, want)
	}
	if want := time.Date(2026, 9, 21, 14, 21, 40, 123e6, time.UTC); !sent.At.Time().Equal(want) {
		t.Errorf("At = %v, want %v", sent.At.Time(), want)
	}
	api.scheme = "Bearer"
	c = newClient(t, contiguity.ClientOptions{Scheme: "Bearer", BaseURL: api.url})
	message, err := c.Message(t.Context(), "evt_demo01", contiguity.MessageOptions{})
	want := contiguity.StoredMessage{
		ID: "evt_demo01", To: "+15005550002", From: "+15005550001", Message: "ping", Timestamp: 1790000000000,
		Status: "received", Attachments: []string{"https://api.contiguity.com/attachments/a.png"},
	}
	if diff := cmp.Diff(want, message); err != nil || diff != "" {
		t.Errorf("Message = %v (-want +got):\n%s", err, diff)
	}
}

func TestMessageIDsAreEscaped(t *testing.T) {
	t.Parallel()
	api, c := newAPI(t)
	_, err := c.Message(t.Context(), "../text/a?b", contiguity.MessageOptions{})
	if failed, ok := errors.AsType[*contiguity.Error](err); !ok || failed.Status != http.StatusNotFound {
		t.Errorf("Message = %v, want status 404", err)
	}
	if diff := cmp.Diff([]string{"GET /conversations/history/message/..%2Ftext%2Fa%3Fb"}, api.called()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// What must not be sent is refused before the call.
func TestRefusedBeforeTheCall(t *testing.T) {
	t.Parallel()
	type client = *contiguity.Client
	four := []string{"1", "2", "3", "4"}
	for name, try := range map[string]func(context.Context, client) error{
		"no recipient": func(x context.Context, c client) error {
			return only(c.SendText(x, contiguity.OutgoingText{Message: "m"}))
		},
		"nothing to send": func(x context.Context, c client) error {
			return only(c.SendIMessage(x, contiguity.OutgoingIMessage{To: "a"}))
		},
		"too many files": func(x context.Context, c client) error {
			return only(c.SendText(x, contiguity.OutgoingText{To: "a", Attachments: four}))
		},
		"WhatsApp of files alone": func(x context.Context, c client) error {
			return only(c.SendWhatsApp(x, contiguity.OutgoingWhatsApp{To: "a", Attachments: four}))
		},
		"reply to nobody": func(x context.Context, c client) error {
			return only(c.ReplyText(x, contiguity.Text{To: "b"}, contiguity.Reply{Message: "m"}))
		},
		"reply from nobody": func(x context.Context, c client) error {
			return only(c.ReplyIMessage(x, contiguity.IMessage{From: "a"}, contiguity.Reply{Message: "m"}))
		},
		"reply to an empty event": func(x context.Context, c client) error {
			return only(c.ReplyWhatsApp(x, contiguity.WhatsApp{}, contiguity.Reply{Message: "m"}))
		},
		"typing to nobody": func(x context.Context, c client) error {
			return c.TypingIMessage(x, contiguity.Chat{From: "b"}, contiguity.Start)
		},
		"read from nobody": func(x context.Context, c client) error {
			return c.ReadIMessage(x, contiguity.Chat{To: "a"})
		},
		"reaction to no iMessage": func(x context.Context, c client) error {
			return c.ReactToIMessage(x, chat, "", contiguity.TapbackLike, contiguity.Add)
		},
		"reaction in no chat": func(x context.Context, c client) error {
			return c.ReactToIMessage(x, contiguity.Chat{}, "m", contiguity.TapbackLike, contiguity.Add)
		},
		"reaction to no text": func(x context.Context, c client) error {
			return only(c.ReactToText(x, contiguity.ReactionToText{To: "a"}))
		},
		"reaction to no WhatsApp": func(x context.Context, c client) error {
			return c.ReactToWhatsApp(x, contiguity.ReactionToWhatsApp{})
		},
		"no id":      func(x context.Context, c client) error { return only(c.Message(x, "", contiguity.MessageOptions{})) },
		"dots as id": func(x context.Context, c client) error { return only(c.Message(x, "..", contiguity.MessageOptions{})) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api, c := newAPI(t)
			hint, ok := errors.AsType[webhook.RetryHint](try(t.Context(), c))
			if want := (webhook.Retry{Permanent: true, NotSent: true}); !ok || hint.Retry() != want {
				t.Fatalf("error %v, want one that hints %+v", hint, want)
			}
			if strings.Contains(hint.Error(), apiToken) {
				t.Errorf("the error shows the token: %v", hint)
			}
			if got := api.called(); len(got) > 0 {
				t.Errorf("called %v", got)
			}
		})
	}
}

func TestClientOptions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, token, base, field string }{
		{"token", apiToken, "", ""},
		{"no token", "", "", "token"},
		{"token with a line break", apiToken + "\n", "", "token"},
		{"base that is not a URL", apiToken, "://", "base_url"},
	} {
		_, err := contiguity.NewClient(contiguity.ClientOptions{Token: webhook.NewSecret(tt.token), BaseURL: tt.base})
		fault, _ := errors.AsType[*webhook.FieldError](err)
		if tt.field == "" && err != nil || tt.field != "" && (fault == nil || fault.Field != tt.field) {
			t.Errorf("%s: NewClient = %v, want a fault in %q", tt.name, err, tt.field)
		}
	}
}

// A reply goes to the sender of the message, from the number that received it.
func ExampleClient() {
	server := httptest.NewServer(&api{scheme: "Token"})
	defer server.Close()
	client, err := contiguity.NewClient(contiguity.ClientOptions{
		Token:   webhook.NewSecret(apiToken),
		BaseURL: server.URL, // leave it out to call the real API
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	text := contiguity.Text{From: "+15005550001", To: "+15005550002", Body: "Are you open?"}
	sent, err := client.ReplyText(context.Background(), text, contiguity.Reply{Message: "Until six."})
	fmt.Println(sent.MessageID, err)

	_, err = client.ReplyText(context.Background(), contiguity.Text{Body: "Who am I?"}, contiguity.Reply{Message: "Hm."})
	fmt.Println(err)
	// Output:
	// msg_1 <nil>
	// contiguity: reply to text: to: the event does not say who sent it
}
