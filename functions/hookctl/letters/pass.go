package letters

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"webhookintake/shared/queue"
)

// ErrGoesRound says that a pass may not have seen every letter.
var ErrGoesRound = errors.New("the queue gives the same letters again and again, and may have others: set its visibility timeout to 120 seconds, or come closer to it")

const (
	// receiveWait makes SQS ask all of its servers, of which a short look asks a few.
	receiveWait = time.Second
	// emptyReceives in a row mean that there is nothing more to be seen.
	emptyReceives = 2
	// knownReceives in a row, of letters that were seen before, end a pass too, by
	// ErrGoesRound: a queue whose visibility timeout is too short for us, or with more
	// letters than we can hold on to, would go round and round.
	knownReceives = 20
	// callTimeout is how long one request may take.
	callTimeout = 10 * time.Second
	// requestsAtOnce hide letters. One after another could not hold on to more than
	// some ten thousand: each takes its time, and each hold has to be renewed in time.
	requestsAtOnce = 16

	// firstHold is how long a receive hides a letter, unless the queue shows otherwise:
	// SQS's own default.
	firstHold = 30 * time.Second
	// holdMargin is how long before its end a hold is made longer.
	holdMargin = 15 * time.Second
	// nextHold is how long it is then. A pass whose process is killed gives its letters
	// back after that, so it is no longer than a slow batch takes.
	nextHold = 2 * time.Minute
)

// A pass goes once through the letters that are visible, and hides from others what it
// has seen until it is over.
type pass struct {
	queue queue.Queue
	held  map[string]hold // by message id
	seen  map[string]bool // by message id

	first        time.Duration // how long a receive hides a letter, as far as we know
	nextEnd      time.Time     // no hold ends before
	empty, known int           // receives in a row that gave nothing, or nothing new
}

// A hold is a letter that only we see until its end.
type hold struct {
	receipt string
	until   time.Time
}

func newPass(q queue.Queue) *pass {
	return &pass{queue: q, held: map[string]hold{}, seen: map[string]bool{}, first: firstHold, nextEnd: time.Now()}
}

// next gives letters that this pass has not seen, and none when there are no more.
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
			p.extend(ctx) // where the queue hides them for too short
			return fresh, nil
		}
	}
	return nil, nil
}

// take notes what was received and gives what is new of it.
func (p *pass) take(got []queue.Message) []Letter {
	now := time.Now()
	var fresh []Letter
	for _, m := range got {
		id := m.Wire.MessageID
		if p.held[id].until.After(now) { // it came although it should be hidden
			p.first = 0
		}
		if !p.seen[id] {
			p.seen[id] = true
			fresh = append(fresh, Letter{m})
		}
	}
	until := now.Add(p.first)
	for _, m := range got {
		p.held[m.Wire.MessageID] = hold{m.Wire.Receipt, until}
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

// extend makes the holds longer that are about to end. One that cannot be is let go: the
// letter comes again, and is known then.
func (p *pass) extend(ctx context.Context) {
	now := time.Now()
	if p.nextEnd.Sub(now) >= holdMargin {
		return
	}
	p.nextEnd = now.Add(nextHold)
	var ending []string
	for id, h := range p.held {
		if h.until.Sub(now) < holdMargin {
			ending = append(ending, id)
			continue
		}
		p.nextEnd = earlier(p.nextEnd, h.until)
	}
	for i, err := range p.hide(ctx, ending, nextHold) {
		if err == nil {
			p.held[ending[i]] = hold{p.held[ending[i]].receipt, now.Add(nextHold)}
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// hide defers held letters, several requests side by side, and answers each in its place.
func (p *pass) hide(ctx context.Context, ids []string, d time.Duration) []error {
	errs := make([]error, len(ids))
	free := make(chan struct{}, requestsAtOnce)
	var asking sync.WaitGroup
	for from := 0; from < len(ids); from += queue.MaxBatch {
		to := min(from+queue.MaxBatch, len(ids))
		var deferrals []queue.Deferral
		for _, id := range ids[from:to] {
			deferrals = append(deferrals, queue.Deferral{Receipt: p.held[id].receipt, After: d})
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

// remove deletes letters for good, and answers each in its place.
func (p *pass) remove(ctx context.Context, letters []Letter) []error {
	if len(letters) == 0 {
		return nil
	}
	receipts := make([]string, len(letters))
	for i, l := range letters {
		receipts[i] = p.held[l.Wire.MessageID].receipt
	}
	asked, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	errs := p.queue.Delete(asked, receipts)
	for i, l := range letters {
		if errs[i] == nil {
			delete(p.held, l.Wire.MessageID)
			continue
		}
		p.held[l.Wire.MessageID] = hold{receipt: receipts[i]} // it may be gone: nothing is promised of it
	}
	return errs
}

// end makes visible again what is still held. It does so when ctx has ended, too. Its
// error says how many letters stay hidden for a while.
func (p *pass) end(ctx context.Context) error {
	ids := make([]string, 0, len(p.held))
	for id := range p.held {
		ids = append(ids, id)
	}
	now := time.Now()
	var hidden int
	var last error
	for i, err := range p.hide(context.WithoutCancel(ctx), ids, 0) {
		if err != nil && p.held[ids[i]].until.After(now) { // else it came back by itself
			hidden++
			last = err
		}
	}
	clear(p.held)
	if hidden == 0 {
		return nil
	}
	return fmt.Errorf("%d letters that were looked at could not be given back, and are visible again by themselves in %v or less: %w",
		hidden, nextHold, last)
}

// each shows every letter to fn, in the groups in which they came, until fn has enough.
// All that fn did not remove is visible again when each returns.
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
