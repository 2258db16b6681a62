package lambdatest_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"webhookintake/shared/lambdatest"
)

func newClient(t *testing.T) *dynamodb.Client {
	t.Helper()
	d := lambdatest.NewDynamoDB()
	t.Cleanup(d.Server.Close)
	env := d.Env()
	return dynamodb.New(dynamodb.Options{
		Region: env["AWS_REGION"], BaseEndpoint: new(env["AWS_ENDPOINT_URL_DYNAMODB"]), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider(
			env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], env["AWS_SESSION_TOKEN"]),
	})
}

// Each statement has an answer in its place, without an error.
func TestDynamoDBBatch(t *testing.T) {
	t.Parallel()
	statement := types.BatchStatementRequest{Statement: new(`INSERT INTO "table" VALUE {'pk': 'a'}`)}
	out, err := newClient(t).BatchExecuteStatement(t.Context(), &dynamodb.BatchExecuteStatementInput{
		Statements: []types.BatchStatementRequest{statement, statement, statement},
	})
	if err != nil || len(out.Responses) != 3 {
		t.Fatalf("BatchExecuteStatement = %+v, %v; want 3 answers", out, err)
	}
	for i, r := range out.Responses {
		if r.Error != nil {
			t.Errorf("answer %d: %+v", i, r.Error)
		}
	}
}

func TestDynamoDBUpdate(t *testing.T) {
	t.Parallel()
	key := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "a"}}
	n, names := &types.AttributeValueMemberN{Value: "7"}, &types.AttributeValueMemberSS{Value: []string{"x", "y"}}
	for _, tt := range []struct {
		name string
		give types.ReturnValue
		want map[string]types.AttributeValue
	}{
		{name: "nothing asked"},
		{name: "all new", give: types.ReturnValueAllNew, want: map[string]types.AttributeValue{"pk": key["pk"], "n": n, "done": names}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, err := newClient(t).UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
				TableName: new("table"), Key: key, ReturnValues: tt.give,
				UpdateExpression:          new("SET #n0 = :v0 REMOVE #n1 ADD #n2 :v1"),
				ExpressionAttributeNames:  map[string]string{"#n0": "n", "#n1": "gone", "#n2": "done"},
				ExpressionAttributeValues: map[string]types.AttributeValue{":v0": n, ":v1": names},
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, out.Attributes, cmpopts.IgnoreUnexported(
				types.AttributeValueMemberS{}, types.AttributeValueMemberN{}, types.AttributeValueMemberSS{})); diff != "" {
				t.Errorf("attributes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDynamoDBPut(t *testing.T) {
	t.Parallel()
	_, err := newClient(t).PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: new("table"), Item: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "a"}},
		ConditionExpression: new("attribute_not_exists(pk)"),
	})
	if err != nil {
		t.Error(err)
	}
}

// It keeps the notes that PutItem puts, and nothing else.
func TestDynamoDBItems(t *testing.T) {
	t.Parallel()
	client := newClient(t)
	item := map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: ":a"}, "v": &types.AttributeValueMemberN{Value: "1"},
	}
	if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new("table"), Item: item}); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]map[string]types.AttributeValue{":a": item, ":b": nil, "a": nil} {
		out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{
			TableName: new("table"), Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: key}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, out.Item, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(
			types.AttributeValueMemberS{}, types.AttributeValueMemberN{})); diff != "" {
			t.Errorf("item %s (-want +got):\n%s", key, diff)
		}
	}
}

// It refuses other reads, for which it would need to remember all writes.
func TestDynamoDBRefuses(t *testing.T) {
	t.Parallel()
	out, err := newClient(t).Scan(t.Context(), &dynamodb.ScanInput{TableName: new("table")})
	if err == nil {
		t.Errorf("Scan = %+v, want it refused", out)
	}
}
