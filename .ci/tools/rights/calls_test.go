package rights

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// planted calls AWS in several ways as soon as the program starts.
const planted = `package main

import (
	"context"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	messages "webhookintake/shared/queue"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/s3"
)

type purger interface {
	PurgeQueue(context.Context, *sqs.PurgeQueueInput, ...func(*sqs.Options)) (*sqs.PurgeQueueOutput, error)
}

func init() {
	ctx := context.Background()
	queue, table, index, nowhere := os.Getenv("QUEUE_URL"), os.Getenv("TABLE_NAME"), "open", "https://example.com/q"
	var client purger = sqs.New(sqs.Options{})
	client.PurgeQueue(ctx, &sqs.PurgeQueueInput{QueueUrl: &queue})
	client.PurgeQueue(ctx, &sqs.PurgeQueueInput{QueueUrl: &nowhere})
	items := dynamodb.New(dynamodb.Options{})
	items.Query(ctx, &dynamodb.QueryInput{TableName: &table, IndexName: &index})
	dynamodb.NewScanPaginator(items, &dynamodb.ScanInput{TableName: &table}).NextPage(ctx)
	write := types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: &table}}
	items.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{write}})
	items.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{table: {}}})
	items.ListTables(ctx, &dynamodb.ListTablesInput{})
	request, _ := http.NewRequest("PUT", "https://bucket.s3.amazonaws.com/key", nil)
	v4.NewSigner().SignHTTP(ctx, aws.Credentials{}, request, "", "s3", "us-east-1", time.Now())
	bucket, _ := s3.New(s3.Options{Bucket: os.Getenv("VAULT_BUCKET")})
	var store vault.Vault = bucket
	found, _ := store.List(ctx, vault.Spill, "", 1)
	store.Delete(ctx, found[0].Key)
	store.Get(ctx, messages.Decode(messages.Wire{}).Origin.Stored.Key)
	store.Put(ctx, os.Getenv("KEY"), nil)
	elsewhere, _ := s3.New(s3.Options{Bucket: "elsewhere"})
	elsewhere.Put(ctx, "spill/a", nil)
	elsewhere.Address()
}

func neverCalled(client *sqs.Client, queue *string) {
	client.DeleteQueue(context.Background(), &sqs.DeleteQueueInput{QueueUrl: queue})
}
`

// What is called counts, not what is linked, whether through a client, an interface or a
// paginator; calls that are not understood are reported.
func TestFindsCalls(t *testing.T) {
	t.Parallel()
	const file = "functions/ingest/planted.go"
	added := tree{dir: root, add: map[string]string{
		file:                         planted,
		"shared/vault/s3/planted.go": "package s3\n\nfunc (v *Vault) Address() string { return v.base.String() }\n",
	}}
	all, err := analyse(added, subjects[0])
	if err != nil {
		t.Fatal(err)
	}
	x, err := added.template()
	if err != nil {
		t.Fatal(err)
	}
	faults := all[0].compare(x)
	at := func(call string) string {
		return fmt.Sprintf("%s:%d calls ", file, lineOf(t, planted, "func init", call))
	}
	want := [][]string{
		{"has to allow sqs:PurgeQueue on Queue, ", at("client.PurgeQueue")},
		{at("client.PurgeQueue(ctx, &sqs.PurgeQueueInput{QueueUrl: &nowhere})"), "sqs.PurgeQueue: cannot find out on what"},
		{"has to allow dynamodb:Query on Table/index/open, ", at("items.Query")},
		{"has to allow dynamodb:Scan on Table, ", at("dynamodb.NewScanPaginator")},
		{"has to allow dynamodb:ConditionCheckItem on Table, ", at("items.TransactWriteItems")},
		{"has to allow dynamodb:BatchGetItem on Table, ", at("items.BatchGetItem")},
		{at("items.ListTables"), "dynamodb.ListTables: iam.go does not say"},
		{at("v4.NewSigner().SignHTTP"), "s3.(a request signed by hand): iam.go does not say"},
		{"has to allow s3:ListBucket on Vault/spill/*, ", at("store.List")},
		{"has to allow s3:DeleteObject on Vault/spill/*, ", at("store.Delete")},
		{"has to allow s3:GetObject on Vault/bodies/*, ", at("store.Get")},
		{at("store.Put"), "s3.Put: cannot find out with which prefix"},
		{at("elsewhere.Put"), "s3.Put: cannot find out on what"},
		{at("elsewhere.Address"), "s3.Address: iam.go does not say"},
		{"has to allow kms:Decrypt on KmsKeyArn via s3 where HasKey, ", at("store.Get")},
		{"has to allow kms:Decrypt on KmsKeyArn via dynamodb where HasKey, ", file},
	}
	for _, parts := range want {
		if !slices.ContainsFunc(faults, func(fault string) bool {
			return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(fault, part) })
		}) {
			t.Errorf("found no fault with %q", parts)
		}
	}
	if len(faults) != len(want) || strings.Contains(strings.Join(faults, ""), "DeleteQueue") {
		t.Errorf("%d faults, want %d:\n%s", len(faults), len(want), strings.Join(faults, "\n"))
	}
}
