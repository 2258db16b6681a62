package console_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/operate/quarantine"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// newRefusedWorld has refused two e-mails of contiguity, as its secret was wrong, and one
// request without a signature. The right secret is there by now.
func newRefusedWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, nil)
	right := dialect.Sources()["contiguity"]
	sources, wrong := dialect.Sources(), right
	wrong.Settings.Secrets = []webhook.Secret{webhook.NewSecret("whsec_sample-only-wrong")}
	verifier, err := wrong.Provider.Configure(wrong.Settings)
	if err != nil {
		t.Fatal(err)
	}
	wrong.Verifier = verifier
	sources["contiguity"] = wrong
	w.Pipeline = pipeline.New(pipeline.Options{Sources: source.Fixed(sources), Handlers: w.options.Handlers.All, Now: w.options.Now})
	for _, id := range []string{"evt_1", "evt_2"} {
		s, body := sampleWith(t, sms, id)
		w.post(t, s, dialect.Sign, body, http.StatusUnauthorized)
	}
	forged := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hooks/contiguity?a%1b%5b2J=1&"+escape(evil)+"=1", strings.NewReader(evil))
	answer := httptest.NewRecorder()
	if w.Pipeline.ServeHTTP(answer, forged); answer.Code != http.StatusUnauthorized {
		t.Fatalf("answered %d %s", answer.Code, answer.Body)
	}
	sources["contiguity"] = right
	w.options.Intake = w.Intake()
	w.enter(t)
	return w
}

// Each kept request says whether it would verify now. Nothing of its body shows unasked, and
// it is masked at first.
func TestQuarantine(t *testing.T) {
	t.Parallel()
	w := newRefusedWorld(t)
	w.get(t, "quarantine?code=signature_missing&since=1h", http.StatusOK).lacks(t, "signature_mismatch 2 2")
	w.get(t, "quarantine?source=nobody", http.StatusOK).wants(t, "No refused request matches.")
	w.get(t, "quarantined?id=nothing", http.StatusNotFound)

	for _, id := range w.keptIDs(t) {
		w.get(t, "quarantined?body=shown&id="+id, http.StatusOK).isInert(t, id)
	}
	_, unsigned := w.kept(t, "signature_missing")
	unsigned.wants(t, `a\u001b[2J=… in the query`) // with its control character escaped
	id, one := w.kept(t, "event evt_1")
	one.wants(t, "verifies: event evt_1 of type text.incoming.sms", "Contiguity-Signature", "nobody has verified it")
	w.shown = nil
	masked := w.get(t, one.links["Show it, masked"], http.StatusOK)
	masked.wants(t, "evt_1")
	masked.lacks(t, "Sunday")
	w.get(t, masked.links["Show it unmasked"], http.StatusOK).wants(t, "Are you open on Sunday?")
	if want := []string{"the refused request " + id + " true", "the refused request " + id + " false"}; strings.Join(w.shown, ",") != strings.Join(want, ",") {
		t.Errorf("shown %q, want %q", w.shown, want)
	}

}

// kept returns the id and the page of a refused request, by a text on that page: what came
// within a millisecond is in no order.
func (w *world) kept(t *testing.T, text string) (id string, page document) {
	t.Helper()
	for _, id := range w.keptIDs(t) {
		if page := w.get(t, "quarantined?id="+id, http.StatusOK); strings.Contains(page.text, text) {
			return id, page
		}
	}
	t.Fatalf("no kept request with %q", text)
	return "", document{}
}

// keptIDs returns the ids of what the quarantine has.
func (w *world) keptIDs(t *testing.T) (ids []string) {
	t.Helper()
	q, err := w.Intake().Quarantine()
	if err != nil {
		t.Fatal(err)
	}
	list, err := quarantine.Find(t.Context(), q, quarantine.Filter{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list.Entries {
		ids = append(ids, e.ID)
	}
	return ids
}
