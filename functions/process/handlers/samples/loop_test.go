package samples

import (
	"net/http"
	"testing"

	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/provider/contiguity"
)

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
