package lambdahttp_test

import (
	"context"
	"fmt"
	"net/http"

	"webhookintake/shared/lambdahttp"
)

// A program gives the function to lambda.Start. Here it is called with an
// event as API Gateway sends it.
func Example() {
	handle := lambdahttp.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, "%s for %s", r.Method, r.PathValue("source"))
	}))

	answer, err := handle.Invoke(context.Background(), []byte(`{
		"routeKey": "POST /hooks/{source}",
		"pathParameters": {"source": "kyc"},
		"requestContext": {"http": {"method": "POST"}}
	}`))
	fmt.Println(string(answer), err)
	// Output: {"statusCode":200,"headers":{},"multiValueHeaders":null,"body":"POST for kyc","cookies":null} <nil>
}
