package dynamo_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/dynamo"
)

// A store talks to the service at Options.Endpoint, here one that is always down. The
// outcome of a call is then unknown, after one try.
func Example() {
	requests := 0
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests++
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer service.Close()

	store := dynamo.New(dynamo.Options{
		Table: "ledger", Region: "eu-central-1", Endpoint: service.URL,
		Credentials: credentials.NewStaticCredentialsProvider("id", "key", ""),
	})
	answers := store.Claim(context.Background(), []ledger.Request{{Key: "kyc#1", Owner: "worker-1"}})
	fmt.Println(answers[0].Status, requests)
	// Output: Unknown 1
}
