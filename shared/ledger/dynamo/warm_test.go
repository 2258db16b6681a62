package dynamo_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
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
	var (
		mu       sync.Mutex
		requests []string
		from     = map[string]bool{}
		service  = lambdatest.NewDynamoDB()
	)
	defer service.Server.Close()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		requests, from[r.RemoteAddr] = append(requests, r.Method+" "+r.Header.Get("X-Amz-Target")), true
		mu.Unlock()
		service.ServeHTTP(w, r)
	}))
	defer s.Close()
	store := dynamo.New(dynamo.Options{
		Table: "table", Region: "us-east-1", Endpoint: s.URL, Keep: time.Hour,
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
	if want := []string{"GET ", "POST DynamoDB_20120810.PutItem"}; !slices.Equal(requests, want) || len(from) != 1 {
		t.Errorf("requests %q on %d connections, want %q on one", requests, len(from), want)
	}
}
