package dynamo

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"webhookintake/shared/ledger"
	"webhookintake/shared/warm"
)

// Options say which table is used, and how. All but Endpoint, KeepPayload and HTTPClient
// are required.
type Options struct {
	Table       string // its name
	Region      string
	Endpoint    string // base URL; empty means AWS's
	Credentials aws.CredentialsProvider
	Keep        time.Duration // how long an item outlives its event's window, see ledger.Expiry
	KeepPayload time.Duration // how long a payload is kept after its claim; 0 means as long as the record
	HTTPClient  HTTPClient    // nil means the SDK's. A [*warm.Client] can be warmed
}

// An HTTPClient sends requests, as [http.Client] does.
type HTTPClient interface {
	Do(*http.Request) (*http.Response, error)
}

// A Store is a [ledger.Store], [ledger.Entities], [ledger.States] and [ledger.Notes] in one
// table. Make it with [New].
type Store struct {
	client      *dynamodb.Client
	table       string
	keep        time.Duration
	keepPayload time.Duration
	warm        *warm.Client // nil if another client sends the requests
}

var (
	_ ledger.Store    = (*Store)(nil)
	_ ledger.Entities = (*Store)(nil)
	_ ledger.States   = (*Store)(nil)
	_ ledger.Notes    = (*Store)(nil)
)

// New returns a store. It sends no request.
func New(o Options) *Store {
	options := dynamodb.Options{
		Region: o.Region, Credentials: o.Credentials,
		// A call is one try: the caller knows how much time is left, and decides when to
		// try again.
		Retryer: aws.NopRetryer{},
	}
	if o.Endpoint != "" {
		options.BaseEndpoint = &o.Endpoint
	}
	if o.HTTPClient != nil {
		options.HTTPClient = o.HTTPClient
	}
	client, _ := o.HTTPClient.(*warm.Client)
	return &Store{client: dynamodb.New(options), table: o.Table, keep: o.Keep, keepPayload: o.KeepPayload, warm: client}
}

// Warm opens a connection to DynamoDB, and goes through all that the first claim and end do
// but sending. It does nothing if HTTPClient is not a [*warm.Client].
func (s *Store) Warm(ctx context.Context) {
	if s.warm == nil {
		return
	}
	s.warm.Warm(ctx, "{}", func(ctx context.Context) {
		now := time.Now()
		claim := ledger.Request{Key: "-#-", Owner: "-", At: now, Lease: now, Received: now, DedupUntil: now, FirstReceive: true, Handled: true}
		answer := s.Claim(ctx, []ledger.Request{claim})[0]
		_ = s.End(ctx, []ledger.End{{Claim: answer.Claim, At: now, State: ledger.StateCompleted, Ran: true}})
	})
}

// each calls fn concurrently with every index, and returns when all calls have returned.
func each(is []int, fn func(i int)) {
	if len(is) == 1 {
		fn(is[0])
		return
	}
	var running sync.WaitGroup
	for _, i := range is {
		running.Go(func() { fn(i) })
	}
	running.Wait()
}
