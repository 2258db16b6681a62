package sqs_test

import (
	"context"
	"crypto/rand"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"webhookintake/shared/queue"
	"webhookintake/shared/queue/queuetest"
	"webhookintake/shared/queue/sqs"
)

var anyone = credentials.NewStaticCredentialsProvider("key", "secret", "")

// engine gives a client of the SQS at WEBHOOK_TEST_SQS.
func engine(t *testing.T) (client *awssqs.Client, endpoint string) {
	t.Helper()
	endpoint = os.Getenv("WEBHOOK_TEST_SQS")
	if endpoint == "" {
		t.Skip("needs WEBHOOK_TEST_SQS, the URL of a service that speaks SQS's protocol")
	}
	return awssqs.New(awssqs.Options{BaseEndpoint: &endpoint, Region: "eu-central-1", Credentials: anyone}), endpoint
}

// create makes a queue for the test, and returns its URL too.
func create(t *testing.T, client *awssqs.Client, endpoint string, visibility time.Duration) (q *sqs.Queue, url *string) {
	t.Helper()
	out, err := client.CreateQueue(t.Context(), &awssqs.CreateQueueInput{
		QueueName:  new("queuetest-" + rand.Text()),
		Attributes: map[string]string{"VisibilityTimeout": strconv.Itoa(int(visibility.Seconds()))},
	})
	if err != nil {
		t.Fatalf("create queue: %v", err)
	}
	t.Cleanup(func() {
		if _, err := client.DeleteQueue(context.WithoutCancel(t.Context()), &awssqs.DeleteQueueInput{QueueUrl: out.QueueUrl}); err != nil {
			t.Errorf("delete queue: %v", err)
		}
	})
	q, err = sqs.New(sqs.Options{URL: *out.QueueUrl, Region: "eu-central-1", Endpoint: endpoint, Credentials: anyone})
	if err != nil {
		t.Fatal(err)
	}
	return q, out.QueueUrl
}

func TestEngineContract(t *testing.T) {
	t.Parallel()
	client, endpoint := engine(t)
	queuetest.Run(t, func(t *testing.T, visibility time.Duration) queuetest.Harness {
		q, url := create(t, client, endpoint, visibility)
		return queuetest.Harness{Queue: q, ForgetsReceipts: true, Put: func(ctx context.Context, w queue.Wire) error {
			in := &awssqs.SendMessageInput{QueueUrl: url, MessageBody: &w.Body, MessageAttributes: map[string]types.MessageAttributeValue{}}
			for name, value := range w.Attributes {
				in.MessageAttributes[name] = types.MessageAttributeValue{DataType: new("String"), StringValue: &value}
			}
			_, err := client.SendMessage(ctx, in)
			return err
		}}
	})
}
