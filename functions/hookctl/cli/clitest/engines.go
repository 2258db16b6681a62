package clitest

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"webhookintake/shared/ledger/dynamo"
	"webhookintake/shared/process"
	"webhookintake/shared/queue/sqs"
)

// Engines are the URLs of ElasticMQ and DynamoDB Local. What a test creates there is
// deleted when it ends.
type Engines struct{ SQS, DynamoDB string }

// EngineRegion is the region of every Call, and of the engines.
const EngineRegion = "us-east-1"

// NeedEngines returns the engines at these URLs, and skips the test if one is empty.
func NeedEngines(t *testing.T, sqsURL, dynamoDBURL string) Engines {
	t.Helper()
	e := Engines{SQS: sqsURL, DynamoDB: dynamoDBURL}
	if e.SQS == "" || e.DynamoDB == "" {
		t.Skip("needs ElasticMQ and DynamoDB Local: make test LAYERS=engines starts them")
	}
	return e
}

// NewQueue creates a queue and returns its URL.
func (e Engines) NewQueue(t *testing.T, name string, attributes map[string]string) string {
	t.Helper()
	client := awssqs.New(awssqs.Options{Region: EngineRegion, Credentials: EngineCredentials(), BaseEndpoint: &e.SQS})
	out, err := client.CreateQueue(t.Context(), &awssqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := client.DeleteQueue(context.Background(), &awssqs.DeleteQueueInput{QueueUrl: out.QueueUrl}); err != nil {
			t.Error(err)
		}
	})
	return *out.QueueUrl
}

// Queue returns the client of a queue.
func (e Engines) Queue(t *testing.T, url string) *sqs.Queue {
	t.Helper()
	q, err := sqs.New(sqs.Options{URL: url, Region: EngineRegion, Endpoint: e.SQS, Credentials: EngineCredentials()})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// NewTable creates a table for the ledger.
func (e Engines) NewTable(t *testing.T, name string) {
	t.Helper()
	client := dynamodb.New(dynamodb.Options{Region: EngineRegion, Credentials: EngineCredentials(), BaseEndpoint: &e.DynamoDB})
	if _, err := client.CreateTable(t.Context(), LedgerTable(name)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
			t.Error(err)
		}
	})
}

// LedgerTable returns the request for a table with the ledger's index.
func LedgerTable(name string) *dynamodb.CreateTableInput {
	return &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: new("pk"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: new("open"), AttributeType: types.ScalarAttributeTypeN},
			{AttributeName: new("since"), AttributeType: types.ScalarAttributeTypeN},
		},
		KeySchema: []types.KeySchemaElement{{AttributeName: new("pk"), KeyType: types.KeyTypeHash}},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: new("open"),
			KeySchema: []types.KeySchemaElement{
				{AttributeName: new("open"), KeyType: types.KeyTypeHash}, {AttributeName: new("since"), KeyType: types.KeyTypeRange},
			},
			Projection: &types.Projection{
				ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: []string{"type", "reason", "received", "kind"},
			},
		}},
	}
}

// Store returns the ledger in a table.
func (e Engines) Store(table string) *dynamo.Store {
	return dynamo.New(dynamo.Options{
		Table: table, Region: EngineRegion, Endpoint: e.DynamoDB, Credentials: EngineCredentials(), Keep: process.DefaultTiming.Keep(),
	})
}
