package main

import (
	"context"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"webhookintake/shared/ledger/dynamo"
	"webhookintake/shared/process"
	"webhookintake/shared/queue/sqs"
)

// engines are ElasticMQ and DynamoDB Local. What a test makes in them goes when it ends.
type engines struct{ sqs, dynamoDB string } // their URLs

const engineRegion = "us-east-1"

var engineKey = credentials.NewStaticCredentialsProvider("id", "key", "") // as in call.app

// needEngines finds the engines, or skips the test.
func needEngines(t *testing.T) engines {
	t.Helper()
	e := engines{sqs: os.Getenv("WEBHOOK_TEST_SQS"), dynamoDB: os.Getenv("WEBHOOK_TEST_DYNAMODB")}
	if e.sqs == "" || e.dynamoDB == "" {
		t.Skip("needs ElasticMQ and DynamoDB Local: make test LAYERS=engines starts them")
	}
	return e
}

// newQueue makes a queue, and gives its URL.
func (e engines) newQueue(t *testing.T, name string, attributes map[string]string) string {
	t.Helper()
	client := awssqs.New(awssqs.Options{Region: engineRegion, Credentials: engineKey, BaseEndpoint: &e.sqs})
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

// queue is the client of a queue.
func (e engines) queue(t *testing.T, url string) *sqs.Queue {
	t.Helper()
	q, err := sqs.New(sqs.Options{URL: url, Region: engineRegion, Endpoint: e.sqs, Credentials: engineKey})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// newTable makes a table of the ledger's.
func (e engines) newTable(t *testing.T, name string) {
	t.Helper()
	client := dynamodb.New(dynamodb.Options{Region: engineRegion, Credentials: engineKey, BaseEndpoint: &e.dynamoDB})
	_, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: new("pk"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: new("pk"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
			t.Error(err)
		}
	})
}

// store is the ledger in a table.
func (e engines) store(table string) *dynamo.Store {
	return dynamo.New(dynamo.Options{
		Table: table, Region: engineRegion, Endpoint: e.dynamoDB, Credentials: engineKey, Keep: process.DefaultTiming.Keep(),
	})
}
