package process

import (
	"sync"
	"time"

	"webhookintake/shared/queue"
)

const (
	// A message waits for an engine between firstOutageWait and maxOutageWait, before jitter.
	// How often it was received does not count: an event that was received ten times because
	// its handlers failed must not wait for minutes because of one failed call.
	firstOutageWait = 5 * time.Second
	maxOutageWait   = 15 * time.Minute

	// A new process knows nothing of earlier failures. An outage in which each try of a
	// message meets a new process must not use up the message's receives either: after
	// someReceives, it waits at least the outagePart-th part of its age, but no longer than
	// maxOutageWait. An outage of 6 hours then takes fewer than 150 receives.
	someReceives = 50
	outagePart   = 16

	// maxCounted is how many messages are counted at most.
	maxCounted = 1000
)

// outageBackoff returns how long a message waits after the fth failure in a row, before jitter:
// min(5 s·2^(f−1), 15 min).
func outageBackoff(f int) time.Duration {
	return grow(firstOutageWait, 2, f, maxOutageWait)
}

// outages counts the failures of a Worker's engines. The zero value is ready to use, and safe
// for concurrent use.
type outages struct {
	mu       sync.Mutex
	batches  int            // in a row in which the ledger answered no claim, see count
	counted  time.Time      // when the last of them was counted
	messages map[string]int // tries in a row in which an engine failed, by the message's id
}

// before returns in how many batches in a row the ledger failed, and in how many tries of the
// message in a row an engine failed, before this batch.
func (o *outages) before(messageID string) (batches, tries int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.batches, o.messages[messageID]
}

// count counts a batch that has ended. Of failed batches it counts one in the shortest wait
// that the last one led to: a backlog fails many within a second, which says no more of how
// long the outage will last than the first.
func (o *outages) count(now time.Time, l ledgerAnswers, results []Result) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case l.some:
		o.batches = 0
	case l.missing && (o.batches == 0 || now.Sub(o.counted) >= outageBackoff(o.batches)/2):
		o.batches++
		o.counted = now
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

// ledgerAnswers says what the ledger answered to the claims of a batch. One answer is enough
// to know that it can be reached: a claim without one is then a matter of its record.
type ledgerAnswers struct{ some, missing bool }

// down reports whether claims were made and none was answered.
func (l ledgerAnswers) down() bool { return l.missing && !l.some }

// outageWait returns how long a message waits after an engine failed.
func (b *batch) outageWait(m queue.Message) time.Duration {
	batches, tries := b.outages.before(m.Wire.MessageID)
	f := tries + 1
	if b.answers.down() {
		f = max(f, batches+1)
	}
	wait := b.halfJitter(outageBackoff(f))
	if sent := m.Wire.Sent; m.Wire.Receives > someReceives && !sent.IsZero() {
		wait = max(wait, min(b.Now().Sub(sent)/outagePart, maxOutageWait))
	}
	return wait
}
