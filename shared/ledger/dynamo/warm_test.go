package dynamo_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/dynamo"
	"webhookintake/shared/warm"
)

// Warming writes nothing, and the first claim finds the connection open.
func TestWarm(t *testing.T) {
	t.Parallel()
	lambdatest.WantOnce(t, []string{"1: GET ", "1: POST DynamoDB_20120810.PutItem"}, func() []string {
		service := lambdatest.NewDynamoDB()
		defer service.Server.Close()
		recorder := lambdatest.Record(service)
		defer recorder.Server.Close()
		store := dynamo.New(dynamo.Options{
			Table: "table", Region: "us-east-1", Endpoint: recorder.Server.URL, Keep: time.Hour,
			Credentials: credentials.NewStaticCredentialsProvider("AKIDTEST", "secret", ""), HTTPClient: warm.NewClient(),
		})
		store.Warm(t.Context())
		now := time.Now()
		claim := ledger.Request{
			Key: "kyc#evt_1", Owner: "one", At: now, Lease: now.Add(time.Minute), Received: now, DedupUntil: now, FirstReceive: true,
		}
		if answer := store.Claim(t.Context(), []ledger.Request{claim})[0]; answer.Status != ledger.Claimed {
			t.Fatal(answer)
		}
		return recorder.Requests()
	})
}
