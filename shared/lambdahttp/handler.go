package lambdahttp

import (
	"context"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
)

// A Func handles one invocation, as the lambda package starts it. Its error is always nil.
type Func = func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error)

// Handler makes h a Lambda function. The requests' context is the invocation's, with
// its deadline.
func Handler(h http.Handler) Func {
	return func(ctx context.Context, e events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		w := newWriter()
		h.ServeHTTP(w, newRequest(ctx, e))
		return w.response(), nil
	}
}
