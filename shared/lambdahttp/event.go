package lambdahttp

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-lambda-go/events"

	"webhookintake/shared/webhook"
)

// Invoke implements [lambda.Handler]. It reads the event itself: for a body of 900 kB,
// encoding/json, with which package lambda reads events, takes three times as long.
//
// [lambda.Handler]: https://pkg.go.dev/github.com/aws/aws-lambda-go/lambda#Handler
func (f Func) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	e, err := readEvent(payload)
	if err != nil {
		return nil, fmt.Errorf("the event is not one of an HTTP API: %w", err)
	}
	answer, err := f(ctx, e)
	if err != nil {
		return nil, err
	}
	return json.Marshal(answer)
}

// readEvent reads the fields that newRequest uses. One that is absent, null or of another
// type stays empty, as a webhook may lack any of them.
func readEvent(payload []byte) (e events.APIGatewayV2HTTPRequest, err error) {
	o, err := webhook.ParseObject(payload)
	if err != nil {
		return e, err
	}
	text := func(o webhook.Object, name string) string { s, _ := o.Text(name); return s }
	e.RouteKey, e.RawPath, e.RawQueryString = text(o, "routeKey"), text(o, "rawPath"), text(o, "rawQueryString")
	e.Headers, e.PathParameters = o.Texts("headers"), o.Texts("pathParameters")
	e.Body, e.IsBase64Encoded = text(o, "body"), string(o.Get("isBase64Encoded")) == "true"
	if cookies := o.Get("cookies"); cookies != nil {
		_ = json.Unmarshal(cookies, &e.Cookies)
	}
	requestContext, _ := o.Object("requestContext")
	http, _ := requestContext.Object("http")
	e.RequestContext.DomainName = text(requestContext, "domainName")
	e.RequestContext.HTTP.Method = text(http, "method")
	return e, nil
}
