package process

import (
	"sync"
	"sync/atomic"
	"time"

	"webhookintake/shared/queue"
)

const (
	// firstOutageWait and maxOutageWait bound how long a message waits for an engine, before
	// jitter. They say nothing of how often it was received: an event that its handlers made
	// come again ten times must not wait for minutes because of one failed call.
	firstOutageWait = 5 * time.Second
	maxOutageWait   = 15 * time.Minute

	// A new process knows nothing of the failures before it. So that an outage which each
	// try of a message meets in a new process does not use up its receives, a message that
	// was received over someReceives times waits at least the outagePart-th part of its age,
	// but no longer than maxOutageWait: an outage of 6 hours then takes under 150 receives.
	someReceives = 50
	outagePart   = 16

	// maxCounted is how many messages are counted at most.
	maxCounted = 1000
)

// outageBackoff is how long a message waits after the fth failure in a row, before jitter:
// min(5 s·2^(f−1), 15 min).
func outageBackoff(f int) time.Duration {
	return grow(firstOutageWait, 2, f, maxOutageWait)
}

// outages counts what a Worker's engines fail. The zero outages is ready to use, and safe
// for concurrent use.
type outages struct {
	mu       sync.Mutex
	batches  int            // in a row for which the ledger gave no answer
	messages map[string]int // tries in a row that engines failed, by the message's id
}

// before returns for how many batches in a row the ledger has failed, and for how many
// tries in a row engines have failed the message, this batch left out.
func (o *outages) before(messageID string) (batches, tries int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.batches, o.messages[messageID]
}

// count counts a batch that has ended.
func (o *outages) count(l *ledgerHealth, results []Result) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case l.answered.Load():
		o.batches = 0
	case l.failed.Load():
		o.batches++
	}
	for _, r := range results {
		id := r.Message.Wire.MessageID
		if r.Outcome != Unavailable {
			delete(o.messages, id)
			continue
		}
		tries := o.messages[id]
		if o.messages == nil || tries == 0 && len(o.messages) >= maxCounted {
			// Most of so many are in other processes by now. Those that come back here
			// begin with a short wait, unless whole batches fail.
			o.messages = map[string]int{}
		}
		o.messages[id] = tries + 1
	}
}

// ledgerHealth is whether the ledger has answered a batch. One answer is enough: where only
// some records fail, the ledger as a whole does not.
type ledgerHealth struct{ answered, failed atomic.Bool }

// note notes the outcome of a call.
func (l *ledgerHealth) note(answered bool) {
	if answered {
		l.answered.Store(true)
	} else {
		l.failed.Store(true)
	}
}

// down reports whether the ledger has failed, and has not answered once.
func (l *ledgerHealth) down() bool { return l.failed.Load() && !l.answered.Load() }

// outageWait is how long a message waits that an engine failed.
func (b *batch) outageWait(m queue.Message) time.Duration {
	batches, tries := b.outages.before(m.Wire.MessageID)
	f := tries + 1
	if b.health.down() {
		f = max(f, batches+1)
	}
	wait := b.halfJitter(outageBackoff(f))
	if sent := m.Wire.Sent; m.Wire.Receives > someReceives && !sent.IsZero() {
		wait = max(wait, min(b.Now().Sub(sent)/outagePart, maxOutageWait))
	}
	return wait
}
