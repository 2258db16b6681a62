package lambdahttp_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
)

// members reads an object with encoding/json; nil if the value is not one.
func members(value []byte) (all map[string]json.RawMessage) {
	_ = json.Unmarshal(value, &all)
	return all
}

// text reads a string with encoding/json; nil if the value is not one.
func text(value json.RawMessage) (s *string) {
	if json.Unmarshal(value, &s) != nil {
		return nil
	}
	return s
}

// texts are the members of an object that are strings.
func texts(value json.RawMessage) map[string]string {
	all := map[string]string{}
	for name, member := range members(value) {
		if s := text(member); s != nil {
			all[name] = *s
		}
	}
	return all
}

// reference reads an event with encoding/json.
func reference(top map[string]json.RawMessage) (e events.APIGatewayV2HTTPRequest) {
	set := func(field *string, value json.RawMessage) {
		if s := text(value); s != nil {
			*field = *s
		}
	}
	set(&e.RouteKey, top["routeKey"])
	set(&e.RawPath, top["rawPath"])
	set(&e.RawQueryString, top["rawQueryString"])
	set(&e.Body, top["body"])
	e.Headers, e.PathParameters = texts(top["headers"]), texts(top["pathParameters"])
	_ = json.Unmarshal(top["isBase64Encoded"], &e.IsBase64Encoded)
	_ = json.Unmarshal(top["cookies"], &e.Cookies)
	outer := members(top["requestContext"])
	set(&e.RequestContext.DomainName, outer["domainName"])
	set(&e.RequestContext.HTTP.Method, members(outer["http"])["method"])
	return e
}

// FuzzInvoke compares the request that Invoke makes of any text with that of what encoding/json
// reads.
func FuzzInvoke(f *testing.F) {
	for _, seed := range []string{
		`{"routeKey":"POST /hooks/{source}","rawPath":"/prod/hooks/kyc","rawQueryString":"token=a+b%2B","headers":{"x-a":"\ud83d\ude00","content-type":"application/json","x-b":7,"x-c":null},
			"pathParameters":{"source":"kyc"},"cookies":["a=1"],"requestContext":{"domainName":"d","http":{"method":"POST"}},"body":"{\"a\":\"\\u00e9\\ud800\"}","isBase64Encoded":false}`,
		`{"body":"e30K/w==","isBase64Encoded":true,"requestContext":null,"headers":null,"pathParameters":[],"cookies":null}`,
		"{\"body\":\"a\xff\\u0000\\/\",\"body\":\"\xc3\\u00e9\",\"isBase64Encoded\":\"true\",\"requestContext\":{\"http\":7}}",
		`{"body":7,"isBase64Encoded":null,"requestContext":{"http":{"method":null}},"cookies":"a"}`, `null`, `[]`, ``, `{"body":"x"`, `{} {}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, event []byte) {
		var want, got seen
		_, err := seeing(&got).Invoke(t.Context(), event)
		top := members(event)
		if (top != nil) != (err == nil) {
			t.Fatalf("Invoke = %v, encoding/json reads it: %v", err, top != nil)
		}
		if top == nil {
			return
		}
		e := reference(top)
		names := http.Header{}
		for name := range e.Headers {
			names.Add(name, "")
		}
		if len(names) != len(e.Headers) {
			return // API Gateway writes names in lower case, so none is there twice
		}
		if _, err := seeing(&want)(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("request (-want +got):\n%s", diff)
		}
	})
}
