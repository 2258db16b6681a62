package samples

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

const sent = `{"id":"req_1","data":{"message_id":"msg_1"}}`

func incoming() hook.Event[contiguity.Text] {
	return hooktest.Event(contiguity.TextIncomingSMS, contiguity.Text{From: person, To: ours, Body: "are you open?"})
}

func TestAutoReply(t *testing.T) {
	out := logged(t)
	api := newService(t, http.StatusOK, sent)
	if err := (autoReply{client: api.contiguity(t), text: "Yes."}).handle(t.Context(), incoming()); err != nil {
		t.Fatal(err)
	}
	wantCalls(t, api, `POST /send/text {"to":"`+person+`","from":"`+ours+`","message":"Yes."}`)
	wantSecret(t, out.String())
}

func TestAutoReplySample(t *testing.T) {
	out := logged(t)
	api := newService(t, http.StatusOK, sent)
	a := autoReply{client: api.contiguity(t), text: "Yes.", sample: true}
	if err := a.handle(t.Context(), incoming()); err != nil {
		t.Fatal(err)
	}
	wantCalls(t, api)
	if got := out.String(); !strings.Contains(got, "would reply to the text") || !strings.Contains(got, "characters=4") {
		t.Errorf("log = %q, want what would be sent", got)
	}
	wantSecret(t, out.String())
}

// What the client knows about a retry must reach the code that decides on it: above all
// whether the message may have been sent.
func TestAutoReplyFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		status int
		want   webhook.Retry
	}{
		{"too many", http.StatusTooManyRequests, webhook.Retry{NotSent: true, After: 30 * time.Second}},
		{"no such number", http.StatusBadRequest, webhook.Retry{Permanent: true}},
		{"nobody knows", http.StatusInternalServerError, webhook.Retry{After: 30 * time.Second}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			api := newService(t, tt.status, `{"id":"err_1","data":{"error":"no route to `+person+`"}}`)
			err := (autoReply{client: api.contiguity(t), text: "Yes."}).handle(t.Context(), incoming())
			wantRetry(t, err, tt.want)
			wantSecret(t, err.Error())
		})
	}
	t.Run("no connection", func(t *testing.T) {
		t.Parallel()
		client := contiguityAt(t, nobody(t))
		wantRetry(t, (autoReply{client: client, text: "Yes."}).handle(t.Context(), incoming()), webhook.Retry{NotSent: true})
	})
	t.Run("nobody to reply to", func(t *testing.T) {
		t.Parallel()
		e := incoming()
		e.Data.To = ""
		api := newService(t, http.StatusOK, sent)
		wantRetry(t, (autoReply{client: api.contiguity(t), text: "Yes."}).handle(t.Context(), e), webhook.Retry{Permanent: true, NotSent: true})
		wantCalls(t, api)
	})
}
