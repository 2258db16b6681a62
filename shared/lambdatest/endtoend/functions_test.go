package endtoend

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/queue/sqs"
)

var (
	ingestProgram  = lambdatest.Program{Package: "webhookintake/functions/ingest"}
	upkeepProgram  = lambdatest.Program{Package: "webhookintake/functions/upkeep"}
	processProgram = lambdatest.Program{
		Package:  "webhookintake/functions/process",
		Handlers: "../../../functions/process/testdata/obedient/register.go",
	}
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := errors.Join(ingestProgram.Remove(), processProgram.Remove(), upkeepProgram.Remove()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// api serves the ingest function over HTTP, as API Gateway does.
func api(t *testing.T, e *engines) (url string) {
	t.Helper()
	p := lambdatest.Run(t, ingestProgram.Path(t), e.environment())
	server := httptest.NewServer(lambdatest.Gateway(p))
	t.Cleanup(server.Close)
	return server.URL
}

// A consumer is the event source of the process function: it receives batches, passes them
// to instances of the function, and deletes the messages that they acknowledge.
type consumer struct {
	t         *testing.T
	queue     *sqs.Queue
	instances []*lambdatest.Process
	timeout   time.Duration // of the function
	stop      context.CancelFunc
	running   sync.WaitGroup
}

// consume starts n instances of the process function, with changes to their environment.
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
	source := lambdatest.EventSource{Queue: c.queue, Process: p, Timeout: c.timeout}
	for ctx.Err() == nil {
		source.Step(ctx, time.Second)
	}
}

// patience is how long a test waits for events. One that met an engine that was away may wait for
// 15 minutes for its next try.
const patience = 30 * time.Minute

// await polls until done returns true.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("after %v, not yet: %s", patience, what)
		}
	}
}
