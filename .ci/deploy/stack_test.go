package deploy

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

func awsConfig(t *testing.T) aws.Config {
	t.Helper()
	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// outputs returns the outputs of a stack, by name.
func outputs(t *testing.T, stack string) map[string]string {
	t.Helper()
	found, err := cloudformation.NewFromConfig(awsConfig(t)).DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: &stack})
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for _, o := range found.Stacks[0].Outputs {
		values[*o.OutputKey] = *o.OutputValue
	}
	return values
}

// makeTable creates a handler's table with one item, and returns its ARN.
func makeTable(t *testing.T, name string) string {
	t.Helper()
	client := dynamodb.NewFromConfig(awsConfig(t))
	made, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName:            &name,
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: new("message_id"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: new("message_id"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		t.Fatal(err)
	}
	item := map[string]types.AttributeValue{"message_id": &types.AttributeValueMemberS{Value: "known"}}
	if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: item}); err != nil {
		t.Fatal(err)
	}
	return *made.TableDescription.TableArn
}

// items returns all items of a table.
func items(t *testing.T, table string) []map[string]types.AttributeValue {
	t.Helper()
	var found []map[string]types.AttributeValue
	pages := dynamodb.NewScanPaginator(dynamodb.NewFromConfig(awsConfig(t)), &dynamodb.ScanInput{TableName: &table, ConsistentRead: new(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, page.Items...)
	}
	return found
}

// text returns a string attribute of an item, or "".
func text(item map[string]types.AttributeValue, name string) string {
	if s, ok := item[name].(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

// waiting returns how many messages a queue holds, including invisible ones.
func waiting(t *testing.T, queueURL string) string {
	t.Helper()
	got, err := sqs.NewFromConfig(awsConfig(t)).GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl:       &queueURL,
		AttributeNames: []sqstypes.QueueAttributeName{"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return got.Attributes["ApproximateNumberOfMessages"] + "+" + got.Attributes["ApproximateNumberOfMessagesNotVisible"]
}

// isKept wants the resources that a deleted stack must leave: queues, table and secrets.
func isKept(t *testing.T, stack map[string]string) {
	t.Helper()
	cfg := awsConfig(t)
	for _, queue := range []string{"QueueUrl", "DeadLettersUrl"} {
		waiting(t, stack[queue])
	}
	if len(items(t, stack["TableName"])) == 0 {
		t.Error("the table is there, but empty")
	}
	for _, secret := range []string{"SourcesSecret", "HandlersSecret"} {
		if _, err := secretsmanager.NewFromConfig(cfg).DescribeSecret(t.Context(), &secretsmanager.DescribeSecretInput{SecretId: new(stack[secret])}); err != nil {
			t.Errorf("%s: %v", secret, err)
		}
	}
}

// putSecret gives a secret a value, as an operator does.
func putSecret(t *testing.T, id, value string) {
	t.Helper()
	client := secretsmanager.NewFromConfig(awsConfig(t))
	if _, err := client.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: &id, SecretString: &value}); err != nil {
		t.Fatal(err)
	}
}

// get sends a GET request and returns status and body.
func get(t *testing.T, url string) (status int, body string, err error) {
	t.Helper()
	return request(t, http.MethodGet, url, http.NoBody, nil)
}

// sender gives up on an answer as providers do, which then send again.
var sender = &http.Client{Timeout: 15 * time.Second}

func request(t *testing.T, method, url string, body io.Reader, header http.Header) (int, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, url, body)
	if err != nil {
		return 0, "", err
	}
	for name := range header {
		req.Header[name] = header[name]
	}
	res, err := sender.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	content, err := io.ReadAll(res.Body)
	return res.StatusCode, string(content), err
}
