package console_test

import (
	"bytes"
	"cmp"
	"context"
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
