package compliancely_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/webhook"
)

func TestCalls(t *testing.T) {
	t.Parallel()
	const wrappedTaxExempt = `{"success_message":"ok","data":` + taxExempt + `,"success":true}`
	for _, tt := range []struct {
		name, route, answer string
		body                string // of the request; empty: none
		do                  func(*testing.T, *compliancely.Client) (any, error)
		want                func(any) bool
	}{
		{"TIN match", "POST /api/v1/submissions/", vectorBody,
			`{"name":"Demo Bakery","tin":"000000000","webhook_urls":["` + hookURL + `"]}`,
			func(t *testing.T, c *compliancely.Client) (any, error) {
				return c.SubmitTINMatch(t.Context(), compliancely.TINMatchRequest{Name: "Demo Bakery", TIN: "000000000"})
			},
			func(got any) bool { return got.(compliancely.TINResult).ID == 70001 }},
		{"TIN match at once", "POST /api/v1/tin/match/", `{"id":7,"status":"Pending","message":"it takes longer"}`,
			`{"name":"Demo Bakery","tin":"000000000","webhook_urls":["` + hookURL + `"]}`,
			func(t *testing.T, c *compliancely.Client) (any, error) {
				return c.MatchTIN(t.Context(), compliancely.TINMatchRequest{Name: "Demo Bakery", TIN: "000000000"})
			},
			func(got any) bool { return got.(compliancely.TINResult).Message == "it takes longer" }},
		{"TIN match with a URL of its own", "POST /api/v1/submissions/", vectorBody,
			`{"name":"n","tin":"000000000","webhook_urls":["https://example.com/other"]}`,
			func(t *testing.T, c *compliancely.Client) (any, error) {
				return c.SubmitTINMatch(t.Context(), compliancely.TINMatchRequest{Name: "n", TIN: "000000000", WebhookURL: "https://example.com/other"})
			},
			func(got any) bool { return got.(compliancely.TINResult).Status == compliancely.TINMatched }},
		{"tax exempt", "POST /api/v2/taxexempt/", wrappedTaxExempt,
			`{"tin":"000000000","webhook_urls":["` + hookURL + `"]}`,
			func(t *testing.T, c *compliancely.Client) (any, error) {
				return c.SubmitTaxExempt(t.Context(), compliancely.TaxExemptRequest{TIN: "000000000"})
			},
			func(got any) bool { return got.(compliancely.TaxExemptResult).ID == 2 }},
		{"Secretary of State", "POST /api/v1/sos_submissions/", sos,
			`{"name":"Demo LLC","state":"DE","callback_url":["` + hookURL + `"]}`,
			func(t *testing.T, c *compliancely.Client) (any, error) {
				return c.SubmitSecretaryOfState(t.Context(), compliancely.SecretaryOfStateRequest{Name: "Demo LLC", State: "DE"})
			},
			func(got any) bool { return got.(compliancely.SecretaryOfStateResult).States == "DE" }},
		{"fetch TIN match", "GET /api/v1/submissions/70001", vectorBody, "",
			func(t *testing.T, c *compliancely.Client) (any, error) { return c.FetchTINMatch(t.Context(), 70001) },
			func(got any) bool { return got.(compliancely.TINResult).Status.Final() }},
		{"fetch transcript", "GET /api/v1/transcript/t%2F5", transcript, "",
			func(t *testing.T, c *compliancely.Client) (any, error) { return c.FetchTranscript(t.Context(), "t/5") },
			func(got any) bool { return got.(compliancely.TranscriptResult).ID == "t-5" }},
		{"another call", "PUT /api/v1/other/", `{"a":[1]}`, `{"b":2}`,
			func(t *testing.T, c *compliancely.Client) (any, error) {
				return c.Call(t.Context(), http.MethodPut, "/api/v1/other/", map[string]int{"b": 2})
			},
			func(got any) bool { return string(got.(json.RawMessage)) == `{"a":[1]}` }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, map[string][]answer{tt.route: {{body: tt.answer}}})
			got, err := tt.do(t, f.client(t))
			if err != nil {
				t.Fatal(err)
			}
			if !tt.want(got) {
				t.Errorf("answered %+v", got)
			}
			want := []call{
				{tokenRoute, "", `{"password":"pass-7331","username":"user"}`},
				{tt.route, "Bearer access-1", tt.body},
			}
			if diff := cmp.Diff(want, f.called(), cmp.AllowUnexported(call{})); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// The slash at the end of the fetching path is not documented: a redirect there is
// followed, but nowhere else, and no submission is.
func TestRedirects(t *testing.T) {
	t.Parallel()
	elsewhere := newFake(t, map[string][]answer{"GET /api/v1/submissions/7/": {{body: vectorBody}}})
	to := func(url string) []answer {
		return []answer{{status: http.StatusMovedPermanently, header: http.Header{"Location": {url}}}}
	}
	f := newFake(t, map[string][]answer{
		"GET /api/v1/submissions/7":  to("/api/v1/submissions/7/"),
		"GET /api/v1/submissions/7/": {{body: vectorBody}},
		"GET /api/v1/submissions/8":  to(elsewhere.URL + "/api/v1/submissions/7/"),
		"GET /api/v1/submissions/9":  to("/api/v1/submissions/9"),
		"POST /api/v1/submissions/":  to("/api/v1/submissions/7/"),
	})
	c := f.client(t)
	if _, err := c.FetchTINMatch(t.Context(), 7); err != nil {
		t.Errorf("within the host: %v", err)
	}
	_, elsewhereErr := c.FetchTINMatch(t.Context(), 8)
	_, loopErr := c.FetchTINMatch(t.Context(), 9)
	_, postErr := c.SubmitTINMatch(t.Context(), compliancely.TINMatchRequest{Name: "n", TIN: "000000000"})
	for name, err := range map[string]error{"another host": elsewhereErr, "a loop": loopErr, "of a submission": postErr} {
		if e, ok := errors.AsType[*compliancely.Error](err); !ok || e.Status != 301 || !e.Retry().Permanent {
			t.Errorf("%s: %v, want status 301 for good", name, err)
		}
	}
	if calls := elsewhere.called(); len(calls) > 0 {
		t.Errorf("followed to another host: %v", calls)
	}
}

// unsafe sends everybody on to the same place, without encryption, and notes who came there.
type unsafe struct{ came *int }

func (u unsafe) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme == "http" {
		*u.came++
	}
	return &http.Response{
		StatusCode: http.StatusFound, Body: http.NoBody, Request: r,
		Header: http.Header{"Location": {"http://" + r.URL.Host + r.URL.Path}},
	}, nil
}

func TestRedirectsStayEncrypted(t *testing.T) {
	t.Parallel()
	came := 0
	c := newClient(t, compliancely.ClientOptions{Token: webhook.NewSecret("t"), HTTP: &http.Client{Transport: unsafe{&came}}})
	if _, err := c.FetchTINMatch(t.Context(), 7); err == nil || came > 0 {
		t.Errorf("%v, the token went without encryption %d times", err, came)
	}
}

func TestWrongRequests(t *testing.T) {
	t.Parallel()
	f := newFake(t, nil)
	c := f.client(t)
	homeless := newClient(t, compliancely.ClientOptions{BaseURL: f.URL, Token: webhook.NewSecret("t")})
	for _, tt := range []struct {
		field string
		do    func() error
	}{
		{"tin", func() error { return only(c.SubmitTINMatch(t.Context(), compliancely.TINMatchRequest{Name: "n"})) }},
		{"tin", func() error { return only(c.SubmitTaxExempt(t.Context(), compliancely.TaxExemptRequest{})) }},
		{"tin", func() error { return only(c.MatchTIN(t.Context(), compliancely.TINMatchRequest{TIN: "t"})) }},
		{"state", func() error {
			return only(c.SubmitSecretaryOfState(t.Context(), compliancely.SecretaryOfStateRequest{Name: "n"}))
		}},
		{"webhook_url", func() error {
			return only(homeless.SubmitTINMatch(t.Context(), compliancely.TINMatchRequest{Name: "n", TIN: "t"}))
		}},
		{"webhook_url", func() error {
			return only(c.SubmitTaxExempt(t.Context(), compliancely.TaxExemptRequest{Name: "n", WebhookURL: "/hooks/x"}))
		}},
		{"id", func() error { return only(c.FetchTranscript(t.Context(), "")) }},
		{"id", func() error { return only(c.FetchTranscript(t.Context(), "..")) }},
		{"path", func() error { return only(homeless.Call(t.Context(), "GET", "@example.com/", nil)) }},
		{"path", func() error { return only(homeless.Call(t.Context(), "GE T", "/", nil)) }},
		{"path", func() error { return only(homeless.Call(t.Context(), "GET", "/\x7f", nil)) }},
		{"body", func() error { return only(homeless.Call(t.Context(), "PUT", "/", func() {})) }},
	} {
		err := tt.do()
		e, ok := errors.AsType[*compliancely.Error](err)
		fault, _ := errors.AsType[*webhook.FieldError](err)
		if !ok || fault == nil || fault.Field != tt.field || e.Retry() != (webhook.Retry{Permanent: true, NotSent: true}) {
			t.Errorf("%v, want a permanent fault in %s, not sent", err, tt.field)
		}
	}
	if calls := f.called(); len(calls) > 0 {
		t.Errorf("called %v", calls)
	}
}

func only[T any](_ T, err error) error { return err }

func TestClientOptions(t *testing.T) {
	t.Parallel()
	secret := webhook.NewSecret("s-7331")
	for _, tt := range []struct {
		name  string
		o     compliancely.ClientOptions
		field string // at fault; empty: none
	}{
		{"login", compliancely.ClientOptions{Username: "u", Password: secret}, ""},
		{"old token", compliancely.ClientOptions{Token: secret, BaseURL: compliancely.SandboxURL}, ""},
		{"neither", compliancely.ClientOptions{}, "token"},
		{"no password", compliancely.ClientOptions{Username: "u"}, "token"},
		{"no user", compliancely.ClientOptions{Password: secret}, "token"},
		{"both", compliancely.ClientOptions{Username: "u", Password: secret, Token: secret}, "token"},
		{"token with a line break", compliancely.ClientOptions{Token: webhook.NewSecret("s-7331\n")}, "token"},
		{"base without scheme", compliancely.ClientOptions{Token: secret, BaseURL: "app1.compliancely.com"}, "base_url"},
		{"webhook URL that is a path", compliancely.ClientOptions{Token: secret, WebhookURL: "/hooks/x"}, "webhook_url"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := compliancely.NewClient(tt.o)
			fault, _ := errors.AsType[*webhook.FieldError](err)
			if tt.field == "" && (c == nil || err != nil) || tt.field != "" && (fault == nil || fault.Field != tt.field) {
				t.Fatalf("NewClient = %v, want a fault in %q", err, tt.field)
			}
			if text := fmt.Sprintf("%v %+v %#v", c, c, err); strings.Contains(text, "7331") {
				t.Errorf("shows a secret: %s", text)
			}
		})
	}
}
