package console_test

import (
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/console"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/functions/hookctl/samples"
	"webhookintake/shared/ingest"
	"webhookintake/shared/webhook"
)

func TestEmpty(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.get(t, "", http.StatusOK).wants(t, "Healthy:", "No event is failing.", "Send a sample webhook", "0 received")
	w.get(t, "events", http.StatusOK).wants(t, "No event has come yet.", "Send a sample webhook")
	w.get(t, "events?state=failed", http.StatusOK).wants(t, "No event matches.", "Clear the filter")
	w.get(t, "events?state=what", http.StatusBadRequest).wants(t, "no such state")
	w.get(t, "events?since=yesterday", http.StatusBadRequest).wants(t, "not one like")
	w.get(t, "event?key=kyc%23evt_0", http.StatusNotFound).wants(t, "no record")
	w.get(t, "nothing", http.StatusNotFound).wants(t, "No such page")
}

func TestEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.receive(t, kyc1, "evt_bad")
	w.receive(t, sms, "evt_again")
	w.mended.Store(true)
	w.receive(t, sms, "evt_good")
	w.receive(t, "contiguity.text.incoming.mms", "evt_nobody")
	w.time = w.time.Add(time.Second) // so that all are older than a nanosecond
	all := []string{"evt_bad", "evt_again", "evt_good", "evt_nobody"}
	for query, want := range map[string][]string{
		"": all, "?state=any": all, "?state=open": {"evt_bad", "evt_again"}, "?state=failed": {"evt_bad"}, "?state=released": {"evt_again"},
		"?state=completed": {"evt_good", "evt_nobody"}, "?state=unhandled": {"evt_nobody"}, "?source=kyc": {"evt_bad"},
		"?type=text.incoming.sms": {"evt_again", "evt_good"}, "?since=1h": all, "?since=1ns": nil,
	} {
		d := w.get(t, "events"+query, http.StatusOK)
		for _, id := range all {
			if _, listed := d.links[id]; listed != slices.Contains(want, id) {
				t.Errorf("%q lists %s: %v", query, id, listed)
			}
		}
	}
	w.get(t, w.get(t, "events", http.StatusOK).links["evt_good"], http.StatusOK).wants(t, "reply done", "Completed")
	w.get(t, w.get(t, "events", http.StatusOK).links["evt_nobody"], http.StatusOK).wants(t, "no handler is registered")
	again := w.get(t, w.get(t, "events", http.StatusOK).links["evt_again"], http.StatusOK)
	again.wants(t, "reply failed in run 1", "no route to shop", "Next try", "in ")
}

// On a stack nothing but the index is read unless that is asked for.
func TestStackAsksBeforeScan(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *console.Options) { o.Here = false })
	w.receive(t, kyc1, "evt_bad")
	w.get(t, "events", http.StatusOK).wants(t, "evt_bad")
	asked := w.get(t, "events?state=any&source=kyc", http.StatusOK)
	asked.wants(t, "reading the whole table")
	asked.lacks(t, "evt_bad")
	w.get(t, asked.links["Read the whole table"], http.StatusOK).wants(t, "evt_bad")
}

func TestBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *console.Options) { o.Operator = "mia" })
	w.receive(t, sms, "evt_1")
	const secretText = "Are you open on Sunday?"
	hidden := w.get(t, "event?key=contiguity%23evt_1", http.StatusOK)
	hidden.lacks(t, secretText, "+15005550001")
	masked := w.get(t, hidden.links["Show it, masked"], http.StatusOK)
	masked.wants(t, "evt_1", "text.incoming.sms", "characters")
	masked.lacks(t, secretText, "15005550001")
	if len(w.shown) != 1 {
		t.Errorf("noted %v", w.shown)
	}
	w.get(t, masked.links["Show it unmasked"], http.StatusOK).wants(t, secretText, "+15005550001")
	if diff := slices.Compare(w.shown, []string{"contiguity#evt_1 true", "contiguity#evt_1 false"}); diff != 0 {
		t.Errorf("noted %v", w.shown)
	}
	hidden.lacks(t, "was shown")
	w.get(t, "event?key=contiguity%23evt_1", http.StatusOK).wants(t, "shown in this console, masked, to mia", "shown in this console, unmasked, to mia")
	w.receive(t, sms, "evt_2")
	w.get(t, "event?key=contiguity%23evt_2", http.StatusOK).lacks(t, "was shown")
}

// A kept webhook is copied as a command and as a file, and a hookctl run takes the file.
func TestCopy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.receive(t, sms, "evt_1")
	shown := w.get(t, "event?body=shown&key=contiguity%23evt_1", http.StatusOK)
	shown.wants(t, "curl -sS 'http://127.0.0.1:8080/hooks/contiguity'", "Contiguity-Signature", "Are you open on Sunday?")
	w.get(t, "event?body=masked&key=contiguity%23evt_1", http.StatusOK).lacks(t, "curl")
	answer := w.do(t, http.MethodGet, shown.links["as a file"], nil, nil)
	file, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || !strings.HasPrefix(answer.Header.Get("Content-Disposition"), "attachment") {
		t.Fatalf("%d, %v, %v", answer.StatusCode, answer.Header, err)
	}
	sent, err := samples.Read(file)
	if err != nil || !strings.Contains(string(sent.Body), `"evt_1"`) {
		t.Errorf("the file: %v", err)
	}
	if want := "contiguity#evt_1 false"; w.shown[len(w.shown)-1] != want {
		t.Errorf("noted %v", w.shown)
	}
	w.get(t, "webhook.json?key=contiguity%23evt_0", http.StatusNotFound)
	w.failWith(t, "kyc#evt_none", "h", "boom")
	w.get(t, "webhook.json?key=kyc%23evt_none", http.StatusBadGateway).wants(t, "not kept")
}

// evil is markup for every place that a page may put a text.
const evil = `"'></a></td></title></textarea><script>alert(1)</script><img/src=x/onerror=alert(1)>`

// Whatever a webhook or an operator fills, it stays text.
func TestInjection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *console.Options) { o.Name = evil })
	s, err := dialect.Find("standard.contact.created")
	if err != nil {
		t.Fatal(err)
	}
	id := strings.ReplaceAll(evil, " ", "/")
	quoted := strings.ReplaceAll(id, `"`, `\"`)
	w.receiveBody(t, s, []byte(`{"id":"`+quoted+`","type":"`+quoted+`","timestamp":"2026-10-01T00:00:00Z","data":{"x<y":"`+quoted+`"}}`))
	w.failWith(t, "standard#evil", id, id)
	w.journal.Blocked(evil)
	w.journal.Answered(ingest.Report{Source: evil, Code: webhook.Code(evil), Status: http.StatusUnauthorized})
	w.options.ListSources = func(context.Context) ([]sources.Row, error) {
		return []sources.Row{{Name: evil, Provider: evil, Secrets: []string{evil}, Settings: map[string]json.RawMessage{"header": json.RawMessage(strconv.Quote(evil))}}}, nil
	}
	w.options.Flags = evil
	w.enter(t)
	pages := []string{"", "events", "events?" + filters(evil), "events?state=" + escape(evil), "event?key=" + escape(evil),
		"event?key=standard%23evil", "event?key=standard%23evil&body=" + escape(evil), escape(evil), "dead", "dead?" + filters(evil) + "&reason=" + escape(evil),
		"act?do=redrive&assume=" + escape(evil), "act?do=replay&key=standard%23evil", "act?do=replay&key=" + escape(evil), "act?do=" + escape(evil), "job?id=" + escape(evil), "handlers", "send",
		"send?sample=" + escape(evil), "sources", "refused", "?span=" + escape(evil), "cost?events=" + escape(evil),
		"act?do=retry&" + filters(evil), "act?do=replay&state=failed", "act?do=cancel&state=open&from=" + escape(evil)}
	for _, e := range w.get(t, "events", http.StatusOK).elements {
		if href := attribute(e, "href"); strings.HasPrefix(href, "event?") {
			pages = append(pages, href, href+"&body=masked", href+"&body=shown")
		}
	}
	if len(pages) < 26 {
		t.Errorf("only %d pages", len(pages))
	}
	for _, page := range pages {
		parse(t, w.do(t, http.MethodGet, page, nil, nil)).isInert(t, page)
	}
}

// isInert fails if somebody else's text became markup.
func (d document) isInert(t *testing.T, page string) {
	t.Helper()
	for _, e := range d.elements {
		inline := e.Name.Local == "script" && !strings.HasPrefix(attribute(e, "src"), "assets/")
		if inline || e.Name.Local == "img" {
			t.Errorf("%s has the element %v", page, e)
		}
		for _, a := range e.Attr {
			if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "style" || strings.HasPrefix(a.Value, "javascript:") {
				t.Errorf("%s has %s=%q", page, a.Name.Local, a.Value)
			}
		}
	}
}

// A page and what it loads is small, and comes in one request and those of the assets.
func TestWeight(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for range 120 {
		w.receive(t, kyc1, newID())
	}
	sizeOf := func(page string) int {
		answer := w.do(t, http.MethodGet, page, nil, func(r *http.Request) { r.Header.Set("Accept-Encoding", "gzip") })
		sent, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Encoding") != "gzip" {
			t.Fatalf("%s: %d, %v, %v", page, answer.StatusCode, answer.Header, err)
		}
		return len(sent)
	}
	assets := sizeOf("assets/style.css") + sizeOf("assets/htmx.min.js") + sizeOf("assets/live.js")
	const most = 60_000
	for _, page := range []string{"", "events"} {
		size := sizeOf(page)
		t.Logf("%q: %d bytes, and %d of assets", page, size, assets)
		if size+assets > most {
			t.Errorf("%q: %d bytes and %d of assets, want at most %d", page, size, assets, most)
		}
	}
	unpacked := 0
	err := fs.WalkDir(console.Assets, ".", func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			info, _ := d.Info()
			unpacked += int(info.Size())
		}
		return err
	})
	if err != nil || unpacked > 100_000 {
		t.Errorf("the assets have %d bytes, %v", unpacked, err)
	}
}
