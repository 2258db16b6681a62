package console_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"webhookintake/functions/hookctl/console"
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
	set := dialect.Sources()
	refresh := source.Set{"contiguity": set["contiguity"]}
	wrong := set["contiguity"]
	wrong.Settings.Secrets = []webhook.Secret{webhook.NewSecret("whsec_sample-only-wrong")}
	verifier, err := wrong.Provider.Configure(wrong.Settings)
	if err != nil {
		t.Fatal(err)
	}
	wrong.Verifier = verifier
	refresh["contiguity"] = wrong
	w.Pipeline = pipeline.New(pipeline.Options{Sources: source.Fixed(refresh), Handlers: w.handlers, Now: w.now})
	s, err := dialect.Find(sms)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"evt_1", "evt_2", ""} {
		body, err := s.WithID(id)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hooks/contiguity?a%1b%5b2J=1", strings.NewReader(string(body)))
		if id != "" {
			src := dialect.Sources()["contiguity"]
			r.Header = dialect.Sign(src.Provider, src.Settings, body, w.options.Now()).Header
		}
		answer := httptest.NewRecorder()
		if w.Pipeline.ServeHTTP(answer, r); answer.Code != http.StatusUnauthorized {
			t.Fatalf("answered %d %s", answer.Code, answer.Body)
		}
	}
	refresh["contiguity"] = set["contiguity"]
	w.options.Intake = w.Intake()
	w.enter(t)
	return w
}

// What was refused is listed and counted; what verifies now is released, the rest stays until
// it is dropped. Nothing of a body shows unasked, and it is masked at first.
func TestQuarantine(t *testing.T) {
	t.Parallel()
	w := newRefusedWorld(t)
	list := w.get(t, "quarantine", http.StatusOK)
	list.wants(t, "contiguity signature_mismatch 2 2", "contiguity signature_missing 1 1")
	list.lacks(t, "Sunday")
	w.get(t, "quarantine?code=signature_missing&since=1h", http.StatusOK).lacks(t, "signature_mismatch 2 2")
	w.get(t, "quarantine?source=nobody", http.StatusOK).wants(t, "No refused request matches.")
	w.get(t, "quarantined?id=nothing", http.StatusNotFound)

	_, unsigned := w.kept(t, "signature_missing")
	unsigned.wants(t, `a\u001b[2J=… in the query`) // with its control character escaped
	id, one := w.kept(t, "event evt_1")
	one.wants(t, "verifies: event evt_1 of type text.incoming.sms", "Contiguity-Signature", "nobody has verified it")
	masked := w.get(t, one.links["Show it, masked"], http.StatusOK)
	masked.wants(t, "evt_1")
	masked.lacks(t, "Sunday")
	w.get(t, masked.links["Show it unmasked"], http.StatusOK).wants(t, "Are you open on Sunday?")
	if want := []string{"the refused request " + id + " true", "the refused request " + id + " false"}; strings.Join(w.shown, ",") != strings.Join(want, ",") {
		t.Errorf("shown %q, want %q", w.shown, want)
	}

	plan := w.get(t, list.links["Verify and release all that match…"], http.StatusOK)
	plan.wants(t, "Would act on 2, and leave 1", "To confirm, type 2", "verifies: event evt_2", "still refused: signature_missing")
	if got := len(w.keptIDs(t)); got != 3 {
		t.Errorf("%d are kept after the plan", got)
	}
	w.confirm(t, plan, "2").wants(t, "Done.", "released 2")
	w.work(t)
	w.get(t, "event?key=contiguity%23evt_1", http.StatusOK).wants(t, "Received")
	drop := w.get(t, w.get(t, "quarantine", http.StatusOK).links["Drop all that match…"], http.StatusOK)
	drop.wants(t, "is deleted for good", "Would act on 1")
	w.confirm(t, drop, "").wants(t, "dropped")
	w.get(t, "quarantine", http.StatusOK).wants(t, "No refused request matches.")
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

// A console that only shows releases and drops nothing.
func TestQuarantineReadOnly(t *testing.T) {
	t.Parallel()
	w := newRefusedWorld(t)
	w.options.Write, w.options.Access = false, console.NewAccess()
	w.enter(t)
	id := w.keptIDs(t)[0]
	w.get(t, "quarantined?id="+id, http.StatusOK).lacks(t, "Release…")
	w.get(t, "act?do=release&id="+id, http.StatusOK).wants(t, "This console only shows.")
	if answer := w.do(t, http.MethodPost, "act", url.Values{"do": {"drop"}, "id": {id}, "count": {"1"}}, nil); answer.StatusCode != http.StatusForbidden || len(w.keptIDs(t)) != 3 {
		t.Errorf("a form was answered %d, and %d are kept", answer.StatusCode, len(w.keptIDs(t)))
	}
}

// TestBrowserQuarantine releases a refused request in a browser.
func TestBrowserQuarantine(t *testing.T) {
	b := newBrowser(t)
	w := newRefusedWorld(t)
	id, _ := w.kept(t, "event evt_1")
	b.do(t, chromedp.Navigate(w.serve(t)))
	b.click(t, "Quarantine")
	b.click(t, id[:10])
	b.await(t, "verifies: event evt_1 of type text.incoming.sms")
	b.click(t, "Release…")
	b.click(t, "Release 1 request")
	b.await(t, "Done.")
	if got := w.keptIDs(t); len(got) != 2 || slices.Contains(got, id) {
		t.Errorf("kept are %q", got)
	}
	if said := b.said(); len(said) > 0 {
		t.Errorf("the browser says %q", said)
	}
}
