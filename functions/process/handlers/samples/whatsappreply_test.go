package samples

import (
	"net/http"
	"strings"
	"testing"

	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

func TestWhatsAppReply(t *testing.T) {
	out := logged(t)
	e := hooktest.Event(contiguity.WhatsAppIncoming, contiguity.WhatsApp{From: person, To: ours, Body: "are you open?"})
	api := newService(t, http.StatusOK, sent)
	w := whatsappReply{client: api.contiguity(t), text: "Yes."}
	if err := w.handle(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	once := `POST /send/whatsapp {"to":"` + person + `","from":"` + ours + `","message":"Yes."}`
	wantCalls(t, api, once)

	w.sample = true
	if err := w.handle(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	wantCalls(t, api, once)
	if got := out.String(); !strings.Contains(got, "would reply to the WhatsApp message") || !strings.Contains(got, "characters=4") {
		t.Errorf("log = %q, want what would be sent", got)
	}
	wantSecret(t, out.String())
}

func TestWhatsAppReplyFails(t *testing.T) {
	t.Parallel()
	e := hooktest.Event(contiguity.WhatsAppIncoming, contiguity.WhatsApp{From: person, To: ours})
	api := newService(t, http.StatusForbidden, `{}`)
	wantRetry(t, whatsappReply{client: api.contiguity(t), text: "Yes."}.handle(t.Context(), e), webhook.Retry{Permanent: true})
}
