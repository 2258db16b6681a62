package lambdahttp

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// newRequest makes the request of an event.
// Format: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
func newRequest(ctx context.Context, e events.APIGatewayV2HTTPRequest) *http.Request {
	target := &url.URL{Path: routePath(e), RawQuery: e.RawQueryString}
	r := &http.Request{
		Method:     e.RequestContext.HTTP.Method,
		URL:        target,
		RequestURI: target.RequestURI(),
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
		Header:     make(http.Header, len(e.Headers)),
		Host:       e.RequestContext.DomainName,
	}
	r.Body, r.ContentLength = body(e)
	for name, value := range e.Headers {
		r.Header.Set(name, value) // API Gateway has joined several lines by commas
	}
	if len(e.Cookies) > 0 {
		r.Header.Set("Cookie", strings.Join(e.Cookies, "; "))
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
		r.Header.Del("Host") // net/http has it in Request.Host
	}
	for name, value := range e.PathParameters {
		r.SetPathValue(name, value)
	}
	return r.WithContext(ctx)
}

// routePath is the route's path with its parameters filled in: "/hooks/kyc" for the
// route "POST /hooks/{source}". Without a route ($default) it is the raw path.
func routePath(e events.APIGatewayV2HTTPRequest) string {
	_, path, ok := strings.Cut(e.RouteKey, " ")
	if !ok {
		return e.RawPath
	}
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		name, opens := strings.CutPrefix(segment, "{")
		name, closes := strings.CutSuffix(name, "}")
		if opens && closes {
			segments[i] = e.PathParameters[strings.TrimSuffix(name, "+")]
		}
	}
	return strings.Join(segments, "/")
}

// body returns the body of the request as it was sent, and its length, or -1 if it is
// unknown.
func body(e events.APIGatewayV2HTTPRequest) (io.ReadCloser, int64) {
	text := e.Body
	if e.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return io.NopCloser(unreadable{err}), -1
		}
		return io.NopCloser(bytes.NewReader(decoded)), int64(len(decoded))
	}
	return io.NopCloser(strings.NewReader(text)), int64(len(text))
}

// unreadable is a body that cannot be read.
type unreadable struct{ err error }

func (u unreadable) Read([]byte) (int, error) { return 0, u.err }
