package process

import (
	"context"
	"errors"
	"fmt"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

// A job is one message without a result yet: it was claimed, or must be dead-lettered.
type job struct {
	index         int
	message       queue.Message
	claim         ledger.Claim // zero if the event is not claimed: conflict and unreadable
	handlers      []hook.Handler
	deadLetter    queue.Reason // if set, dead-letter the message for this reason, without a run
	deadLetterErr error        // the error in the letter
	verdict       verdict
}

// cancelled reports whether the event ends without a run: an operator cancelled it, by
// this message or by an earlier one whose process died.
func (j *job) cancelled() bool {
	return j.claim.Reason == ledger.ReasonCancelled || j.deadLetter == "" && j.message.NeverRuns()
}

const (
	claimTries   = 2               // a claim whose reply was lost is repeated, under the same owner
	claimTimeout = 2 * time.Second // of one try; a batch is one request
	spread       = 5 * time.Second // spreads messages that would come again at the same moment
	fencedWait   = 5 * time.Second // before jitter; the next claim shows how long the new owner's lease is
)

// claim claims the messages in the ledger and returns the jobs to do. A message that needs
// no work has its result when claim returns.
func (b *batch) claim(is []int) []*job {
	var jobs []*job
	var asked []int
	for _, i := range is {
		switch m := b.ms[i]; {
		case m.Unreadable != nil:
			jobs = append(jobs, &job{index: i, message: m, deadLetter: queue.ReasonUnreadable, deadLetterErr: m.Unreadable})
		case !b.timeToStart():
			b.comeAgain(i, PutBack, time.Second+b.Jitter(4*time.Second), nil)
		default:
			asked = append(asked, i)
		}
	}
	for n, answer := range b.askLedger(asked) {
		if j := b.judge(asked[n], answer); j != nil {
			jobs = append(jobs, j)
		}
	}
	b.deferAll()
	return jobs
}

// askLedger claims the messages and answers each in its place.
func (b *batch) askLedger(is []int) []ledger.Answer {
	requests := make([]ledger.Request, len(is))
	open := make([]int, len(is)) // places in requests without a certain answer
	for n, i := range is {
		requests[n] = b.request(b.ms[i])
		open[n] = n
	}
	answers := make([]ledger.Answer, len(is))
	for range claimTries {
		if len(open) == 0 {
			break
		}
		asking := make([]ledger.Request, len(open))
		for k, n := range open {
			asking[k] = requests[n]
		}
		ctx, cancel := context.WithTimeout(b.ctx, claimTimeout)
		got := b.Ledger.Claim(ctx, asking)
		cancel()
		var unknown []int
		for k, n := range open {
			answers[n] = got[k]
			if got[k].Status == ledger.Unknown {
				unknown = append(unknown, n)
				continue
			}
			b.answers.some = true
		}
		open = unknown
	}
	if len(open) > 0 {
		b.answers.missing = true
	}
	return answers
}

func (b *batch) request(m queue.Message) ledger.Request {
	r := RequestFor(m, len(b.Handlers.For(m.Provider, m.Type)) > 0)
	r.Owner, r.At, r.Lease = b.NewOwner(), b.Now(), b.end.Add(b.Timing.LeaseMargin)
	switch {
	case m.Origin.Stored != nil: // always kept: with it an operator finds the body, to replay or to erase it
		r.Payload = m.Origin.Stored.Reference()
	case b.KeepPayload != nil && !m.IsProbe() && b.KeepPayload(m.Source):
		r.Payload = m.Raw
	}
	return r
}

// RequestFor returns the request that a batch makes for m, without owner and lease. Handled
// says that a handler for m's type is registered. With it and [ledger.Judge], an operator's
// command knows the outcome of a message before it is sent.
func RequestFor(m queue.Message, handled bool) ledger.Request {
	r := ledger.Request{
		Key: m.Key(), Type: m.Type, Hash: digest(m), Identity: m.Identity, Secret: m.Origin.Secret,
		Received: m.Received, DedupUntil: m.Received.Add(window(m)),
		FirstReceive: m.Wire.Receives == 1,
		Handled:      handled, NeverRuns: m.NeverRuns(),
	}
	if m.IsProbe() {
		r.Keep = probeKeep
	}
	if f := m.Failure; f != nil {
		r.Reopen = &ledger.Reopen{
			Act: acts[f.Reason], Fence: f.Fence,
			Handlers: f.Handlers, AssumeDone: f.AssumeDone,
		}
	}
	return r
}

// acts says what an operator asks for, by the message's reason. Any other reason is that of
// a dead letter that was sent back.
var acts = map[queue.Reason]ledger.Act{
	queue.ReasonReplay: ledger.Replay, queue.ReasonRetry: ledger.Retry, queue.ReasonCancel: ledger.Cancel,
}

// judge turns the ledger's answer into a job, or into a result if nothing is left to do.
func (b *batch) judge(i int, a ledger.Answer) *job {
	m := b.ms[i]
	switch a.Status {
	case ledger.Claimed:
		b.results[i].Err, b.results[i].Earlier, b.results[i].Reopened = a.Err, a.Claim.Earlier, a.Claim.Reopened
		j := &job{index: i, message: m, claim: a.Claim, handlers: b.Handlers.For(m.Provider, m.Type)}
		j.deadLetter = b.unrunReason(j)
		return j
	case ledger.Duplicate:
		b.results[i].Outcome, b.results[i].Acked = Duplicate, true
	case ledger.InProgress:
		b.comeAgain(i, InProgress, max(a.Until.Sub(b.Now()), 0)+b.Jitter(spread), nil)
	case ledger.Conflict:
		return &job{index: i, message: m, deadLetter: queue.ReasonConflict}
	case ledger.Unknown:
		if b.expires(m) {
			// Soon the queue would drop it. What its record says is not known, so the letter
			// has no fence: sent back, it is judged as any message is. See stillLetter for one
			// that was a letter.
			return &job{index: i, message: m, deadLetter: queue.ReasonExpired, deadLetterErr: fmt.Errorf("%w: %w", errNoLedger, a.Err)}
		}
		b.comeAgain(i, Unavailable, b.outageWait(m), a.Err)
	}
	return nil
}

// unrunReason returns why a claimed event must be dead-lettered without a run.
func (b *batch) unrunReason(j *job) queue.Reason {
	switch {
	case j.claim.Reason != "":
		return queue.Reason(j.claim.Reason) // an earlier claim could not send the letter
	case len(j.handlers) == 0:
		return ""
	case j.claim.Attempts > AttemptsOf(j.handlers):
		return queue.ReasonAttempts // the last run never ended its claim
	case b.expires(j.message):
		return queue.ReasonExpired
	}
	return ""
}

// errNoLedger is the cause in the letter of an event that could not be claimed.
var errNoLedger = errors.New("the ledger did not say whether the event had been handled before the queue would have dropped its message")

// expires reports whether the queue will soon drop the message, which is not known without
// the time at which it was sent. A probe may be dropped: nobody looks for it by then.
func (b *batch) expires(m queue.Message) bool {
	sent := m.Wire.Sent
	return !sent.IsZero() && !m.IsProbe() && b.Now().After(sent.Add(b.Timing.QueueRetention-expiryMargin))
}

// comeAgain records that a message is not acknowledged.
func (b *batch) comeAgain(i int, o Outcome, delay time.Duration, err error) {
	r := &b.results[i]
	if r.Message.Wire.Receives > manyReceives {
		delay = max(delay, b.Timing.longWait())
	}
	r.Outcome, r.Acked, r.Delay, r.Err = o, false, min(delay, queue.MaxVisibility), err
	b.deferrals = append(b.deferrals, queue.Deferral{Receipt: r.Message.Wire.Receipt, After: r.Delay})
}

// deferAll tells the queue when the recorded messages should come again. If that fails,
// they come after the queue's visibility timeout, which is just later.
func (b *batch) deferAll() {
	for len(b.deferrals) > 0 {
		n := min(len(b.deferrals), queue.MaxBatch)
		ctx, cancel := context.WithTimeout(b.ctx, tryTimeout)
		_ = b.Queue.Defer(ctx, b.deferrals[:n])
		cancel()
		b.deferrals = b.deferrals[n:]
	}
}
