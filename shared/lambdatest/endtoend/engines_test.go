package endtoend

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

const (
	region = "eu-central-1"
	// visibility is the queue's timeout in seconds. It is short, because a batch that was
	// lost with its instance comes again only after it.
	visibility = "90"
)

var sample = credentials.NewStaticCredentialsProvider("sample", "sample", "")

// engines are a queue, its dead letters, two tables and a bucket, made for one test.
type engines struct {
	sqsURL, dynamoURL, s3URL string

	sqs               *sqs.Client
	dynamo            *dynamodb.Client
	queueURL, deadURL string
	ledger, effects   string
	bucket            string
}

func newEngines(t *testing.T) *engines {
	t.Helper()
	e := &engines{sqsURL: os.Getenv("WEBHOOK_TEST_SQS"), dynamoURL: os.Getenv("WEBHOOK_TEST_DYNAMODB"), s3URL: os.Getenv("WEBHOOK_TEST_S3")}
	if e.sqsURL == "" || e.dynamoURL == "" || e.s3URL == "" {
		t.Skip("needs ElasticMQ, DynamoDB Local and gofakes3: make test LAYERS=engines starts them")
	}
	e.sqs = sqs.New(sqs.Options{Region: region, Credentials: sample, BaseEndpoint: &e.sqsURL})
	e.dynamo = dynamodb.New(dynamodb.Options{Region: region, Credentials: sample, BaseEndpoint: &e.dynamoURL})
	name := fmt.Sprintf("endtoend-%08x", rand.Uint32())
	e.deadURL = e.queue(t, name+"-dead", nil)
	e.queueURL = e.queue(t, name, map[string]string{"VisibilityTimeout": visibility})
	e.ledger, e.effects = e.table(t, name+"-ledger"), e.table(t, name+"-effects")
	e.bucket = e.makeBucket(t, name)
	return e
}

func (e *engines) queue(t *testing.T, name string, attributes map[string]string) (url string) {
	t.Helper()
	out, err := e.sqs.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, err := e.sqs.DeleteQueue(context.Background(), &sqs.DeleteQueueInput{QueueUrl: out.QueueUrl})
		if err != nil {
			t.Error(err)
		}
	})
	return *out.QueueUrl
}

// makeBucket creates a bucket, which lasts as long as the engine.
func (e *engines) makeBucket(t *testing.T, name string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, e.s3URL+"/"+name, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if _ = res.Body.Close(); res.StatusCode != http.StatusOK {
		t.Fatalf("create the bucket: %s", res.Status)
	}
	return name
}

func (e *engines) table(t *testing.T, name string) string {
	t.Helper()
	_, err := e.dynamo.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: new("pk"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: new("pk"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, err := e.dynamo.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &name})
		if err != nil {
			t.Error(err)
		}
	})
	return name
}

// items returns all items of a table.
func (e *engines) items(t *testing.T, table string) (items []map[string]types.AttributeValue) {
	t.Helper()
	pages := dynamodb.NewScanPaginator(e.dynamo, &dynamodb.ScanInput{TableName: &table, ConsistentRead: new(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, page.Items...)
	}
	return items
}

// text returns an attribute's string or number, or "" if it is absent.
func text(item map[string]types.AttributeValue, name string) string {
	switch v := item[name].(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	}
	return ""
}

// effectCounts returns how often each effect happened, by its key.
func (e *engines) effectCounts(t *testing.T) map[string]string {
	t.Helper()
	counts := map[string]string{}
	for _, item := range e.items(t, e.effects) {
		counts[text(item, "pk")] = text(item, "n")
	}
	return counts
}

// states counts the ledger's records by state.
func (e *engines) states(t *testing.T) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, item := range e.items(t, e.ledger) {
		// Notes and states are not records; neither is what says where a large body is.
		if key := text(item, "pk"); !strings.HasPrefix(key, ":") && !strings.HasPrefix(key, "payload#") {
			counts[text(item, "state")]++
		}
	}
	return counts
}

// environment returns the environment of both functions.
func (e *engines) environment() map[string]string {
	return map[string]string{
		"AWS_REGION": region, "AWS_ACCESS_KEY_ID": "sample", "AWS_SECRET_ACCESS_KEY": "sample",
		"AWS_ENDPOINT_URL_SQS": e.sqsURL, "AWS_ENDPOINT_URL_DYNAMODB": e.dynamoURL,
		"AWS_ENDPOINT_URL_S3": e.s3URL, "VAULT_BUCKET": e.bucket,
		"QUEUE_URL": e.queueURL, "DLQ_URL": e.deadURL, "TABLE_NAME": e.ledger,
		"EFFECTS_TABLE": e.effects, "SOURCES": sources, "VISIBILITY_TIMEOUT_S": visibility,
	}
}
