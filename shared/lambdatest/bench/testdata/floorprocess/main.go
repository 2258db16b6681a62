// Command floorprocess is the least that handles each message of a queue once: two
// conditional writes a message, one that claims it and one that completes it, side by
// side for the batch. It has no handler, logs nothing and never tries again.
package main

import (
	"context"
	"crypto/rand"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func main() {
	l := ledger{table: os.Getenv("TABLE_NAME"), client: dynamodb.New(dynamodb.Options{
		Region:       os.Getenv("AWS_REGION"),
		BaseEndpoint: new(os.Getenv("AWS_ENDPOINT_URL_DYNAMODB")),
		Retryer:      aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider(
			os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN")),
	})}
	lambda.StartHandlerFunc(l.handle)
}

type ledger struct {
	client *dynamodb.Client
	table  string
}

func (l ledger) handle(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
	errs := make([]error, len(e.Records))
	var running sync.WaitGroup
	for i, r := range e.Records {
		running.Go(func() { errs[i] = l.once(ctx, *r.MessageAttributes["id"].StringValue) })
	}
	running.Wait()
	answer := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	for i, err := range errs {
		if err != nil {
			answer.BatchItemFailures = append(answer.BatchItemFailures,
				events.SQSBatchItemFailure{ItemIdentifier: e.Records[i].MessageId})
		}
	}
	return answer, nil
}

func (l ledger) once(ctx context.Context, id string) error {
	owner := text(rand.Text())
	err := l.update(ctx, id, "attribute_not_exists(pk)", "SET #state = :state, #owner = :owner, lease = :until",
		map[string]types.AttributeValue{":state": text("CLAIMED"), ":owner": owner, ":until": in(time.Minute)})
	if err != nil {
		return err
	}
	return l.update(ctx, id, "#owner = :owner", "SET #state = :state, exp = :until",
		map[string]types.AttributeValue{":state": text("COMPLETED"), ":owner": owner, ":until": in(30 * 24 * time.Hour)})
}

func (l ledger) update(ctx context.Context, id, condition, update string, values map[string]types.AttributeValue) error {
	_, err := l.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &l.table, Key: map[string]types.AttributeValue{"pk": text(id)},
		ConditionExpression: &condition, UpdateExpression: &update,
		ExpressionAttributeNames:  map[string]string{"#state": "state", "#owner": "owner"},
		ExpressionAttributeValues: values,
	})
	return err
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func in(d time.Duration) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(time.Now().Add(d).Unix(), 10)}
}
