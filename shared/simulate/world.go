package simulate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/functions/hookctl/operate/quarantine"
	"webhookintake/shared/hook"
	"webhookintake/shared/ingest"
	"webhookintake/shared/ledger"
	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
	"webhookintake/shared/source"
	"webhookintake/shared/upkeep"
	"webhookintake/shared/vault"
	"webhookintake/shared/webhook"
)

// A Simulator holds what all schedules share. It is safe for concurrent use.
type Simulator struct {
	events   []*event
	registry *hook.Registry
	settings webhook.Settings
	sources  *source.Sources
	variant  variant
}

// A variant wraps the parts of the product. The zero variant leaves them unchanged; the
// tests of the simulator use others, each of which breaks one or two of them.
type variant struct {
	worker   func(*process.Worker, *invocation)
	engine   func(*ledgermemory.Store) ledger.Store
	result   func([]process.Result)
	received func(*invocation, []queue.Message) []queue.Message
	sender   func(ingest.Sender) ingest.Sender
	http     func(http.Handler) http.Handler
	said     func(ctx context.Context, chats hook.State[conversation, position], person string) (position, error)
	vault    func(vault.Vault) vault.Vault // of ingest
	drain    func(*upkeep.Drain)
	release  func(*quarantine.Releaser)
	rotated  func(func() bool) func() bool // as a release sees it
}

// New returns a Simulator of the unchanged product.
func New() (*Simulator, error) {
	s := &Simulator{
		events: catalogue(), registry: &hook.Registry{},
		settings: webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(oldSecret)}},
	}
	register(s.registry, hook.After)
	set := source.Set{}
	for _, e := range s.events {
		verifier, err := e.provider.Configure(s.settings)
		if err != nil {
			return nil, err
		}
		set[e.source()] = source.Source{Name: e.source(), Provider: e.provider, Settings: s.settings, Verifier: verifier}
	}
	s.sources = source.Fixed(set)
	return s, nil
}

// Plan returns what a seed decides before anything happens; it begins a schedule's report.
func (s *Simulator) Plan(seed uint64) string {
	p := drawPlan(newRand(seed), len(s.events))
	p.addRare(seed)
	return fmt.Sprintf("%+v", p)
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x5eed)) }

// A Report is the result of one schedule.
type Report struct {
	Seed      uint64
	Plan      string
	Violation *Violation // nil if every invariant held
	Took      time.Duration
	LostRow   string   // the key whose row got lost; empty if none
	Followed  []string // what would violate an invariant, and follows from the lost row
	entries   []entry
}

// Trace returns what happened, one event a line.
func (r *Report) Trace() []string {
	lines := make([]string, len(r.entries))
	for i, e := range r.entries {
		lines[i] = e.String()
	}
	return lines
}

// Run runs the schedule of a seed, in its own bubble. The same seed gives the same Report
// every time.
func (s *Simulator) Run(t *testing.T, seed uint64) *Report {
	r := &Report{Seed: seed}
	synctest.Test(t, func(*testing.T) {
		w := newWorld(s, seed)
		w.run()
		r.Plan, r.Violation, r.Took, r.entries = s.Plan(seed), w.violation, w.elapsed(), w.trace
		r.LostRow, r.Followed = w.lostRow, w.followed
		w.unwind()
	})
	return r
}

// A world is one schedule. The driver, which is the goroutine that calls run, owns all
// fields except those marked as guarded.
type world struct {
	*Simulator
	seed  uint64
	rng   *rand.Rand
	plan  plan
	began time.Time
	step  int

	engine  ledger.Store
	ledger  *ledgermemory.Store
	queue   *queuememory.Queue
	dead    *queuememory.Queue
	safe    *safe // nil without a vault
	handler http.Handler
	skew    time.Duration // of ingest's clock
	watch   *watch

	mu      sync.Mutex
	arrived []*call       // guarded by mu: parked, and not yet seen by the driver
	stirred chan struct{} // has a value while arrived may have one
	over    chan struct{} // closed when the schedule is over
	living  sync.WaitGroup

	parked      []*call
	ghosts      []*call // requests that are still on their way, with nobody waiting
	workers     []*invocation
	invocations int
	deliveries  []*delivery // due or yet to come
	active      []*delivery // waiting for an answer
	healed      bool
	napped      time.Time // when the nap ended; zero before

	trace     []entry
	violation *Violation
	lostRow   string   // the key whose row got lost; empty if none
	followed  []string // from that
}

func newWorld(s *Simulator, seed uint64) *world {
	w := &world{
		Simulator: s, seed: seed, rng: newRand(seed), began: time.Now(),
		stirred: make(chan struct{}, 1), over: make(chan struct{}),
		trace: make([]entry, 0, 256),
	}
	w.plan = drawPlan(w.rng, len(s.events))
	w.plan.addRare(seed)
	timing := process.DefaultTiming
	w.ledger = &ledgermemory.Store{Keep: timing.Keep()}
	w.engine = w.ledger
	if s.variant.engine != nil {
		w.engine = s.variant.engine(w.ledger)
	}
	w.dead = queuememory.New(queuememory.Options{Retention: timing.DeadLetterRetention})
	w.queue = queuememory.New(queuememory.Options{
		Visibility: timing.Visibility, Retention: timing.QueueRetention, MaxReceives: 1000, DeadLetters: w.dead,
	})
	w.watch = newWatch(w)
	w.workers = make([]*invocation, w.plan.Workers)
	var sender ingest.Sender = &ingestPort{w}
	if s.variant.sender != nil {
		sender = s.variant.sender(sender)
	}
	w.skew = time.Duration(w.rng.Int64N(int64(2*maxSkew))) - maxSkew
	handler := &ingest.Handler{
		Sources: s.sources, Queue: sender,
		Now:    func() time.Time { return time.Now().Add(w.skew) },
		Jitter: func(d time.Duration) time.Duration { return d / 2 },
	}
	if w.plan.Vault {
		w.equip(handler, handler.Now)
	}
	w.handler = handler
	if s.variant.http != nil {
		w.handler = s.variant.http(w.handler)
	}
	w.planDeliveries()
	return w
}

// run runs the whole schedule: first with faults, while only safety is checked; then the
// world heals, and everything must end well.
func (w *world) run() {
	for w.step = 0; w.step < w.plan.Steps && w.violation == nil && !w.calm() && !w.mustHeal(); w.step++ {
		w.observe()
		w.act()
	}
	w.heal()
}

// calm reports whether everything has ended although the world has not healed yet.
func (w *world) calm() bool {
	return len(w.parked)+len(w.deliveries)+len(w.active)+len(w.ghosts) == 0 && !w.queueHolds() && w.plan.Operator == 0 && !w.plan.Vault && w.idle()
}

func (w *world) chance(p float64) bool { return p > 0 && w.rng.Float64() < p }

// pick draws one of the choices by weight.
func (w *world) pick(weights ...int) int {
	sum := 0
	for _, n := range weights {
		sum += n
	}
	n := w.rng.IntN(sum)
	for i, weight := range weights {
		if n -= weight; n < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// unwind lets the remaining goroutines end.
func (w *world) unwind() {
	close(w.over)
	for _, d := range w.active {
		d.cancel()
	}
	w.living.Wait()
}

// mix returns a number that depends only on its arguments and looks random.
func mix(numbers ...uint64) uint64 {
	x := uint64(0x9e3779b97f4a7c15)
	for _, n := range numbers {
		x ^= n + 0x9e3779b97f4a7c15 + x<<6 + x>>2
		x *= 0xff51afd7ed558ccd
		x ^= x >> 33
	}
	return x
}
