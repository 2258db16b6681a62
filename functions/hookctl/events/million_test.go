//go:build unix

package events

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/shared/ledger"
)

// A crowd is a table that a benchmark reads. It is made once, and stays in the engine.
type crowd struct {
	table  string
	events int // all received before clitest.Noon, 7 of 10 of them in the week before
	open   int // the last of them, of which 12 failed for good
}

// BenchmarkMillion lists the events of tables in DynamoDB Local, of which one has a million
// records, or WEBHOOK_BENCH_EVENTS, and reports the requests and the CPU time of this process
// for one command. The engine's own time is in ns/op only. It fills a table on first use, which
// takes a millisecond of the engine's CPU for each record.
//
// A list by time reads the whole table, here one of 100,000 records. DynamoDB Local sorts the
// table for each page, so that a table of ten times the size takes it a hundred times as long;
// the requests and the CPU time of this process grow with the table only.
//
//	WEBHOOK_BENCH_DYNAMODB=http://127.0.0.1:8000 go test -run '^$' -bench Million -benchtime 3x -timeout 0 ./functions/hookctl/events
func BenchmarkMillion(b *testing.B) {
	url := os.Getenv("WEBHOOK_BENCH_DYNAMODB")
	if url == "" {
		b.Skip("needs DynamoDB Local with room for a million records: WEBHOOK_BENCH_DYNAMODB is its URL")
	}
	million := crowd{"hookctl-million", 1_000_000, 12}
	if events, err := strconv.Atoi(os.Getenv("WEBHOOK_BENCH_EVENTS")); err == nil {
		million = crowd{fmt.Sprintf("hookctl-%d", events), events, 12}
	}
	for _, bench := range []struct {
		crowd
		args string
	}{
		{million, "list"},
		{million, "list --state open"},
		{million, "list --state open --json"},
		{crowd{"hookctl-100000", 100_000, 12}, "list --since 7d --limit 50"},
		{crowd{"hookctl-100000", 100_000, 12}, "list --since 7d --state failed"},
		{crowd{"hookctl-1000-open", 1_000, 1_000}, "list"},
		{crowd{"hookctl-20000-open", 20_000, 20_000}, "list"},
		{crowd{"hookctl-20000-open", 20_000, 20_000}, "list --state open"},
	} {
		b.Run(fmt.Sprintf("%d-of-%d-open/%s", bench.open, bench.events, strings.ReplaceAll(bench.args, " ", "_")), func(b *testing.B) {
			if err := bench.fill(b.Context(), url); err != nil {
				b.Fatal(err)
			}
			m := &meter{}
			before := cpuTime()
			for b.Loop() {
				e := clitest.Call{Env: map[string]string{"TABLE_NAME": bench.table, "AWS_ENDPOINT_URL_DYNAMODB": url}}.NewEnv(io.Discard, io.Discard)
				e.AWS = func(context.Context, string, string) (aws.Config, error) { return m.config(), nil }
				if err := e.Execute(b.Context(), commands.Root(e), append([]string{"events"}, strings.Fields(bench.args)...)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpuTime()-before).Milliseconds())/float64(b.N), "cpu-ms/op")
			b.ReportMetric(float64(m.calls.Load())/float64(b.N), "requests/op")
		})
	}
}

// cpuTime returns the CPU time of this process so far.
func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // never fails with these arguments
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// A meter counts requests.
type meter struct{ calls atomic.Int64 }

// RoundTrip implements [http.RoundTripper].
func (m *meter) RoundTrip(r *http.Request) (*http.Response, error) {
	m.calls.Add(1)
	return http.DefaultTransport.RoundTrip(r)
}

func (m *meter) config() aws.Config {
	return aws.Config{Region: clitest.EngineRegion, Credentials: clitest.EngineCredentials(), HTTPClient: &http.Client{Transport: m}}
}

const (
	fillers  = 8
	maxWrite = 25 // items that BatchWriteItem takes
)

// fill makes the table, unless it is whole already.
func (c crowd) fill(ctx context.Context, url string) error {
	client := dynamodb.NewFromConfig(new(meter).config(), func(o *dynamodb.Options) { o.BaseEndpoint = &url })
	whole := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: ":whole"}}
	if found, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &c.table, Key: whole}); err == nil && found.Item != nil {
		return nil
	}
	if _, err := client.CreateTable(ctx, clitest.LedgerTable(c.table)); err != nil {
		if _, exists := errors.AsType[*types.ResourceInUseException](err); !exists {
			return err
		}
	}
	var next atomic.Int64
	errs := make([]error, fillers)
	var filling sync.WaitGroup
	for i := range errs {
		filling.Go(func() {
			for errs[i] == nil {
				from := int(next.Add(maxWrite)) - maxWrite
				if from >= c.events {
					return
				}
				errs[i] = c.write(ctx, client, from)
			}
		})
	}
	filling.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &c.table, Item: whole})
	return err
}

// write writes the events from one number on, as many as one request takes.
func (c crowd) write(ctx context.Context, client *dynamodb.Client, from int) error {
	var puts []types.WriteRequest
	for n := from; n < min(from+maxWrite, c.events); n++ {
		puts = append(puts, types.WriteRequest{PutRequest: &types.PutRequest{Item: c.item(n)}})
	}
	for len(puts) > 0 {
		out, err := client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{c.table: puts}})
		if err != nil {
			return err
		}
		puts = out.UnprocessedItems[c.table]
	}
	return nil
}

// item returns the record of event number n, as package dynamo writes it.
func (c crowd) item(n int) map[string]types.AttributeValue {
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	number := func(n int64) types.AttributeValue { return &types.AttributeValueMemberN{Value: fmt.Sprint(n)} }
	key := fmt.Sprintf("contiguity#evt_%016x", uint64(n)*0x9E3779B97F4A7C15)
	at := clitest.Noon.Add(-time.Duration(n%c.events) * 7 * 24 * time.Hour / time.Duration(c.events*7/10))
	it := map[string]types.AttributeValue{
		"pk": text(key), "state": text("COMPLETED"), "type": text("text.incoming.sms"), "fence": number(1), "attempts": number(1), "runs": number(1),
		"received": number(at.UnixMilli()), "first_claimed": number(at.UnixMilli()), "finished": number(at.Add(time.Second).UnixMilli()),
		"dedup_until": number(at.Add(30 * 24 * time.Hour).UnixMilli()), "exp": number(at.Add(60 * 24 * time.Hour).Unix()),
		"hash": text(fmt.Sprintf("%064x", n)), "owner": text(fmt.Sprintf("%032x", n)), "done": &types.AttributeValueMemberSS{Value: []string{"auto-reply", "notify"}},
	}
	last := c.events - n
	if last > c.open {
		return it
	}
	it["state"], it["reason"] = text("FAILED"), text("permanent")
	if last > 12 {
		it["state"], it["not_before"] = text("RELEASED"), number(clitest.Noon.Add(time.Hour).UnixMilli())
		delete(it, "reason")
		delete(it, "finished")
	}
	it["done"] = &types.AttributeValueMemberSS{Value: []string{"notify"}}
	it["received"] = number(clitest.Noon.Add(-time.Hour).UnixMilli())
	it["open"], it["since"], it["kind"] = number(int64(ledger.OpenPartition(key))), number(at.UnixMilli()), text("auto-reply: *contiguity.Error")
	it["tries"] = text(fmt.Sprintf(`[{"at":%d,"attempt":1,"outcome":"failed","handler":"auto-reply","error":"contiguity: 503 service unavailable"}]`, at.UnixMilli()))
	return it
}
