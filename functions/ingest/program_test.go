package main

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

// The tests of this package go through the built program.
var program = &lambdatest.Program{Package: "."}

func TestMain(m *testing.M) {
	code := m.Run()
	if err := program.Remove(); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// secret begins the secrets of all sources, and phone is in all bodies: neither may be
// printed.
const (
	secret = "whsec_do-not-print-this-text"
	phone  = "+4915112345678"

	sources = `{
		"contiguity":   {"secrets": ["` + secret + `"]},
		"kyc":          {"secrets": ["` + secret + `-kyc"]},
		"compliancely": {"secrets": ["` + secret + `-compliancely"], "product": "tin_match"}
	}`
)

// settings are those of a source in sources.
func settings(source string) webhook.Settings {
	text := secret
	if source != "contiguity" {
		text += "-" + source
	}
	return webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(text)}}
}

// newSQS starts a queue for a test.
func newSQS(t *testing.T) *lambdatest.SQS {
	t.Helper()
	sqs := lambdatest.NewSQS()
	t.Cleanup(sqs.Server.Close)
	return sqs
}

// with returns the environment of a program that sends to sqs, with additional variables.
func with(sqs *lambdatest.SQS, vars map[string]string) map[string]string {
	env := sqs.Env()
	env["SOURCES"] = sources
	maps.Copy(env, vars)
	return env
}

// A request is a request to the program. Its zero value is a POST to no source.
type request struct {
	method string // empty means POST
	source string
	path   string // the route, if there is no source
	header http.Header
	query  string
	body   string
	base64 bool // the body goes as base64
	raw    bool // the body is sent as it is, and called base64
}

// event is the request in API Gateway's format.
func (r request) event() []byte {
	if r.method == "" {
		r.method = http.MethodPost
	}
	headers := map[string]string{"content-type": "application/json"}
	for name, values := range r.header {
		headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	if r.base64 {
		r.body = base64.StdEncoding.EncodeToString([]byte(r.body))
	}
	e := map[string]any{
		"version": "2.0", "routeKey": "POST " + r.path, "rawPath": "/prod" + r.path, "rawQueryString": r.query,
		"headers": headers, "body": r.body, "isBase64Encoded": r.base64 || r.raw,
		"requestContext": map[string]any{"http": map[string]any{"method": r.method, "sourceIp": "192.0.2.1"}},
	}
	if r.source != "" {
		e["routeKey"], e["rawPath"] = "POST /hooks/{source}", "/prod/hooks/from-the-path"
		e["pathParameters"] = map[string]string{"source": r.source}
	}
	text, _ := json.Marshal(e)
	return text
}

// providers are the senders, by the names of their sources.
func providers() map[string]webhook.Provider {
	return map[string]webhook.Provider{
		"contiguity": contiguity.Provider{}, "kyc": kyc.Provider{}, "compliancely": compliancely.Provider{},
	}
}

// signed is a request that the source's provider would send now.
func signed(source, id, body string) request {
	r := providers()[source].Sign(settings(source), id, []byte(body), time.Now())
	return request{source: source, header: r.Header, body: body}
}

// An answer is the answer to API Gateway.
type answer struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

// send gives the request to the program.
func send(t *testing.T, p *lambdatest.Process, r request) answer {
	t.Helper()
	var a answer
	if err := json.Unmarshal(lambdatest.MustInvoke(t, p, r.event()), &a); err != nil {
		t.Fatal(err)
	}
	if a.IsBase64Encoded || a.Headers["Content-Type"] != "application/json" {
		t.Errorf("answer = %+v, want plain JSON", a)
	}
	return a
}

// refusal is the body of an answer with that code.
func refusal(code webhook.Code) string { return `{"error":"` + string(code) + `"}` }

// checkOutput fails if something was printed that must never be.
func checkOutput(t *testing.T, p *lambdatest.Process) {
	t.Helper()
	output := p.Stdout() + p.Stderr()
	for _, hidden := range []string{secret, phone, phone[1:], "v1=", "sha256=", "aws-secret-key", "aws-session-token"} {
		if strings.Contains(output, hidden) {
			t.Errorf("%q was printed: %s", hidden, output)
		}
	}
}
