package samples

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/hook"
	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

// says returns a text of the person's, at the given time after the first one.
func says(id, text string, after time.Duration) webhook.Event {
	return hooktest.WebhookAt(contiguity.TextIncomingSMS, id,
		contiguity.Text{From: person, To: ours, Body: text}, hooktest.Start.Add(after))
}

// talk makes the chatbot talk, and send its messages through api.
func talk(t *testing.T, api *service, events []webhook.Event, faults ...hooktest.Fault) hooktest.Result {
	t.Helper()
	client := api.contiguity(t)
	return hooktest.Run(t, func(r *hook.Registry) {
		b := chatbot{greeting: greeting, chats: hook.NewState[chat, answer]("chat")}
		enterChat(r, b, contiguity.TextIncomingSMS, client.ReplyText)
		enterChat(r, b, contiguity.TextIncomingMMS, client.ReplyText)
		enterChat(r, b, contiguity.IMessageIncoming, client.ReplyIMessage)
		enterChat(r, b, contiguity.WhatsAppIncoming, client.ReplyWhatsApp)
	}, events, faults...)
}

// call returns the call that sends a message to the person.
func call(way, text string) string {
	return fmt.Sprintf(`POST /send/%s {"to":"%s","from":"%s","message":"%s"}`, way, person, ours, text)
}

const meetAnn = "Nice to meet you, Ann. What can we do for you?"

// A conversation continues on whatever channel the person writes, and each message is
// answered on its own channel.
func TestChatbotTalks(t *testing.T) {
	t.Parallel()
	api := newService(t, http.StatusOK, sent)
	at := func(n int) time.Time { return hooktest.Start.Add(time.Duration(n) * time.Minute) }
	got := talk(t, api, []webhook.Event{
		hooktest.WebhookAt(contiguity.TextIncomingSMS, "evt_0", contiguity.Text{From: person, To: ours, Body: "hi"}, at(0)),
		hooktest.WebhookAt(contiguity.WhatsAppIncoming, "evt_1", contiguity.WhatsApp{From: person, To: ours, Body: "Ann"}, at(1)),
		hooktest.WebhookAt(contiguity.IMessageIncoming, "evt_2", contiguity.IMessage{From: person, To: ours, Body: "a cake, please"}, at(2)),
		hooktest.WebhookAt(contiguity.TextIncomingSMS, "evt_3", contiguity.Text{From: "+15005550009", To: ours, Body: "hi"}, at(3)),
		hooktest.WebhookAt(contiguity.TextIncomingSMS, "evt_4", contiguity.Text{From: person, To: ours, Body: "STOP"}, at(4)),
		hooktest.WebhookAt(contiguity.WhatsAppIncoming, "evt_5", contiguity.WhatsApp{From: person, To: ours, Body: "still there?"}, at(5)),
	})
	wantCalls(t, api, call("text", greeting), call("whatsapp", meetAnn), call("imessage", "Thank you, Ann, we will look into it."),
		strings.Replace(call("text", greeting), person, "+15005550009", 1), call("text", goodbye))
	if len(got.States) != 6 {
		t.Errorf("moved %d times, want once for each message:\n%s", len(got.States), got)
	}
	wantSecret(t, got.String())
}

// Whatever happens, each message moves the conversation once, and is answered once.
func TestChatbotAnswersOnce(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]hooktest.Fault{
		"delivered twice":           hooktest.Twice(),
		"dies behind chat":          hooktest.CrashAfter("chat"),
		"dies behind chat-reply":    hooktest.CrashAfter("chat-reply"),
		"reply about chat is lost":  hooktest.LoseReply("chat"),
		"reply about reply is lost": hooktest.LoseReply("chat-reply"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newService(t, http.StatusOK, sent)
			got := talk(t, api, []webhook.Event{says("evt_1", "hi", 0), says("evt_2", "Ann", time.Hour)}, fault)
			wantCalls(t, api, call("text", greeting), call("text", meetAnn))
			if len(got.States) != 2 {
				t.Errorf("moved %d times, want twice:\n%s", len(got.States), got)
			}
		})
	}
}

// An answer that is sent an hour later is the one to its own message, although the person
// has written again meanwhile. A busy service uses up no tries.
func TestChatbotAnswersLate(t *testing.T) {
	t.Parallel()
	api := newServiceOf(t, sent, http.StatusTooManyRequests, http.StatusOK)
	api.retryAfter = "3600"
	got := talk(t, api, []webhook.Event{says("evt_1", "hi", 0), says("evt_2", "Ann", 10*time.Minute)})
	wantCalls(t, api, call("text", greeting), call("text", meetAnn), call("text", greeting))
	want := []hooktest.Delivery{{At: 0, Outcome: "retried"}, {At: time.Hour, Outcome: "handled"}}
	if diff := cmp.Diff(want, got.Events[0].Deliveries); diff != "" || got.Events[0].Attempts != 1 || len(got.States) != 2 {
		t.Errorf("%d attempts, %d moves; deliveries (-want +got):\n%s\n%s", got.Events[0].Attempts, len(got.States), diff, got)
	}
}

// If it is unknown whether an answer was sent, it is not sent again, and the conversation
// continues.
func TestChatbotDoesNotRepeat(t *testing.T) {
	t.Parallel()
	api := newServiceOf(t, sent, http.StatusInternalServerError, http.StatusOK)
	got := talk(t, api, []webhook.Event{says("evt_1", "hi", 0), says("evt_2", "Ann", time.Minute)})
	wantCalls(t, api, call("text", greeting), call("text", meetAnn))
	if len(got.Letters) != 1 || got.Letters[0].Reason != "outcome_unknown" || got.Letters[0].Event.ID != "evt_1" {
		t.Errorf("letters %v, want one of evt_1", got.Letters)
	}
}

// Messages that arrive at once move the conversation one after another: none is lost, and
// none is answered as if the others did not exist.
func TestChatbotAtOnce(t *testing.T) {
	t.Parallel()
	api := newService(t, http.StatusOK, sent)
	got := talk(t, api, []webhook.Event{says("evt_1", "hi", 0), says("evt_2", "Ann", time.Minute), says("evt_3", "Bob", time.Minute)})
	first, second := "Ann", "Bob"
	if strings.Contains(string(got.States[1].State), "Bob") {
		first, second = second, first
	}
	calls := slices.Sorted(slices.Values(api.got()))
	want := slices.Sorted(slices.Values([]string{
		call("text", greeting), call("text", strings.Replace(meetAnn, "Ann", first, 1)),
		call("text", "Thank you, "+first+", we will look into it."),
	}))
	if diff := cmp.Diff(want, calls); diff != "" || len(got.States) != 3 {
		t.Errorf("%s was first and then %s; %d moves; calls (-want +got):\n%s\n%s", first, second, len(got.States), diff, got)
	}
}

// STOP holds on every channel, by a text with a picture too, and whatever is on its way: two
// at once say goodbye once.
func TestChatbotStops(t *testing.T) {
	t.Parallel()
	api := newService(t, http.StatusOK, sent)
	at := hooktest.Start.Add(time.Minute)
	got := talk(t, api, []webhook.Event{
		says("evt_1", "", 0), // an empty text begins a conversation
		hooktest.WebhookAt(contiguity.TextIncomingMMS, "evt_2",
			contiguity.Text{From: person, To: ours, Body: "Stop.", Attachments: []contiguity.Attachment{{}}}, at),
		hooktest.WebhookAt(contiguity.WhatsAppIncoming, "evt_3", contiguity.WhatsApp{From: person, To: ours, Body: "STOP"}, at),
		says("evt_4", "Ann", 2*time.Minute),
	})
	calls := api.got()
	goodbyes := slices.DeleteFunc(slices.Clone(calls), func(c string) bool { return !strings.Contains(c, goodbye) })
	if len(calls) != 2 || calls[0] != call("text", greeting) || len(goodbyes) != 1 || len(got.States) != 4 || len(got.Letters) > 0 {
		t.Errorf("calls %q; want the greeting and one goodbye:\n%s", calls, got)
	}
}

// A program's message moves nothing, and a message without numbers is a dead letter.
func TestChatbotIgnores(t *testing.T) {
	t.Parallel()
	api := newService(t, http.StatusOK, sent)
	got := talk(t, api, []webhook.Event{
		hooktest.Webhook(contiguity.TextIncomingSMS, "evt_1", contiguity.Text{From: "12345", To: ours, Body: "Your code is 7"}),
		hooktest.Webhook(contiguity.TextIncomingSMS, "evt_2", contiguity.Text{From: person, Body: "hi"}),
	})
	wantCalls(t, api)
	if string(got.States[0].State) != "{}" || len(got.Letters) != 1 || got.Letters[0].Reason != "payload" || got.Letters[0].Event.ID != "evt_2" {
		t.Errorf("states %s, letters %v; want nothing moved, and a letter of evt_2:\n%s", got.States[0].State, got.Letters, got)
	}
}
