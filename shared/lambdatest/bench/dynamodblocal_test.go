package bench

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// A dynamoDBLocal is a running DynamoDB Local, with a table for each program.
type dynamoDBLocal struct {
	b      *testing.B
	url    string
	client *dynamodb.Client
}

// newDynamoDBLocal skips the benchmark if none is running, and prints that, because a
// skipped benchmark prints nothing.
func newDynamoDBLocal(b *testing.B) dynamoDBLocal {
	b.Helper()
	url := os.Getenv("WEBHOOK_TEST_DYNAMODB")
	if url == "" {
		fmt.Println("\nno table over DynamoDB Local: set WEBHOOK_TEST_DYNAMODB to its address; `bash .ci/engines.sh start DIR` starts one")
		b.SkipNow()
	}
	return dynamoDBLocal{b: b, url: url, client: dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider("sample", "sample", ""),
	})}
}

// env makes a table, which is dropped at the end, and returns the environment of a program
// that writes to it.
func (l dynamoDBLocal) env(string) map[string]string {
	l.b.Helper()
	table := "bench-" + rand.Text()
	_, err := l.client.CreateTable(l.b.Context(), &dynamodb.CreateTableInput{
		TableName: &table, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: new("pk"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: new("pk"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		l.b.Fatal(err)
	}
	l.b.Cleanup(func() {
		ctx := context.WithoutCancel(l.b.Context())
		if _, err := l.client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &table}); err != nil {
			l.b.Error(err)
		}
	})
	return map[string]string{
		"TABLE_NAME": table, "AWS_ENDPOINT_URL_DYNAMODB": l.url, "AWS_REGION": "us-east-1",
		"AWS_ACCESS_KEY_ID": "sample", "AWS_SECRET_ACCESS_KEY": "sample",
	}
}
