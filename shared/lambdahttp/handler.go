package lambdahttp

import (
	"context"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
)

// A Func handles one invocation. Its error is always nil. It is a handler for
// lambda.Start.
type Func func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error)

// Handler returns a Lambda function that serves requests with h. The context of a request
// is that of the invocation, with its deadline.
func Handler(h http.Handler) Func {
	return func(ctx context.Context, e events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		w := newWriter()
		h.ServeHTTP(w, newRequest(ctx, e))
		return w.response(), nil
	}
}
