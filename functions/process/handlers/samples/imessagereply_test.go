package samples

import (
	"net/http"
	"strings"
	"testing"

	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

func TestIMessageReply(t *testing.T) {
	out := logged(t)
	e := hooktest.Event(contiguity.IMessageIncoming, contiguity.IMessage{From: person, To: ours, Body: "are you open?"})
	api := newService(t, http.StatusOK, sent)
	i := imessageReply{client: api.contiguity(t), text: "Yes.", attachment: "https://example.com/hours.pdf"}
	if err := i.handle(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	once := `POST /send/imessage {"to":"` + person + `","from":"` + ours + `","message":"Yes.",` +
		`"attachments":["https://example.com/hours.pdf"]}`
	wantCalls(t, api, once)

	i.sample = true
	if err := i.handle(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	wantCalls(t, api, once)
	if got := out.String(); !strings.Contains(got, "would reply to the iMessage") || !strings.Contains(got, "characters=4 attachments=1") {
		t.Errorf("log = %q, want what would be sent", got)
	}
	wantSecret(t, out.String())
}

func TestIMessageReplyFails(t *testing.T) {
	t.Parallel()
	e := hooktest.Event(contiguity.IMessageIncoming, contiguity.IMessage{From: person, To: ours})
	api := newService(t, http.StatusForbidden, `{}`)
	wantRetry(t, imessageReply{client: api.contiguity(t), text: "Yes."}.handle(t.Context(), e), webhook.Retry{Permanent: true})
}
