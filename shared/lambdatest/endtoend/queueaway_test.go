package endtoend

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"webhookintake/shared/lambdatest"
)

var queueAway = flag.Duration("away", time.Minute, "how long TestEngineQueueAway keeps the queue away")

// steady is the rate of TestEngineQueueAway, in webhooks a second.
const steady = 20

// The queue is away under 20 webhooks a second: for half of the time its connections break,
// then they hang. Each webhook is acknowledged, and handled once when the queue is back. The
// ten minutes that the product promises:
//
//	go test ./shared/lambdatest/endtoend -run QueueAway -away 10m -timeout 30m -v
func TestEngineQueueAway(t *testing.T) {
	e := newEngines(t)
	away, url := newOutage(t, e.sqsURL)
	proxied := *e
	proxied.sqsURL = url
	server := httptest.NewServer(newFleet(t, &proxied))
	t.Cleanup(server.Close)
	schedule(t, upkeep(t, &proxied, e.ledger), min(5*time.Minute, *queueAway/12), 3*time.Minute)
	consume(t, &proxied, 2, 15*time.Second, nil)

	const around = 5 * time.Second
	during := postSteadily(t, server.URL, around+*queueAway+around, []disturbance{
		{around, func() { away.set(true) }},
		{around + *queueAway/2, away.silence},
		{around + *queueAway, func() {
			t.Logf("%d events are spilled", e.spilled(t, 1<<20))
			away.set(false)
		}},
	})
	began := time.Now()
	await(t, "upkeep has sent what was spilled", func() bool { return e.spilled(t, 1) == 0 })
	await(t, "the queue is empty", func() bool { return e.waiting(t) == 0 })
	t.Logf("all of it is handled %v after the outage", time.Since(began).Round(time.Second))
	checkAnswers(t, during, around, around+*queueAway)
	checkOnce(t, e, len(during))
}

// A disturbance happens at a time from the start.
type disturbance struct {
	at time.Duration
	do func()
}

// An answered is a webhook that was sent.
type answered struct {
	sent time.Duration // from the start
	took time.Duration // until it was acknowledged
}

// postSteadily sends different webhooks at the steady rate, whatever their answers take, unless
// the machine is so slow that a hundred are waited for.
func postSteadily(t *testing.T, url string, during time.Duration, disturb []disturbance) []answered {
	t.Helper()
	all := make([]answered, int(during.Seconds()*steady))
	began := time.Now()
	tick := time.NewTicker(time.Second / steady)
	defer tick.Stop()
	var sending sync.WaitGroup
	slots := make(chan struct{}, 100)
	for n := range all {
		<-tick.C
		slots <- struct{}{}
		for len(disturb) > 0 && time.Since(began) >= disturb[0].at {
			disturb[0].do()
			disturb = disturb[1:]
		}
		sending.Go(func() {
			defer func() { <-slots }()
			sent := time.Since(began)
			all[n] = answered{sent, acknowledge(t, url, contiguityEvent("text.incoming.mms", eventID(n), "hello"))}
		})
	}
	sending.Wait()
	for _, d := range disturb {
		d.do()
	}
	return all
}

// checkAnswers wants a tenth of the webhooks sent in the outage to be acknowledged within the time
// promised for a spilled one; how late the others are depends on the machine.
func checkAnswers(t *testing.T, all []answered, from, until time.Duration) {
	t.Helper()
	var took []time.Duration
	for _, a := range all {
		if a.sent > from && a.sent < until-3*time.Second {
			took = append(took, a.took)
		}
	}
	slices.Sort(took)
	t.Logf("%d webhooks; %d in the outage, acknowledged after %v (median), %v (at most)", len(all), len(took),
		took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond))
	if quick := took[len(took)/10]; quick > 4500*time.Millisecond {
		t.Errorf("a spilled webhook is acknowledged after %v, want 4.5 s", quick)
	}
}

// checkOnce wants each of n events handled once.
func checkOnce(t *testing.T, e *engines, n int) {
	t.Helper()
	counts := e.effectCounts(t)
	for i := range n {
		for _, effect := range []string{"contiguity#" + eventID(i), "contiguity#" + eventID(i) + ":again"} {
			if counts[effect] != "1" {
				t.Errorf("effect %s happened %q times, want once", effect, counts[effect])
			}
		}
	}
	if states := e.states(t); states["COMPLETED"] != n || len(states) != 1 {
		t.Errorf("records by state: %v, want %d completed and nothing else", states, n)
	}
}

// A fleet is the ingest function as Lambda runs it: another instance starts when all are busy.
type fleet struct {
	t   *testing.T
	env map[string]string

	mu   sync.Mutex
	idle []*lambdatest.Process
}

func newFleet(t *testing.T, e *engines) *fleet {
	t.Helper()
	ingestProgram.Path(t)
	return &fleet{t: t, env: e.spilling()}
}

// ServeHTTP serves a request with an instance of its own.
func (f *fleet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p, err := f.take()
	if err != nil {
		f.t.Error(err)
		return
	}
	lambdatest.Gateway(p).ServeHTTP(w, r)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.idle = append(f.idle, p)
}

func (f *fleet) take() (*lambdatest.Process, error) {
	f.mu.Lock()
	if last := len(f.idle) - 1; last >= 0 {
		p := f.idle[last]
		f.idle = f.idle[:last]
		f.mu.Unlock()
		return p, nil
	}
	f.mu.Unlock()
	p, err := lambdatest.Start(f.t.Context(), lambdatest.Options{Path: ingestProgram.Path(f.t), Env: f.env})
	if err == nil {
		f.t.Cleanup(func() { _ = p.Close() })
	}
	return p, err
}
