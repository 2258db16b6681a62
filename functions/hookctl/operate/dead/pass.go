package dead

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"webhookintake/shared/queue"
)

// ErrGoesRound says that a pass may not have seen every letter.
var ErrGoesRound = errors.New("the queue returns the same letters again and again, and may hold others: set its visibility timeout to 120 seconds, or run this nearer to it")

const (
	// receiveWait makes SQS ask all of its servers; a shorter wait asks only some.
	receiveWait = time.Second
	// emptyReceives in a row mean that no letter is left.
	emptyReceives = 2
	// knownReceives in a row of letters seen before also end a pass, with ErrGoesRound:
	// the queue's visibility timeout is too short, or it has more letters than a pass can
	// keep invisible.
	knownReceives = 20
	// callTimeout is how long one request may take.
	callTimeout = 10 * time.Second
	// requestsAtOnce extend leases concurrently. One request after another could keep no
	// more than some ten thousand letters invisible.
	requestsAtOnce = 16

	// firstLease is how long a receive makes a letter invisible, unless the queue shows
	// otherwise: SQS's own default.
	firstLease = 30 * time.Second
	// leaseMargin is how long before its end a lease is extended.
	leaseMargin = 15 * time.Second
	// nextLease is the length of the extension. If the process is killed, its letters are
	// visible again after that, so it is no longer than a slow batch takes.
	nextLease = 2 * time.Minute
)

// A pass goes once through the visible letters, and keeps those it has seen invisible
// until it ends.
type pass struct {
	queue  queue.Queue
	leases map[string]lease // by message id
	seen   map[string]bool  // by message id

	first        time.Duration // how long a receive makes a letter invisible, as far as known
	nextEnd      time.Time     // no lease ends before
	empty, known int           // receives in a row that returned nothing, or nothing new
}

// A lease is the time until which a letter is invisible to others.
type lease struct {
	receipt string
	until   time.Time
}

func newPass(q queue.Queue) *pass {
	return &pass{queue: q, leases: map[string]lease{}, seen: map[string]bool{}, first: firstLease, nextEnd: time.Now()}
}

// next returns letters that this pass has not seen. Without letters, there are no more.
func (p *pass) next(ctx context.Context) ([]Letter, error) {
	for p.empty < emptyReceives {
		if p.known == knownReceives {
			return nil, ErrGoesRound
		}
		p.extend(ctx)
		asked, cancel := context.WithTimeout(ctx, callTimeout)
		got, err := p.queue.Receive(asked, queue.MaxBatch, receiveWait)
		cancel()
		if err != nil {
			return nil, fmt.Errorf("look through the dead letters: %w", err)
		}
		if fresh := p.take(got); len(fresh) > 0 {
			p.extend(ctx) // in case the queue's visibility timeout is short
			return fresh, nil
		}
	}
	return nil, nil
}

// take notes what was received and returns what is new.
func (p *pass) take(got []queue.Message) []Letter {
	now := time.Now()
	var fresh []Letter
	for _, m := range got {
		id := m.Wire.MessageID
		if p.leases[id].until.After(now) { // it was received although it should be invisible
			p.first = 0
		}
		if !p.seen[id] {
			p.seen[id] = true
			fresh = append(fresh, Letter{Message: m})
		}
	}
	until := now.Add(p.first)
	for _, m := range got {
		p.leases[m.Wire.MessageID] = lease{m.Wire.Receipt, until}
		p.nextEnd = earlier(p.nextEnd, until)
	}
	switch {
	case len(got) == 0:
		p.empty++
	case len(fresh) == 0:
		p.known++
	default:
		p.empty, p.known = 0, 0
	}
	return fresh
}

// extend extends the leases that are about to end. If that fails, the letter is received
// again, and is known then.
func (p *pass) extend(ctx context.Context) {
	now := time.Now()
	if p.nextEnd.Sub(now) >= leaseMargin {
		return
	}
	p.nextEnd = now.Add(nextLease)
	var ending []string
	for id, l := range p.leases {
		if l.until.Sub(now) < leaseMargin {
			ending = append(ending, id)
			continue
		}
		p.nextEnd = earlier(p.nextEnd, l.until)
	}
	for i, err := range p.hide(ctx, ending, nextLease) {
		if err == nil {
			p.leases[ending[i]] = lease{p.leases[ending[i]].receipt, now.Add(nextLease)}
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// hide makes letters invisible for d, with concurrent requests, and returns an error for
// each.
func (p *pass) hide(ctx context.Context, ids []string, d time.Duration) []error {
	errs := make([]error, len(ids))
	free := make(chan struct{}, requestsAtOnce)
	var asking sync.WaitGroup
	for from := 0; from < len(ids); from += queue.MaxBatch {
		to := min(from+queue.MaxBatch, len(ids))
		var deferrals []queue.Deferral
		for _, id := range ids[from:to] {
			deferrals = append(deferrals, queue.Deferral{Receipt: p.leases[id].receipt, After: d})
		}
		free <- struct{}{}
		asking.Go(func() {
			asked, cancel := context.WithTimeout(ctx, callTimeout)
			defer cancel()
			copy(errs[from:to], p.queue.Defer(asked, deferrals))
			<-free
		})
	}
	asking.Wait()
	return errs
}

// remove deletes letters, and returns an error for each.
func (p *pass) remove(ctx context.Context, letters []Letter) []error {
	if len(letters) == 0 {
		return nil
	}
	receipts := make([]string, len(letters))
	for i, l := range letters {
		receipts[i] = p.leases[l.Wire.MessageID].receipt
	}
	asked, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	errs := p.queue.Delete(asked, receipts)
	for i, l := range letters {
		if errs[i] == nil {
			delete(p.leases, l.Wire.MessageID)
			continue
		}
		p.leases[l.Wire.MessageID] = lease{receipt: receipts[i]} // it may be gone
	}
	return errs
}

// end makes the remaining letters visible again, also after ctx has ended. Its error says
// how many letters stay invisible for a while.
func (p *pass) end(ctx context.Context) error {
	ids := make([]string, 0, len(p.leases))
	for id := range p.leases {
		ids = append(ids, id)
	}
	now := time.Now()
	var hidden int
	var last error
	for i, err := range p.hide(context.WithoutCancel(ctx), ids, 0) {
		if err != nil && p.leases[ids[i]].until.After(now) { // else it is visible by now
			hidden++
			last = err
		}
	}
	clear(p.leases)
	if hidden == 0 {
		return nil
	}
	return fmt.Errorf("%d letters could not be made visible again, and become so by themselves within %v: %w",
		hidden, nextLease, last)
}

// each calls fn with every letter, in the groups in which they were received, until fn has
// enough. All letters that fn did not remove are visible again when each returns.
func each(ctx context.Context, q queue.Queue, fn func(p *pass, batch []Letter) (enough bool, err error)) (err error) {
	p := newPass(q)
	defer func() { err = errors.Join(err, p.end(ctx)) }()
	for {
		batch, err := p.next(ctx)
		if err != nil || len(batch) == 0 {
			return err
		}
		if enough, err := fn(p, batch); err != nil || enough {
			return err
		}
	}
}
