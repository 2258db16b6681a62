package dynamo

import (
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"webhookintake/shared/ledger"
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
	HTTPClient  HTTPClient    // nil means the SDK's
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
	return &Store{client: dynamodb.New(options), table: o.Table, keep: o.Keep, keepPayload: o.KeepPayload}
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
