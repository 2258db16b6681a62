package lambdahttp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/aws/aws-lambda-go/events"

	"webhookintake/shared/lambdahttp"
)

// A program gives the function to lambda.StartHandlerFunc. Here it is called with an
// event as API Gateway sends it.
func Example() {
	handle := lambdahttp.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, "%s for %s", r.Method, r.PathValue("source"))
	}))

	var e events.APIGatewayV2HTTPRequest
	_ = json.Unmarshal([]byte(`{
		"routeKey": "POST /hooks/{source}",
		"pathParameters": {"source": "kyc"},
		"requestContext": {"http": {"method": "POST"}}
	}`), &e)
	answer, err := handle(context.Background(), e)
	fmt.Println(answer.StatusCode, answer.Body, err)
	// Output: 200 POST for kyc <nil>
}
