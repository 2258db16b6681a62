package ingest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/ingest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/queue"
	"webhookintake/shared/queue/memory"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// event is a body that a provider may send.
const event = `{"id":"evt_1","type":"text.incoming.sms","timestamp":1760000000,"data":{"body":"hello"}}`

var errDown = errors.New("the queue is down")

// settings are those of the source "contiguity".
func settings() webhook.Settings {
	return webhook.Settings{Secrets: []webhook.Secret{
		webhook.NewSecret("whsec_current"), webhook.NewSecret("whsec_previous"),
	}}
}

// sources have one source of a real provider, and broken, whose Verifier is given.
func sources(t testing.TB, broken webhook.Verifier) *source.Sources {
	t.Helper()
	verifier, err := contiguity.Provider{}.Configure(settings())
	if err != nil {
		t.Fatal(err)
	}
	return source.Fixed(source.Set{
		"contiguity": {Name: "contiguity", Provider: contiguity.Provider{}, Verifier: verifier},
		"broken":     {Name: "broken", Provider: contiguity.Provider{}, Verifier: broken},
	})
}

// verifierFunc is a Verifier that misbehaves.
type verifierFunc func() (webhook.Verified, error)

func (f verifierFunc) Verify(webhook.Request) (webhook.Verified, error) { return f() }

// senderFunc is a queue in one function.
type senderFunc func(ctx context.Context, m queue.Message) error

func (f senderFunc) Send(ctx context.Context, m queue.Message, _ time.Duration) error {
	return f(ctx, m)
}

// post is a signed request with that body.
func post(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/hooks/contiguity", strings.NewReader(body))
	signed := contiguity.Provider{}.Sign(settings(), "", []byte(body), time.Now())
	for name, values := range signed.Header {
		r.Header[name] = values
	}
	return r
}

// cutShort is a body that breaks off.
func cutShort() io.Reader { return io.MultiReader(strings.NewReader("{"), broken{}) }

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// serve answers r, and gives the report.
func serve(h *ingest.Handler, r *http.Request) (*httptest.ResponseRecorder, ingest.Report) {
	var report ingest.Report
	reporting := *h
	reporting.Report = func(_ context.Context, got ingest.Report) { report = got }
	w := httptest.NewRecorder()
	reporting.ServeHTTP(w, r)
	return w, report
}

// newQueue is an empty queue.
func newQueue() *memory.Queue { return memory.New(memory.Options{}) }

// signHeader is the header of the event, signed with those settings.
func signHeader(s webhook.Settings) http.Header {
	return contiguity.Provider{}.Sign(s, "", []byte(event), time.Now()).Header
}
