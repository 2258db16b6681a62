package traffic

import (
	"container/heap"
	"context"
	"errors"
	"net/http"
	"time"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/webhook"
)

// progressEvery is the time between two calls of Options.Progress.
const progressEvery = 200 * time.Millisecond

// Options configure a run. Profile, Samples, Settings, URL and Plan are needed.
type Options struct {
	Profile  Profile
	Samples  []dialect.Sample // of one provider, one for each type
	Settings webhook.Settings
	URL      string
	Plan     Plan
	// Transport sends the requests, concurrently. If nil, Run makes one and closes its
	// connections at the end.
	Transport http.RoundTripper
	// Progress, if set, is called regularly with the progress, from one goroutine.
	Progress func(Progress)
}

// ErrNoSample says that there is nothing to send.
var ErrNoSample = errors.New("the provider has no sample")

// Run sends the deliveries of the plan until each is accepted, refused or given up. When ctx
// ends, it waits for the answers that are due and makes no further try, and the report says
// that it was interrupted. The error says why a request could not be made.
func Run(ctx context.Context, o Options) (Report, error) {
	if len(o.Samples) == 0 {
		return Report{}, ErrNoSample
	}
	transport := o.Transport
	if transport == nil {
		own := newTransport()
		defer own.CloseIdleConnections()
		transport = own
	}
	began := time.Now()
	r := &runner{
		progress: o.Progress,
		client:   client{url: o.URL, answer: o.Profile.Answer, transport: transport},
		maker: maker{
			profile: o.Profile, settings: o.Settings, samples: o.Samples, run: newRun(), began: began,
		},
		due:     o.Plan.Schedule(len(o.Samples)),
		results: make(chan result, maxInFlight),
		stopper: stopper{after: o.Profile.StopAfter, length: o.Profile.Stop},
		tally:   newTally(o.Samples),
	}
	err := r.run(ctx)
	return r.tally.report(o, r.maker.id(0), time.Since(began), ctx.Err() != nil), err
}

// A task is a delivery before its next try.
type task struct {
	Delivery

	at    time.Time // when it is due
	tries int       // how many were made
}

// A result is the outcome of a task's try.
type result struct {
	task
	outcome
}

// A runner is the state of a run. Only its own goroutine uses it; tries run in goroutines
// that send their results.
type runner struct {
	progress func(Progress)
	client   client
	maker    maker
	due      []Delivery // those that were not sent yet, in order
	retries  tasks
	inFlight int
	results  chan result
	stopper  stopper
	tally    *tally
	lastWhy  string
}

func (r *runner) run(ctx context.Context) error {
	ticker := time.NewTicker(progressEvery)
	defer ticker.Stop()
	timer := time.NewTimer(0)
	defer timer.Stop()
	defer r.settle()
	for len(r.due) > 0 || len(r.retries) > 0 || r.inFlight > 0 {
		if err := r.startDue(ctx); err != nil {
			return err
		}
		if next, ok := r.next(); ok && r.inFlight < maxInFlight {
			timer.Reset(time.Until(next))
		} else {
			timer.Stop()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		case got := <-r.results:
			r.judge(got, false)
		case <-ticker.C:
			r.report()
		}
	}
	return nil
}

// settle waits for the tries under way, and counts deliveries that are not finished.
func (r *runner) settle() {
	for r.inFlight > 0 {
		r.judge(<-r.results, true)
	}
	for _, t := range r.retries {
		r.tally.unfinished(t.Delivery)
	}
	r.report()
}

func (r *runner) report() {
	if r.progress == nil {
		return
	}
	p := Progress{
		Elapsed: time.Since(r.maker.began), Counts: r.tally.all, InFlight: r.inFlight, Waiting: len(r.retries),
		Stopped: r.stopper.stopped(time.Now()), LastWhy: r.lastWhy,
	}
	if len(r.retries) > 0 {
		p.Next = max(time.Until(r.retries[0].at), 0)
	}
	r.progress(p)
}

// next returns when the next try is due, and whether there is one.
func (r *runner) next() (at time.Time, ok bool) {
	if len(r.due) > 0 {
		at, ok = r.maker.began.Add(r.due[0].At), true
	}
	if len(r.retries) > 0 && (!ok || r.retries[0].at.Before(at)) {
		at, ok = r.retries[0].at, true
	}
	return at, ok
}

// startDue starts all tries that are due, up to maxInFlight at once.
func (r *runner) startDue(ctx context.Context) error {
	for r.inFlight < maxInFlight && ctx.Err() == nil {
		at, ok := r.next()
		now := time.Now()
		if !ok || at.After(now) {
			return nil
		}
		if err := r.start(ctx, r.take(at), now); err != nil {
			return err
		}
	}
	return nil
}

// take removes the task that is due at the given time, the longest waiting first.
func (r *runner) take(at time.Time) task {
	if len(r.retries) > 0 && r.retries[0].at.Equal(at) {
		return heap.Pop(&r.retries).(task)
	}
	d := r.due[0]
	r.due = r.due[1:]
	return task{Delivery: d, at: at}
}

// start starts the try of a task, unless the provider has stopped sending. A started try
// gets its answer even if ctx ends, so that the figures are true.
func (r *runner) start(ctx context.Context, t task, now time.Time) error {
	if t.Forgery == Authentic && r.stopper.stopped(now) {
		r.tally.skipped(t)
		return nil
	}
	if t.tries++; t.tries > 1 {
		t.Slow = Prompt // only the first try is slow
	}
	request, err := r.maker.request(t.Delivery, now)
	if err != nil {
		return err
	}
	r.tally.started(t, now.Sub(t.at))
	r.inFlight++
	ctx = context.WithoutCancel(ctx)
	slow := t.Slow
	go func() { r.results <- result{t, r.client.try(ctx, request, slow)} }()
	return nil
}

// judge decides what follows a try.
func (r *runner) judge(got result, last bool) {
	r.inFlight--
	now := time.Now()
	if got.why != "" && got.Forgery == Authentic {
		r.lastWhy = got.why
	}
	if got.Forgery == Authentic {
		r.stopper.tried(now, got.accepted())
	}
	waits := r.maker.profile.Waits
	switch {
	case got.accepted(), got.Forgery != Authentic && got.refused():
		r.tally.finished(got)
	case got.tries > len(waits):
		r.tally.givenUp(got)
	case last:
		r.tally.failed(got)
		r.tally.unfinished(got.Delivery)
	default:
		r.tally.failed(got)
		got.at = now.Add(waits[got.tries-1])
		heap.Push(&r.retries, got.task)
	}
}
