package samples

import (
	"net/http"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

func incoming() hook.Event[contiguity.Text] {
	return hooktest.Event(contiguity.TextIncomingSMS, contiguity.Text{From: person, To: ours, Body: "are you open?"})
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
