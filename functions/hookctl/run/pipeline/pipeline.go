package pipeline

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/ingest"
	"webhookintake/shared/ledger"
	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
	"webhookintake/shared/source"
)

// Options configure a Pipeline. Sources and Handlers are needed.
type Options struct {
	Sources  *source.Sources
	Handlers *hook.Registry
	// Answered, if set, is called after each webhook was answered.
	Answered func(ingest.Report)
	// Now is the clock of all parts; nil means time.Now. With another clock, call Step
	// without a wait.
	Now func() time.Time
}

// A Pipeline receives webhooks as an [http.Handler], and handles them in [Pipeline.Step].
type Pipeline struct {
	Queue, DeadLetters *queuememory.Queue
	Ledger             *ledgermemory.Store

	ingest *ingest.Handler
	worker *process.Worker
	claims *claimTimes
}

// New returns an empty Pipeline.
func New(o Options) *Pipeline {
	timing := process.DefaultTiming
	p := &Pipeline{
		DeadLetters: queuememory.New(queuememory.Options{Retention: timing.DeadLetterRetention, Now: o.Now}),
		Ledger:      &ledgermemory.Store{Keep: timing.Keep()},
	}
	p.Queue = queuememory.New(queuememory.Options{
		Visibility: timing.Visibility, Retention: timing.QueueRetention, Now: o.Now,
	})
	p.claims = &claimTimes{Store: p.Ledger}
	p.worker = &process.Worker{
		Handlers: o.Handlers, Ledger: p.claims, Entities: p.Ledger, States: p.Ledger,
		Queue: p.Queue, DeadLetters: p.DeadLetters, Timing: timing,
		KeepPayload: func(string) bool { return true },
		Now:         o.Now,
	}
	p.ingest = &ingest.Handler{Sources: o.Sources, Queue: p.Queue, Now: o.Now}
	if o.Answered != nil {
		p.ingest.Report = func(_ context.Context, r ingest.Report) { o.Answered(r) }
	}
	return p
}

// ServeHTTP answers as functions/ingest does.
func (p *Pipeline) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.ingest.ServeHTTP(w, r) }

// A Worked is the outcome of one message.
type Worked struct {
	process.Result
	Claiming time.Duration // how long the ledger took to answer the claim
}

// Step receives one batch, handles it as functions/process does, and deletes the
// acknowledged messages. It waits for the first message as long as given. It returns
// nothing if none came, and the context's error if that ended first. Only one goroutine
// may call it at a time.
func (p *Pipeline) Step(ctx context.Context, wait time.Duration) ([]Worked, error) {
	p.claims.reset()
	messages, err := p.Queue.Receive(ctx, queue.MaxBatch, wait)
	if err != nil || len(messages) == 0 {
		return nil, err
	}
	results := p.worker.Batch(ctx, messages)
	worked := make([]Worked, len(results))
	var receipts []string
	for i, r := range results {
		worked[i] = Worked{Result: r, Claiming: p.claims.of(r.Message.Key())}
		if r.Acked {
			receipts = append(receipts, r.Message.Wire.Receipt)
		}
	}
	// Not with ctx, which may have ended by now: the messages are done.
	return worked, errors.Join(p.Queue.Delete(context.WithoutCancel(ctx), receipts)...)
}

// Work handles messages as they come, and calls report with each batch. It returns nil
// when ctx ends.
func (p *Pipeline) Work(ctx context.Context, report func([]Worked)) error {
	for ctx.Err() == nil {
		worked, err := p.Step(ctx, queue.MaxWait)
		if len(worked) > 0 {
			report(worked)
		}
		if err != nil && !errors.Is(err, ctx.Err()) {
			return err
		}
	}
	return nil
}

// claimTimes measures how long claims take.
type claimTimes struct {
	ledger.Store

	mu   sync.Mutex
	took map[string]time.Duration // by key, of the current batch
}

// Claim implements [ledger.Store].
func (c *claimTimes) Claim(ctx context.Context, requests []ledger.Request) []ledger.Answer {
	began := time.Now()
	answers := c.Store.Claim(ctx, requests)
	took := time.Since(began)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range requests {
		c.took[r.Key] = took
	}
	return answers
}

func (c *claimTimes) of(key string) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.took[key]
}

func (c *claimTimes) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.took = map[string]time.Duration{}
}
