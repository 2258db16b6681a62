package compliancely_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/internal/resttest"
	"webhookintake/shared/webhook"
)

// private fails t if err shows a secret, a token or what was sent.
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
		{"server error", answer{status: 500, body: `<html>Demo Person</html>`}, webhook.Retry{}, "", nil, "", "compliancely: submit TIN match: status 500"},
		{"a tax number for a code", answer{status: 400, body: `{"code":"733173317","733173317":["x"],"message":7}`},
			permanent, "", nil, "", "compliancely: submit TIN match: status 400"},
		{"an answer that does not fit", answer{body: `{"id":"733173317"}`}, permanent, "", nil, "",
			"compliancely: submit TIN match: status 200: decode tin_match: payload does not fit its type: field id: want int64"},
		{"no object", answer{body: `[]`}, permanent, "", nil, "", "compliancely: submit TIN match: status 200: open tin_match: malformed_body"},
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

func restCase() resttest.Case {
	return resttest.Case{
		Private: []string{"7331", "Demo Person"},
		Call: func(ctx context.Context, base string, client *http.Client) error {
			c, err := compliancely.NewClient(compliancely.ClientOptions{
				BaseURL: base, Token: webhook.NewSecret("old-7331"), WebhookURL: hookURL, HTTP: client,
			})
			if err != nil {
				return err
			}
			_, err = c.SubmitTINMatch(ctx, person)
			return err
		},
	}
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()
	resttest.Failures(t, restCase())
}

func FuzzAnswer(f *testing.F) {
	resttest.FuzzAnswers(f, restCase(),
		vectorBody, `{"detail":"Invalid token."}`, `{"code":"credit_message","message":"m"}`, `{"tin":["no"],"":[]}`,
		`{"errors":[{"code":7,"message":"m"}],"data":null,"success":false}`, `{"errors":["a"],"success":false}`)
}

// slowToken is a client whose requests for a token close asked and then wait for release.
func slowToken(asked, release chan struct{}) *http.Client {
	return resttest.Client(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/api/v2/token/" {
			close(asked)
			<-release
		}
		return http.DefaultTransport.RoundTrip(r)
	})
}
