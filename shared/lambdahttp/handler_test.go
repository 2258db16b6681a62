package lambdahttp_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/lambdahttp"
)

// Without Invoke, package lambda would take the function all the same, and read the events itself.
var _ lambda.Handler = lambdahttp.Func(nil)

// seen is what a handler sees of a request.
type seen struct {
	Method, Path, Query, Host, Source string
	Header                            http.Header
	Body                              string
	Length                            int64
	Unreadable                        bool
}

// call gives an event, in API Gateway's JSON, to a handler.
func call(t *testing.T, text string) seen {
	t.Helper()
	var got seen
	if _, err := seeing(&got).Invoke(t.Context(), []byte(text)); err != nil {
		t.Fatalf("error = %v, want none whatever the request", err)
	}
	return got
}

// seeing notes what a handler sees.
func seeing(got *seen) lambdahttp.Func {
	return lambdahttp.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		*got = seen{
			Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Host: r.Host, Source: r.PathValue("source"),
			Header: r.Header, Body: string(body), Length: r.ContentLength, Unreadable: err != nil,
		}
	}))
}

// Invoke reads of the samples what encoding/json reads.
func TestSamples(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../events/http/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var e events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(text, &e); err != nil {
			t.Fatal(err)
		}
		var want seen
		if _, err := seeing(&want)(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, call(t, string(text))); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", file, diff)
		}
	}
}

// What is not JSON is not a request.
func TestInvokeRefuses(t *testing.T) {
	t.Parallel()
	var got seen
	for _, text := range []string{"", "null", "[]", `{"body":`} {
		if answer, err := seeing(&got).Invoke(t.Context(), []byte(text)); err == nil {
			t.Errorf("%q: %s, want an error", text, answer)
		}
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		event string
		want  seen
	}{
		{name: "whole", event: `{
			"version": "2.0", "routeKey": "POST /hooks/{source}", "rawPath": "/prod/hooks/other",
			"rawQueryString": "token=a%20b&x=1", "cookies": ["a=1", "b=2"],
			"headers": {"content-type": "application/json", "x-many": "1,2", "host": "in.example.org"},
			"pathParameters": {"source": "kyc"},
			"requestContext": {"domainName": "abc.execute-api.example", "http": {"method": "POST", "path": "/prod/hooks/other"}},
			"body": "{}", "isBase64Encoded": false}`,
			want: seen{Method: "POST", Path: "/hooks/kyc", Query: "token=a%20b&x=1", Host: "in.example.org", Source: "kyc",
				Header: http.Header{"Content-Type": {"application/json"}, "X-Many": {"1,2"}, "Cookie": {"a=1; b=2"}},
				Body:   "{}", Length: 2}},
		{name: "base64", event: `{"routeKey": "POST /hooks/{source}", "body": "e30K/w==", "isBase64Encoded": true}`,
			want: seen{Path: "/hooks/", Header: http.Header{}, Body: "{}\n\xff", Length: 4}},
		{name: "bad base64", event: `{"body": "e30", "isBase64Encoded": true}`,
			want: seen{Header: http.Header{}, Length: -1, Unreadable: true}},
		{name: "no route", event: `{"routeKey": "$default", "rawPath": "/healthz", "requestContext": {"domainName": "d", "http": {"method": "GET"}}}`,
			want: seen{Method: "GET", Path: "/healthz", Host: "d", Header: http.Header{}}},
		{name: "greedy route", event: `{"routeKey": "ANY /a/{rest+}", "rawPath": "/stage/a/b/c", "pathParameters": {"rest": "b/c"}}`,
			want: seen{Path: "/a/b/c", Header: http.Header{}}},
		{name: "nothing", event: `{}`, want: seen{Header: http.Header{}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, call(t, tt.event)); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func TestResponse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		answer func(w http.ResponseWriter)
		want   events.APIGatewayV2HTTPResponse
	}{
		{name: "nothing", answer: func(http.ResponseWriter) {},
			want: events.APIGatewayV2HTTPResponse{StatusCode: 200, Headers: map[string]string{}}},
		{name: "body alone", answer: func(w http.ResponseWriter) { _, _ = io.WriteString(w, "a"); _, _ = io.WriteString(w, "b") },
			want: events.APIGatewayV2HTTPResponse{StatusCode: 200, Headers: map[string]string{}, Body: "ab"}},
		{name: "headers", answer: func(w http.ResponseWriter) {
			w.Header()["Allow"] = []string{"GET", "HEAD"}
			w.Header()["Set-Cookie"] = []string{"a=1", "b=2"}
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusMethodNotAllowed)
			w.WriteHeader(http.StatusOK)
			w.Header().Set("Late", "1")
		}, want: events.APIGatewayV2HTTPResponse{StatusCode: 405,
			Headers: map[string]string{"Allow": "GET, HEAD"}, Cookies: []string{"a=1", "b=2"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			handle := lambdahttp.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { tt.answer(w) }))
			got, err := handle(t.Context(), events.APIGatewayV2HTTPRequest{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("response (-want +got):\n%s", diff)
			}
		})
	}
}

// TestDeadline hands the invocation's deadline on.
func TestDeadline(t *testing.T) {
	t.Parallel()
	want := time.Now().Add(time.Minute)
	ctx, cancel := context.WithDeadline(t.Context(), want)
	defer cancel()
	handle := lambdahttp.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if got, _ := r.Context().Deadline(); !got.Equal(want) {
			t.Errorf("deadline = %v, want %v", got, want)
		}
	}))
	_, _ = handle(ctx, events.APIGatewayV2HTTPRequest{})
}

// FuzzHandler gives events of any content to net/http's own router: none may panic or
// be an error, and what is not base64 may not pass for a body.
func FuzzHandler(f *testing.F) {
	f.Add("POST /hooks/{source}", "/hooks/x", "POST", "a=1", "x-signature", "v", "source", "kyc", "e30=", true)
	f.Add("$default", "//%zz", "", "%zz&;", "", "\x00", "", "../..", "e30", true)
	f.Add("ANY {", "", "GET POST", "", "Host", "a b", "{", "}", "\xff", false)
	f.Fuzz(func(t *testing.T, route, path, method, query, header, value, parameter, argument, body string, base64 bool) {
		e := events.APIGatewayV2HTTPRequest{
			RouteKey: route, RawPath: path, RawQueryString: query, Body: body, IsBase64Encoded: base64,
			Headers: map[string]string{header: value}, PathParameters: map[string]string{parameter: argument},
		}
		e.RequestContext.HTTP.Method = method
		mux := http.NewServeMux()
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			got, err := io.ReadAll(r.Body)
			if err == nil && int64(len(got)) != r.ContentLength {
				t.Errorf("read %d bytes of %d", len(got), r.ContentLength)
			}
			if !base64 && string(got) != body {
				t.Errorf("body = %q, want %q", got, body)
			}
			w.WriteHeader(http.StatusNoContent)
		})
		got, err := lambdahttp.Handler(mux)(t.Context(), e)
		if err != nil || got.StatusCode < 200 || got.StatusCode > 404 || got.IsBase64Encoded {
			t.Errorf("response = %+v, %v", got, err)
		}
	})
}
