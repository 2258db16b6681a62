package endtoend

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/queue"
	"webhookintake/shared/queue/sqs"
)

var (
	ingestProgram  = lambdatest.Program{Package: "webhookintake/functions/ingest"}
	processProgram = lambdatest.Program{
		Package: "webhookintake/functions/process",
		Replace: map[string]string{
			"../../../functions/process/handlers/register.go": "../../../functions/process/testdata/obedient/register.go",
		},
	}
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := errors.Join(ingestProgram.Remove(), processProgram.Remove()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// api serves the ingest function over HTTP, as API Gateway does.
func api(t *testing.T, e *engines) (url string) {
	t.Helper()
	p := lambdatest.Run(t, ingestProgram.Path(t), e.environment())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		event, err := gatewayEvent(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		response, err := p.Invoke(r.Context(), event, 10*time.Second)
		var answer events.APIGatewayV2HTTPResponse
		if err := errors.Join(err, json.Unmarshal(response.Payload, &answer)); err != nil || response.Failed {
			http.Error(w, fmt.Sprint(err), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(answer.StatusCode)
		_, _ = io.WriteString(w, answer.Body) // the sender notices
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// gatewayEvent is r in API Gateway's payload format 2.0.
func gatewayEvent(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	e := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: "POST /hooks/{source}", RawPath: r.URL.Path,
		Headers:        map[string]string{},
		PathParameters: map[string]string{"source": strings.TrimPrefix(r.URL.Path, "/hooks/")},
		Body:           base64.StdEncoding.EncodeToString(body), IsBase64Encoded: true,
	}
	e.RequestContext.HTTP.Method, e.RequestContext.HTTP.Path = r.Method, r.URL.Path
	for name, values := range r.Header {
		e.Headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	return json.Marshal(e)
}

// A consumer is the event source of the process function: it receives batches, gives
// them to instances of the function, and deletes what they acknowledge.
type consumer struct {
	t         *testing.T
	queue     *sqs.Queue
	instances []*lambdatest.Process
	timeout   time.Duration // of the function
	acked     atomic.Int64
	stop      context.CancelFunc
	running   sync.WaitGroup
}

// consume starts n instances of the process function, with changes to its environment.
func consume(t *testing.T, e *engines, n int, timeout time.Duration, changes map[string]string) *consumer {
	t.Helper()
	q, err := sqs.New(sqs.Options{URL: e.queueURL, Region: region, Endpoint: e.sqsURL, Credentials: sample})
	if err != nil {
		t.Fatal(err)
	}
	env := e.environment()
	env["FUNCTION_TIMEOUT_S"] = strconv.Itoa(int(timeout.Seconds()))
	maps.Copy(env, changes)
	ctx, stop := context.WithCancel(t.Context())
	c := &consumer{t: t, queue: q, timeout: timeout, stop: stop}
	for range n {
		p := lambdatest.Run(t, processProgram.Path(t), env)
		c.instances = append(c.instances, p)
		c.running.Go(func() { c.poll(ctx, p) })
	}
	t.Cleanup(c.close) // before the instances are closed
	return c
}

func (c *consumer) close() {
	c.stop()
	c.running.Wait()
}

func (c *consumer) poll(ctx context.Context, p *lambdatest.Process) {
	for ctx.Err() == nil {
		ms, err := c.queue.Receive(ctx, queue.MaxBatch, time.Second)
		if err != nil || len(ms) == 0 {
			continue
		}
		c.work(ctx, p, ms)
	}
}

// work gives a batch to an instance. Where that dies, the batch comes again at once:
// Lambda lets it wait, which would only lengthen the test.
func (c *consumer) work(ctx context.Context, p *lambdatest.Process, ms []queue.Message) {
	response, err := p.Invoke(ctx, sqsEvent(ms), c.timeout)
	var answer events.SQSEventResponse
	if err != nil || response.Failed || json.Unmarshal(response.Payload, &answer) != nil {
		again := make([]queue.Deferral, len(ms))
		for i, m := range ms {
			again[i] = queue.Deferral{Receipt: m.Wire.Receipt}
		}
		c.queue.Defer(ctx, again) // else the visibility timeout brings them back
		return
	}
	failed := map[string]bool{}
	for _, f := range answer.BatchItemFailures {
		failed[f.ItemIdentifier] = true
	}
	var receipts []string
	for _, m := range ms {
		if !failed[m.Wire.MessageID] {
			receipts = append(receipts, m.Wire.Receipt)
		}
	}
	c.queue.Delete(ctx, receipts) // a message that stays comes again, as a duplicate
	c.acked.Add(int64(len(receipts)))
}

// sqsEvent is a batch as Lambda hands it over.
func sqsEvent(ms []queue.Message) []byte {
	var e events.SQSEvent
	for _, m := range ms {
		r := events.SQSMessage{
			MessageId: m.Wire.MessageID, ReceiptHandle: m.Wire.Receipt, Body: m.Wire.Body,
			Attributes: map[string]string{
				"ApproximateReceiveCount": strconv.Itoa(m.Wire.Receives),
				"SentTimestamp":           strconv.FormatInt(m.Wire.Sent.UnixMilli(), 10),
			},
			MessageAttributes: map[string]events.SQSMessageAttribute{},
		}
		for name, value := range m.Wire.Attributes {
			r.MessageAttributes[name] = events.SQSMessageAttribute{DataType: "String", StringValue: &value}
		}
		e.Records = append(e.Records, r)
	}
	text, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	return text
}

// await polls until done says so.
func await(t *testing.T, limit time.Duration, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("after %v still not: %s", limit, what)
		}
	}
}
