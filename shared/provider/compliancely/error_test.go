package compliancely_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/webhook"
)

// private fails t where err shows a secret, a token or what was sent.
func private(t *testing.T, err error) {
	t.Helper()
	for _, secret := range []string{"7331", "access-1", "refresh-1", "Demo Person"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error shows %q: %v", secret, err)
		}
	}
}

var person = compliancely.TINMatchRequest{Name: "Demo Person", TIN: "733173317"}

func TestErrors(t *testing.T) {
	t.Parallel()
	permanent := webhook.Retry{Permanent: true}
	const invalidTIN = `"733173317" is no tax number of Demo Person.`
	for _, tt := range []struct {
		name    string
		answer  answer
		retry   webhook.Retry
		code    string
		fields  []string
		message string
		text    string
	}{
		{"no credit", answer{status: 403, body: `{"code":"credit_message","message":"Demo Person has none"}`},
			permanent, "credit_message", nil, "Demo Person has none", "compliancely: submit TIN match: status 403, credit_message"},
		{"no credit, other version", answer{status: 403, body: `{"detail":"credit limit"}`},
			permanent, "", nil, "credit limit", "compliancely: submit TIN match: status 403"},
		{"validation, v1", answer{status: 400, body: `{"tin":["\"733173317\" is no tax number of Demo Person."],"name":["too long"]}`},
			permanent, "", []string{"name", "tin"}, "", "compliancely: submit TIN match: status 400, look at name, tin"},
		{"validation, v2", answer{status: 400, body: `{"errors":[{"code":"invalid","message":"\"733173317\" is no tax number of Demo Person."}],"data":null,"success":false}`},
			permanent, "invalid", nil, invalidTIN, "compliancely: submit TIN match: status 400, invalid"},
		{"validation with status 200", answer{body: `{"errors":[{"code":"invalid","message":"m"}],"data":null,"success":false}`},
			permanent, "invalid", nil, "m", "compliancely: submit TIN match: status 200, invalid"},
		{"too many", answer{status: 429, body: `{"detail":"throttled"}`, header: http.Header{"Retry-After": {"90"}}},
			webhook.Retry{After: 90 * time.Second, NotSent: true}, "", nil, "throttled", "compliancely: submit TIN match: status 429"},
		{"too many, no time given", answer{status: 429, header: http.Header{"Retry-After": {"soon"}}},
			webhook.Retry{After: 30 * time.Second, NotSent: true}, "", nil, "", "compliancely: submit TIN match: status 429"},
		{"conflict", answer{status: 409}, permanent, "", nil, "", "compliancely: submit TIN match: status 409"},
		{"request timeout", answer{status: 408}, webhook.Retry{}, "", nil, "", "compliancely: submit TIN match: status 408"},
		{"server error", answer{status: 500, body: `<html>Demo Person</html>`}, webhook.Retry{}, "", nil, "", "compliancely: submit TIN match: status 500"},
		{"gateway", answer{status: 504, body: `{}`}, webhook.Retry{}, "", nil, "", "compliancely: submit TIN match: status 504"},
		{"a tax number for a code", answer{status: 400, body: `{"code":"733173317","733173317":["x"],"message":7}`},
			permanent, "", nil, "", "compliancely: submit TIN match: status 400"},
		{"an answer that does not fit", answer{body: `{"id":"733173317"}`}, permanent, "", nil, "",
			"compliancely: submit TIN match: status 200: decode tin_match: payload does not fit its type: field id: want int64"},
		{"no object", answer{body: `[]`}, permanent, "", nil, "", "compliancely: submit TIN match: status 200: open tin_match: malformed_body"},
		{"a very long answer", answer{body: strings.Repeat(" ", 8<<20+1)}, permanent, "", nil, "",
			"compliancely: submit TIN match: status 200: the answer is over 8 MiB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, map[string][]answer{"POST /api/v1/submissions/": {tt.answer}})
			_, err := f.client(t).SubmitTINMatch(t.Context(), person)
			e, ok := errors.AsType[*compliancely.Error](err)
			if !ok {
				t.Fatalf("error %v", err)
			}
			if e.Retry() != tt.retry || e.Code != tt.code || e.Message != tt.message || e.Error() != tt.text {
				t.Errorf("%q: %+v, retry %+v; want %q, %+v", e, *e, e.Retry(), tt.text, tt.retry)
			}
			if diff := cmp.Diff(tt.fields, e.Fields); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
			private(t, err)
		})
	}
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()
	submit := func(ctx context.Context, url string, client *http.Client) *compliancely.Error {
		c := newClient(t, compliancely.ClientOptions{BaseURL: url, Token: webhook.NewSecret("old-7331"), WebhookURL: hookURL, HTTP: client})
		_, err := c.SubmitTINMatch(ctx, person)
		e, ok := errors.AsType[*compliancely.Error](err)
		if !ok || e.Status != 0 {
			t.Fatalf("error %v, want one without status", err)
		}
		private(t, err)
		return e
	}
	broken := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(broken.Close)
	closed := httptest.NewServer(nil)
	closed.Close()
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name   string
		ctx    context.Context //nolint:containedctx // a row's
		url    string
		client *http.Client
		want   webhook.Retry
	}{
		{"nobody listens", t.Context(), closed.URL, nil, webhook.Retry{NotSent: true}},
		{"context over before", canceled, broken.URL, nil, webhook.Retry{NotSent: true}},
		{"no connection in time", t.Context(), broken.URL, &http.Client{Transport: &http.Transport{DialContext: neverConnects}, Timeout: time.Millisecond}, webhook.Retry{NotSent: true}},
		{"broken after it was written", t.Context(), broken.URL, nil, webhook.Retry{}},
		{"a transport that tells nothing", t.Context(), broken.URL, &http.Client{Transport: silent{}}, webhook.Retry{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if e := submit(tt.ctx, tt.url, tt.client); e.Retry() != tt.want {
				t.Errorf("%v: retry %+v, want %+v", e, e.Retry(), tt.want)
			}
		})
	}
}

func neverConnects(ctx context.Context, _, _ string) (net.Conn, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// silent fails without a word to a trace, so nobody knows what it sent.
type silent struct{}

func (silent) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("lost") }

// slowToken is a client whose requests for a token say asked, and go on at release.
func slowToken(asked, release chan struct{}) *http.Client {
	return &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/api/v2/token/" {
			close(asked)
			<-release
		}
		return http.DefaultTransport.RoundTrip(r)
	})}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Whatever the API answers, the error shows nothing of it but words of a program's making.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{
		vectorBody, `{"detail":"Invalid token."}`, `{"code":"credit_message","message":"m"}`, `{"tin":["no"],"":[]}`,
		`{"errors":[{"code":7,"message":"m"}],"data":null,"success":false}`, `{"errors":["a"],"success":false}`, "<html>", "",
	} {
		f.Add(200, body)
		f.Add(400, body)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		status = 200 + (status%400+400)%400
		client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			w.WriteHeader(status)
			w.WriteString(body)
			return w.Result(), nil
		})}
		c, err := compliancely.NewClient(compliancely.ClientOptions{Token: webhook.NewSecret("t"), WebhookURL: hookURL, HTTP: client})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.SubmitTINMatch(t.Context(), person)
		if err == nil {
			return
		}
		e, ok := errors.AsType[*compliancely.Error](err)
		if !ok || e.Status != status || e.Retry().NotSent && status != 429 || len(e.Error()) > 1000 {
			t.Fatalf("status %d: %v", status, err)
		}
		for _, r := range e.Error() {
			if r < ' ' || r > '~' {
				t.Fatalf("status %d: %q", status, e.Error())
			}
		}
	})
}
