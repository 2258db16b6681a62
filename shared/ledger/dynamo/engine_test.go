package dynamo

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/ledgertest"
	"webhookintake/shared/webhook"
)

const testKeep = 29 * 24 * time.Hour

func TestEngineStore(t *testing.T) {
	t.Parallel()
	endpoint(t)
	ledgertest.Run(t, func(t *testing.T) ledgertest.Harness {
		e := newEngine(t)
		users := e.createTable("id")
		return ledgertest.Harness{
			Store: e.store, Index: NewReader(e.client, e.store.table), Keep: testKeep, Table: users,
			Record: func(t *testing.T, key string) (ledger.Record, bool) {
				rec, ok, err := NewReader(e.client, e.store.table).Record(t.Context(), key)
				if err != nil {
					t.Fatal(err)
				}
				return rec, ok
			},
			Payload: e.payload,
			Drop: func(t *testing.T, id string) {
				_, err := e.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &e.store.table, Key: item{attrKey: stateKey(id)}})
				if err != nil {
					t.Fatal(err)
				}
			},
			Item: func(t *testing.T, id string) webhook.Attributes {
				return userItem(t, e.get(t, users, "id", id))
			},
			Lose: e.wire.lose,
		}
	})
}

// endpoint returns the address of DynamoDB Local.
func endpoint(t *testing.T) string {
	t.Helper()
	url := os.Getenv("WEBHOOK_TEST_DYNAMODB")
	if url == "" {
		t.Skip("WEBHOOK_TEST_DYNAMODB is not set: give the address of a DynamoDB Local, such as http://127.0.0.1:8000")
	}
	return url
}

// An engine is a store with a table of its own on DynamoDB Local, and direct access to the
// table.
type engine struct {
	t      *testing.T
	store  *Store
	client *dynamodb.Client // bypasses the wire that loses requests
	wire   *wire
}

func newEngine(t *testing.T) *engine {
	t.Helper()
	url := endpoint(t)
	transport := &http.Transport{MaxIdleConnsPerHost: 32}
	t.Cleanup(transport.CloseIdleConnections)
	w := &wire{to: transport}
	options := Options{
		Region: "eu-central-1", Endpoint: url, Keep: testKeep,
		Credentials: credentials.NewStaticCredentialsProvider("id", "key", ""),
		HTTPClient:  &http.Client{Transport: transport},
	}
	e := &engine{t: t, wire: w, client: New(options).client}
	options.HTTPClient = &http.Client{Transport: w}
	options.Table = e.createTable(attrKey, withIndex)
	e.store = New(options)
	return e
}

// createTable makes a table with a random name, and drops it when the test is over.
func (e *engine) createTable(key string, edits ...func(*dynamodb.CreateTableInput)) string {
	e.t.Helper()
	name := "test-" + rand.Text()
	in := &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: &key, AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: &key, KeyType: types.KeyTypeHash}},
	}
	for _, edit := range edits {
		edit(in)
	}
	if _, err := e.client.CreateTable(e.t.Context(), in); err != nil {
		e.t.Fatalf("create table on %s: %v", endpoint(e.t), err)
	}
	e.t.Cleanup(func() {
		_, err := e.client.DeleteTable(context.WithoutCancel(e.t.Context()), &dynamodb.DeleteTableInput{TableName: &name})
		if err != nil {
			e.t.Errorf("delete table: %v", err)
		}
	})
	return name
}

// withIndex adds the index of what is open to the ledger's table.
func withIndex(in *dynamodb.CreateTableInput) {
	hash, sort := attrOpen, attrSince
	in.AttributeDefinitions = append(in.AttributeDefinitions,
		types.AttributeDefinition{AttributeName: &hash, AttributeType: types.ScalarAttributeTypeN},
		types.AttributeDefinition{AttributeName: &sort, AttributeType: types.ScalarAttributeTypeN})
	in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{{
		IndexName: new(indexOpen),
		KeySchema: []types.KeySchemaElement{{AttributeName: &hash, KeyType: types.KeyTypeHash}, {AttributeName: &sort, KeyType: types.KeyTypeRange}},
		Projection: &types.Projection{
			ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: []string{attrType, attrReason, attrReceived, attrKind},
		},
	}}
}

func (e *engine) get(t *testing.T, table, name, value string) item {
	t.Helper()
	out, err := e.client.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: &table, Key: item{name: text(value)}, ConsistentRead: new(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

func (e *engine) payload(t *testing.T, key string) ([]byte, bool) {
	t.Helper()
	it := e.get(t, e.store.table, attrKey, payloadPrefix+key)
	if it == nil {
		return nil, false
	}
	compressed, ok := it[attrGzip].(*types.AttributeValueMemberB)
	if !ok {
		return nil, true
	}
	r, err := gzip.NewReader(bytes.NewReader(compressed.Value))
	if err != nil {
		t.Fatal(err)
	}
	payload, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return payload, true
}

func userItem(t *testing.T, it item) webhook.Attributes {
	t.Helper()
	if it == nil {
		return nil
	}
	as := webhook.Attributes{}
	d := decoder{it: it}
	for name, v := range it {
		switch v := v.(type) {
		case *types.AttributeValueMemberS:
			as[name] = webhook.S(v.Value)
		case *types.AttributeValueMemberN:
			as[name] = webhook.N(d.number(name))
		case *types.AttributeValueMemberBOOL:
			as[name] = webhook.B(v.Value)
		default:
			t.Fatalf("attribute %q is a %T", name, v)
		}
	}
	if d.err != nil {
		t.Fatal(d.err)
	}
	return as
}

// A wire carries requests, and loses one on demand.
type wire struct {
	to http.RoundTripper

	mu   sync.Mutex
	loss *ledgertest.Loss
	lost bool
}

var errWire = errors.New("connection lost")

func (w *wire) lose(loss ledgertest.Loss) (stop func() bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.loss, w.lost = &loss, false
	return func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.loss = nil
		return w.lost
	}
}

// next decides what happens to the next request.
func (w *wire) next() (loseRequest, loseReply bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.loss == nil {
		return false, false
	}
	w.loss.After--
	if w.loss.After != -1 {
		return false, false
	}
	w.lost = true
	return !w.loss.Reply, w.loss.Reply
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	loseRequest, loseReply := w.next()
	if loseRequest {
		return nil, errWire
	}
	reply, err := w.to.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if loseReply {
		reply.Body.Close()
		return nil, errWire
	}
	return reply, nil
}
