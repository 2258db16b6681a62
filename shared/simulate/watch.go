package simulate

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// A watch holds the checkers: what they have seen of the engines and handlers, from which
// they decide whether an invariant holds. It trusts only the engines' states and what the
// driver itself did.
type watch struct {
	w       *world
	events  map[string]*fate
	newest  map[string]int64   // by entity: the time of the newest event that "status" finished
	running []*call            // handlers that are running
	objects map[string]*stored // in the vault, by key: what is spilled, and refused requests
	rotated time.Time          // when the sources had the new secret; zero before
}

// A fate is what is known about one dedup key.
type fate struct {
	key      string
	acked    []*event         // bodies that were acknowledged
	letters  []letter         // that were put into the dead-letter queue
	requests []*queue.Failure // sent by the operator
	gains    map[string]int   // how often each handler was recorded as done
	position int              // of its last move in its person's conversation, from 1
	life     *life
	forgot   map[string]bool // handlers that had run when the event's row was lost
	served   []int64         // arrivals whose claims ended the event
	arrivals []time.Time     // of what was acknowledged
	lives    []time.Time     // when the lives that have ended were opened
	reopened int             // the length of the trace when it was last claimed after its end
}

type letter struct {
	fence   int64
	hash    string
	expired bool // the queue would soon have dropped its message
}

// A life is an event from its first claim until an arrival after its window.
type life struct {
	opened    time.Time       // when the message that opened it arrived
	runs      int             // of the claims before those below, which an operator's request ended
	claims    []*claimed      // since attempts were counted from zero
	finished  map[string]bool // handlers that were seen to succeed
	unsure    map[string]bool // at-most-once handlers that began and may have acted
	completed int
	cancelled bool // an operator ended it, or is about to
}

// A claimed is one claim of a life.
type claimed struct {
	fence    int64
	arrived  int64 // when its message did, unix milliseconds
	inv      *invocation
	lapsed   bool
	runs     int      // handlers that were called under it
	waits    int      // of those, how many asked to wait
	failures int      // of those, how many failed otherwise
	failed   []string // of those, the names that did not succeed
	refused  bool     // the last move of a state under it came too late
	ended    bool     // in any way
	released bool     // ended as released
	finished []string // handlers that succeeded under it
}

// ran reports whether the claim is a run: a claim that ended without a handler is not.
func (cl *claimed) ran() bool { return cl.runs > 0 || !cl.ended }

// counted reports whether the run counts against the limit.
func (cl *claimed) counted() bool {
	blameless := cl.released && cl.failures == 0 && (cl.waits > 0 || cl.refused)
	return cl.ran() && !blameless
}

func newWatch(w *world) *watch {
	return &watch{w: w, events: map[string]*fate{}, newest: map[string]int64{}}
}

func (v *watch) of(key string) *fate {
	f := v.events[key]
	if f == nil {
		f = &fate{key: key, gains: map[string]int{}}
		v.events[key] = f
	}
	return f
}

func newLife(opened time.Time) *life {
	return &life{opened: opened, finished: map[string]bool{}, unsure: map[string]bool{}}
}

// current returns the claim in force, or nil.
func (l *life) current() *claimed {
	if l == nil || len(l.claims) == 0 {
		return nil
	}
	return l.claims[len(l.claims)-1]
}

// claim returns the claim with the fence, or nil.
func (l *life) claim(fence int64) *claimed {
	if l == nil {
		return nil
	}
	i := slices.IndexFunc(l.claims, func(cl *claimed) bool { return cl.fence == fence })
	if i < 0 {
		return nil
	}
	return l.claims[i]
}

// before returns the number of runs before a claim, and how many of them count.
func (l *life) before(cl *claimed) (runs, attempts int) {
	runs = l.runs
	for _, earlier := range l.claims {
		if earlier == cl {
			break
		}
		if earlier.ran() {
			runs++
		}
		if earlier.counted() {
			attempts++
		}
	}
	return runs, attempts
}

func hashOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

// queued checks a message that ingest put into the queue.
func (v *watch) queued(d *delivery, m queue.Message, err error) {
	e := d.event
	switch {
	case err == nil && !m.Received.Equal(d.received):
		v.w.violated(23, "the queue has %s as received at %v, not %v", m.Key(), m.Received, d.received)
	case err != nil:
	case d.forged > 0:
		v.w.violated(2, "the queue has %s, which was forged", m.Key())
	case m.Key() != e.key() || m.Type != e.typ || v.rawOf(m) != e.body || m.Provider != e.source():
		v.w.violated(2, "the queue has %s of type %s, but %s of type %s was signed", m.Key(), m.Type, e.key(), e.typ)
	}
}

// acknowledged is called when a provider's request was answered 200.
func (v *watch) acknowledged(d *delivery) {
	e := d.event
	f := v.of(e.key())
	f.arrivals = append(f.arrivals, d.received)
	if !slices.Contains(f.acked, e) {
		f.acked = append(f.acked, e)
	}
	if f.life == nil && !v.inQueue(e.key()) && !v.isSpilled(e.key()) {
		v.w.violated(1, "%s was acknowledged and is neither in the queue nor claimed nor spilled", e.key())
	}
}

func (v *watch) inQueue(key string) bool {
	return slices.ContainsFunc(v.w.queue.Messages(), func(m queue.Message) bool { return m.Key() == key && !cancels(m.Failure) }) ||
		slices.ContainsFunc(v.w.dead.Messages(), func(m queue.Message) bool { return m.Key() == key && !cancels(m.Failure) })
}

// received is called with the messages of a new invocation.
func (v *watch) received(ms []queue.Message) {
	for _, m := range ms {
		if m.Wire.Receives > 200 {
			v.w.violated(15, "message %s of %s was received %d times", m.Wire.MessageID, m.Key(), m.Wire.Receives)
		}
	}
}

// deleting is called before a message is deleted because it was acknowledged. Its event
// must have ended at some moment since it was received; or it must be in the dead-letter
// queue, if it is another body under the id, or so old that the queue would soon have
// dropped it while the ledger did not answer.
func (v *watch) deleting(inv *invocation, m queue.Message) {
	if cancels(m.Failure) {
		return // it is no copy of the event
	}
	f := v.of(m.Key())
	hash := hashOf(v.rawOf(m))
	r := v.w.record(m.Key())
	if r != nil && r.Hash == hash && (over(r.State) || f.reopened >= inv.began) {
		return
	}
	conflict := r == nil || r.Hash != hash
	old := time.Since(m.Wire.Sent) > process.DefaultTiming.QueueRetention-25*time.Hour
	if !slices.ContainsFunc(f.letters, func(l letter) bool {
		return l.hash == hash && (conflict || old && l.expired && l.fence == unclaimedFence(m.Failure))
	}) {
		v.w.violated(3, "%s acknowledges %s, which has not ended and has no letter", inv.name, m.Key())
	}
}

// unclaimedFence returns the fence in the letter of a message that could not be claimed: that of
// the letter which an operator sent back, if it was one.
func unclaimedFence(f *queue.Failure) int64 {
	if f == nil || f.Reason == queue.ReasonReplay || f.Reason == queue.ReasonRetry {
		return 0
	}
	return f.Fence
}

// lettered is called for each dead letter.
func (v *watch) lettered(m queue.Message) {
	f := v.of(m.Key())
	if m.Failure == nil || m.Failure.Reason == "" {
		v.w.violated(4, "the letter of %s has no reason", m.Key())
		return
	}
	f.letters = append(f.letters, letter{m.Failure.Fence, hashOf(v.rawOf(m)), m.Failure.Reason == queue.ReasonExpired})
	v.letterRuns(f, m.Failure)
	v.letterCause(f, m.Failure)
}

// letterRuns compares the runs in a letter with those that were seen. A claim whose process
// died may have run nothing, and still counts.
func (v *watch) letterRuns(f *fate, letter *queue.Failure) {
	least, most := 0, 0
	if cl := f.life.claim(letter.Fence); cl != nil {
		most, _ = f.life.before(cl)
		least = f.life.runs
		for _, one := range f.life.claims {
			if one.runs > 0 {
				least++
			}
			if one == cl {
				break
			}
		}
		if cl.runs > 0 {
			most++
		}
	} else if letter.Fence > 0 {
		return // it comes late, from an earlier life
	}
	if letter.Attempts < least || letter.Attempts > most {
		v.w.violated(13, "the letter of %s says %d runs, but %d to %d were seen", f.key, letter.Attempts, least, most)
	}
}

// operatorSends is called with each message that an operator sends into the queue.
func (v *watch) operatorSends(m queue.Message) {
	if m.Failure == nil {
		return
	}
	f := v.of(m.Key())
	f.requests = append(f.requests, m.Failure)
}

// requested reports whether the operator sent this request.
func (f *fate) requested(r *queue.Failure) bool {
	return slices.ContainsFunc(f.requests, func(sent *queue.Failure) bool { return sameRequest(sent, r) })
}

func sameRequest(a, b *queue.Failure) bool {
	return a.Fence == b.Fence && a.Reason == b.Reason && slices.Equal(a.Handlers, b.Handlers) && slices.Equal(a.AssumeDone, b.AssumeDone)
}

// died is called when a process dies: its handlers act no more.
func (v *watch) died(inv *invocation) {
	v.running = slices.DeleteFunc(v.running, func(c *call) bool { return c.inv == inv })
}
