package console_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"webhookintake/functions/hookctl/console"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

const (
	port = "8080"
	host = "127.0.0.1:" + port
	sms  = "contiguity.text.incoming.sms"
	kyc1 = "kyc.session.approved"
)

// A world is a pipeline with a console, and a browser that was let in. Its clock stands still,
// so that no retry is due because the machine is slow.
type world struct {
	*pipeline.Pipeline
	ingest  http.Handler // nil means the pipeline
	console *console.Console
	options console.Options
	journal *console.Journal
	cookie  *http.Cookie
	time    time.Time   // of the clock
	mended  atomic.Bool // from then on handlers succeed
	shown   []string    // payloads that were shown
}

// forge gives the pipeline a sample that is signed with a wrong secret.
func (w *world) forge(t *testing.T, sample string) {
	t.Helper()
	s, err := dialect.Find(sample)
	if err != nil {
		t.Fatal(err)
	}
	w.post(t, s, dialect.SignWrong, s.Body, http.StatusUnauthorized)
}

func (w *world) now() time.Time { return w.time }

func (w *world) mend() { w.mended.Store(true) }

// newWorld has two handlers: reply fails, to be retried, and open-account fails for good.
func newWorld(t *testing.T, change func(*console.Options)) *world {
	t.Helper()
	w := &world{time: time.Now()}
	var handlers hook.Registry
	hook.On(&handlers, contiguity.TextIncomingSMS, "reply", func(context.Context, hook.Event[contiguity.Text]) error {
		return w.unlessMended(errors.New("no route to shop"))
	})
	hook.On(&handlers, kyc.SessionApproved, "open-account", func(context.Context, hook.Event[kyc.Session]) error {
		return w.unlessMended(hook.Permanent(errors.New("the bank does not know this customer")))
	})
	o := console.Options{
		Journal: console.NewJournal(w.now), Sources: dialect.Sources(), ListSources: func(context.Context) ([]sources.Row, error) {
			doc, err := sources.ReadDocument([]byte(dialect.SourcesDocument()))
			return doc.Rows(), err
		},
		Handlers: operate.Handlers{All: &handlers}, Now: w.now, Port: port, Access: console.NewAccess(),
		HowToOpen: "Ask for another address.", Name: "a test", Write: true, Here: true,
		Shown: func(key string, masked bool) { w.shown = append(w.shown, fmt.Sprintf("%s %v", key, masked)) },
	}
	if change != nil {
		change(&o)
	}
	w.journal = cmp.Or(o.Journal, console.NewJournal(o.Now))
	if o.Journal != nil && o.Monitor == nil {
		o.Monitor, o.Refused = o.Journal.Monitor(), o.Journal.Refused
	}
	w.Pipeline = pipeline.New(pipeline.Options{
		Sources: source.Fixed(dialect.Sources()), Handlers: o.Handlers.All, Now: o.Now,
		Answered: func(a pipeline.Answered) { w.journal.Answered(a.Report) },
	})
	if o.Intake == nil {
		o.Intake = w.Intake()
	}
	w.options = o
	w.enter(t)
	return w
}

// enter makes the console that the options describe, and opens its address.
func (w *world) enter(t *testing.T) {
	t.Helper()
	w.cookie, w.console = nil, console.New(w.options)
	w.console.SetPatience(time.Minute) // so that a page never shows an act half done
	opened := w.do(t, http.MethodGet, strings.TrimPrefix(w.options.Access.Address(""), w.console.Path()), nil, nil)
	if opened.StatusCode != http.StatusSeeOther || len(opened.Cookies()) != 1 {
		t.Fatalf("the address was answered %d with the cookies %v", opened.StatusCode, opened.Cookies())
	}
	w.cookie = opened.Cookies()[0]
}

func (w *world) unlessMended(err error) error {
	if w.mended.Load() {
		return nil
	}
	return err
}

// receive gives the pipeline a sample, and handles what is in the queue.
func (w *world) receive(t *testing.T, sample, id string) {
	t.Helper()
	s, body := sampleWith(t, sample, id)
	w.receiveBody(t, s, body)
}

// sampleWith returns a sample, and its body with another id.
func sampleWith(t *testing.T, name, id string) (dialect.Sample, []byte) {
	t.Helper()
	s, err := dialect.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	body, err := s.WithID(id)
	if err != nil {
		t.Fatal(err)
	}
	return s, body
}

func (w *world) receiveBody(t *testing.T, s dialect.Sample, body []byte) {
	t.Helper()
	w.post(t, s, dialect.Sign, body, http.StatusOK)
	w.work(t)
}

// post sends a signed body to ingest, which has to answer with the status.
func (w *world) post(t *testing.T, s dialect.Sample, sign signer, body []byte, status int) {
	t.Helper()
	if answer := w.answer(t, s, sign, body); answer.Code != status {
		t.Fatalf("%s: answered %d %s, want %d", s.Name, answer.Code, answer.Body, status)
	}
}

// answer signs a body, sends it to ingest, and returns the answer.
func (w *world) answer(t *testing.T, s dialect.Sample, sign signer, body []byte) *httptest.ResponseRecorder {
	t.Helper()
	src := dialect.Sources()[s.Provider.Name()]
	signed := sign(src.Provider, src.Settings, body, w.options.Now())
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hooks/"+src.Name, bytes.NewReader(body))
	r.Header = signed.Header
	var ingest http.Handler = w.Pipeline
	if w.ingest != nil {
		ingest = w.ingest
	}
	answer := httptest.NewRecorder()
	ingest.ServeHTTP(answer, r)
	return answer
}

// workAll handles all that is in the queue and not put off.
func (w *world) workAll(t *testing.T) {
	t.Helper()
	for w.Queue.Counts().Visible > 0 {
		w.work(t)
	}
}

func (w *world) work(t *testing.T) {
	t.Helper()
	worked, err := w.Step(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range worked {
		w.journal.Worked(one.Result)
	}
}

// do sends a request, as a browser does for a link or a form of the console's own pages.
func (w *world) do(t *testing.T, method, page string, form url.Values, edit func(*http.Request)) *http.Response {
	t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	page, _, _ = strings.Cut(page, "#") // which a browser does not send
	r := httptest.NewRequestWithContext(t.Context(), method, "http://"+host+w.console.Path()+page, body)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "http://"+host)
	}
	if w.cookie != nil {
		r.AddCookie(&http.Cookie{Name: w.cookie.Name, Value: w.cookie.Value})
	}
	if edit != nil {
		edit(r)
	}
	answer := httptest.NewRecorder()
	w.console.ServeHTTP(answer, r)
	return answer.Result()
}

// get returns a page, which has to be answered with the status.
func (w *world) get(t *testing.T, page string, status int) document {
	t.Helper()
	answer := w.do(t, http.MethodGet, page, nil, nil)
	d := parse(t, answer)
	if answer.StatusCode != status {
		t.Fatalf("%s was answered %d: %s", page, answer.StatusCode, d.text)
	}
	for _, fault := range d.faults {
		t.Errorf("%s: %s", page, fault)
	}
	return d
}

// A document is what a browser makes of a page.
type document struct {
	size     int
	text     string // with single spaces
	links    map[string]string
	forms    []form
	elements []xml.StartElement
	faults   []string // what is wrong with any page of which this is true
}

// A form has its fields as they are sent if nothing is typed into them.
type form struct {
	method, action, button string
	fields                 url.Values
}

func parse(t *testing.T, answer *http.Response) document {
	t.Helper()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return parseHTML(t, raw)
}

func parseHTML(t *testing.T, raw []byte) document {
	t.Helper()
	d := document{size: len(raw), links: map[string]string{}}
	decoder := xml.NewDecoder(bytes.NewReader(raw))
	decoder.Strict, decoder.AutoClose, decoder.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var last xml.StartElement // whose text comes
	var field string          // of the options
	var text strings.Builder
	labels := 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the page cannot be parsed: %v\n%.2000s", err, raw)
		}
		switch v := token.(type) {
		case xml.StartElement:
			d.elements = append(d.elements, v.Copy())
			if v.Name.Local != "code" && v.Name.Local != "strong" { // a link's text may be in one
				last = v.Copy()
			}
			switch v.Name.Local {
			case "label":
				labels++
			case "select":
				field = attribute(v, "name")
			}
			d.check(v, labels)
			d.addField(v, field)
			text.WriteByte(' ')
		case xml.EndElement:
			if v.Name.Local == "label" {
				labels--
			}
		case xml.CharData:
			text.Write(v)
			d.addText(last, string(v))
			last = xml.StartElement{}
		}
	}
	d.text = strings.Join(strings.Fields(text.String()), " ")
	return d
}

// check notes a time without its exact value, and a field without a label.
func (d *document) check(e xml.StartElement, labels int) {
	switch name := e.Name.Local; {
	case name == "time" && (attribute(e, "title") == "" || attribute(e, "datetime") == ""):
		d.faults = append(d.faults, "a time does not show exactly when it is")
	case (name == "input" && attribute(e, "type") != "hidden" || name == "select" || name == "textarea") && labels == 0:
		d.faults = append(d.faults, attribute(e, "name")+" has no label")
	}
}

func (d *document) addField(e xml.StartElement, field string) {
	if e.Name.Local == "form" {
		d.forms = append(d.forms, form{method: attribute(e, "method"), action: attribute(e, "action"), fields: url.Values{}})
	}
	if len(d.forms) == 0 {
		return
	}
	fields := d.forms[len(d.forms)-1].fields
	switch e.Name.Local {
	case "input":
		if name := attribute(e, "name"); attribute(e, "type") == "checkbox" {
			fields[name] = nil // not sent unless it is checked
		} else {
			fields.Add(name, attribute(e, "value"))
		}
	case "option":
		if !fields.Has(field) || attribute(e, "selected") != "" {
			fields.Set(field, attribute(e, "value"))
		}
	}
}

// addText notes the text of a link, a button or a field.
func (d *document) addText(of xml.StartElement, text string) {
	switch of.Name.Local {
	case "a":
		d.links[strings.TrimSpace(text)] = attribute(of, "href")
	case "button":
		d.forms[len(d.forms)-1].button = strings.TrimSpace(text)
	case "textarea":
		d.forms[len(d.forms)-1].fields.Set(attribute(of, "name"), text)
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// wants fails unless the text of the page has each of these.
func (d document) wants(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(d.text, text) {
			t.Errorf("no %q in %q", text, d.text)
		}
	}
}

// lacks fails if the text of the page has one of these.
func (d document) lacks(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(d.text, text) {
			t.Errorf("%q is in %q", text, d.text)
		}
	}
}

// A signer signs a body as a provider does, or with a wrong secret.
type signer = func(webhook.Provider, webhook.Settings, []byte, time.Time) webhook.Request

func escape(text string) string { return url.QueryEscape(text) }

// filters is a query that puts a text into each field of the list's filter.
func filters(text string) string {
	return url.Values{"source": {text}, "type": {text}, "kind": {text}, "state": {"open"}}.Encode()
}

// failWith puts a record into the ledger that failed with these texts.
func (w *world) failWith(t *testing.T, key, handler, text string) {
	t.Helper()
	now := w.options.Now()
	claim := w.Ledger.Claim(t.Context(), []ledger.Request{{
		Key: key, Owner: "o", Type: text, At: now, Lease: now.Add(time.Minute), Received: now, DedupUntil: now.Add(time.Hour),
	}})[0].Claim
	end := ledger.End{
		Claim: claim, At: now, State: ledger.StateFailed, Reason: text, Ran: true, Counted: true, Kind: text,
		Tries: []ledger.Try{{At: now, Attempt: 1, Outcome: text, Handler: handler, Error: text}},
	}
	end.Started = []string{handler}
	if err := w.Ledger.End(t.Context(), []ledger.End{end})[0]; err != nil {
		t.Fatal(err)
	}
}
