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
	"webhookintake/shared/upkeep"
	vaultmemory "webhookintake/shared/vault/memory"
	"webhookintake/shared/webhook"
)

// Options configure a Pipeline. Sources and Handlers are needed.
type Options struct {
	Sources  *source.Sources
	Handlers *hook.Registry
	// Answered, if set, is called after each webhook was answered.
	Answered func(Answered)
	// Around is that of [process.Worker].
	Around func(m queue.Message, handler string, run func() error) error
	// Now is the clock of all parts; nil means time.Now. With another clock, call Step
	// without a wait.
	Now    func() time.Time
	Upkeep Upkeep
	// QueueFault is that of [queuememory.Options]; nil means that the queue never fails.
	QueueFault func(op, id string) (apply bool, err error)
}

// A Pipeline receives webhooks as an [http.Handler], and handles them in [Pipeline.Step].
type Pipeline struct {
	Queue, DeadLetters *queuememory.Queue
	Ledger             *ledgermemory.Store
	Vault              *vaultmemory.Vault

	sources *source.Sources
	ingest  *ingest.Handler
	worker  *process.Worker
	claims  *claimTimes
	gate    gate
	upkeep  *upkeep.Runner
	runs    runs
	now     func() time.Time
}

// New returns an empty Pipeline.
func New(o Options) *Pipeline {
	now := o.Now
	if now == nil {
		now = time.Now
	}
	timing := process.DefaultTiming
	timing.SpillRetention = process.SpillRetention
	p := &Pipeline{
		DeadLetters: queuememory.New(queuememory.Options{Retention: timing.DeadLetterRetention, Now: o.Now}),
		Ledger:      &ledgermemory.Store{Keep: timing.Keep()},
		Vault:       vaultmemory.New(vaultmemory.Options{Now: o.Now}),
		sources:     o.Sources,
		now:         now,
	}
	p.Queue = queuememory.New(queuememory.Options{
		Visibility: timing.Visibility, Retention: timing.QueueRetention, Now: o.Now, Fault: o.QueueFault,
	})
	p.claims = &claimTimes{Store: p.Ledger, took: map[string]time.Duration{}}
	p.worker = &process.Worker{
		Handlers: o.Handlers, Ledger: p.claims, Entities: p.Ledger, States: p.Ledger,
		Queue: p.Queue, DeadLetters: p.DeadLetters, Vault: p.Vault, Timing: timing,
		KeepPayload: func(string) bool { return true },
		Now:         o.Now,
		Around:      o.Around,
	}
	p.ingest = &ingest.Handler{
		Sources: o.Sources, Queue: noting{p.Queue, p.Vault}, Vault: p.Vault, Spill: true,
		Quarantine: &ingest.Quarantine{Vault: p.Vault}, Now: o.Now,
	}
	if o.Answered != nil {
		p.ingest.Report = func(ctx context.Context, r ingest.Report) { o.Answered(Answered{r, *noted(ctx)}) }
	}
	p.upkeep = o.Upkeep.runner(p, o.Now)
	return p
}

// ServeHTTP answers as functions/ingest does.
func (p *Pipeline) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.ingest.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), notedKey{}, new(webhook.Event))))
}

// An Answered is a webhook that was answered.
type Answered struct {
	ingest.Report
	Event webhook.Event // the zero Event unless the queue has it
}

// noting notes the event of a message that the queue takes for the request that brought it.
type noting struct {
	*queuememory.Queue
	vault *vaultmemory.Vault
}

type notedKey struct{}

func noted(ctx context.Context) *webhook.Event { return ctx.Value(notedKey{}).(*webhook.Event) }

// Send implements [ingest.Sender].
func (n noting) Send(ctx context.Context, m queue.Message, delay time.Duration) error {
	if err := n.Queue.Send(ctx, m, delay); err != nil {
		return err
	}
	*noted(ctx) = m.Event
	if stored := m.Origin.Stored; stored != nil {
		noted(ctx).Raw, _ = n.vault.Get(ctx, stored.Key) // ingest has put it there
	}
	return nil
}

// A Worked is the outcome of one message.
type Worked struct {
	process.Result
	Claiming time.Duration // how long the ledger took to answer the claim
}

// Step receives one batch, handles it as functions/process does, and deletes the
// acknowledged messages. It waits for the first message as long as given. It returns
// nothing if none came, and the context's error if that ended first.
func (p *Pipeline) Step(ctx context.Context, wait time.Duration) ([]Worked, error) {
	return p.step(ctx, ctx, queue.MaxBatch, wait)
}

// step receives until the context receiving ends, and works until ctx does.
func (p *Pipeline) step(ctx, receiving context.Context, limit int, wait time.Duration) ([]Worked, error) {
	messages, err := p.Queue.Receive(receiving, limit, wait)
	if err != nil || len(messages) == 0 {
		return nil, err
	}
	results := p.worker.Batch(ctx, messages)
	worked := make([]Worked, len(results))
	var receipts []string
	for i, r := range results {
		p.runs.add(r, p.now())
		worked[i] = Worked{Result: r, Claiming: p.claims.of(r.Message.Key())}
		if r.Acked {
			receipts = append(receipts, r.Message.Wire.Receipt)
		}
	}
	p.claims.forget(messages)
	// Not with ctx, which may have ended by now: the messages are done.
	return worked, errors.Join(p.Queue.Delete(context.WithoutCancel(ctx), receipts)...)
}

// sideBySide is how many events Work handles at a time.
const sideBySide = 10

// Work handles messages as they come, each separately and some concurrently, as instances
// of a function do when there is little to do. It calls report with each, from any of its
// goroutines. It returns nil when ctx ends.
func (p *Pipeline) Work(ctx context.Context, report func(Worked)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	errs := make([]error, sideBySide)
	var workers sync.WaitGroup
	for i := range errs {
		workers.Go(func() {
			defer stop() // after an error nobody goes on
			errs[i] = p.work(ctx, report)
		})
	}
	workers.Wait()
	return errors.Join(errs...)
}

func (p *Pipeline) work(ctx context.Context, report func(Worked)) error {
	for ctx.Err() == nil {
		receiving, stop := p.gate.pass(ctx)
		if receiving == nil {
			break
		}
		worked, err := p.step(ctx, receiving, 1, queue.MaxWait)
		interrupted := receiving.Err() != nil && errors.Is(err, context.Canceled)
		stop()
		for _, one := range worked {
			report(one)
		}
		if err != nil && !interrupted {
			return err
		}
	}
	return nil
}

// claimTimes measures how long claims take.
type claimTimes struct {
	ledger.Store

	mu   sync.Mutex
	took map[string]time.Duration // by key, until its batch is done
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

// of returns how long the last claim of a key took.
func (c *claimTimes) of(key string) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.took[key]
}

func (c *claimTimes) forget(messages []queue.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range messages {
		delete(c.took, m.Key())
	}
}
