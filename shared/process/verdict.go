package process

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// A verdict is the decision on a job once its handlers have returned.
type verdict struct {
	outcome Outcome // if End succeeds
	reason  queue.Reason
	err     error
	runs    []Run
	attempt int
	ran     bool          // some handler was called now
	delay   time.Duration // until it comes again, if it does
	end     *ledger.End   // nil if there is no claim to end, or ending it could be wrong
}

// handle runs the job's handlers, unless it must be dead-lettered, and returns the verdict.
// A dead letter is in its queue when handle returns.
func (b *batch) handle(j *job) verdict {
	var v verdict
	switch {
	case j.cancelled():
		v = verdict{outcome: Cancelled, end: b.ending(j, ledger.StateFailed, progress{done: j.claim.Done, started: j.claim.Started})}
		v.end.Reason = ledger.ReasonCancelled
	case j.deadLetter != "":
		v = verdict{outcome: DeadLettered, reason: j.deadLetter, err: j.deadLetterErr, end: b.ending(j, ledger.StateFailed, progress{done: j.claim.Done, started: j.claim.Started})}
	default:
		var ok bool
		if v, ok = b.fetch(j); ok {
			v = b.judgeRuns(j, b.runHandlers(j))
		}
	}
	if v.reason == "" {
		return v
	}
	if err := b.sendLetter(j, v); err != nil {
		return b.released(j, v, err)
	}
	return v
}

// judgeRuns returns the verdict on the handlers' runs.
func (b *batch) judgeRuns(j *job, p progress) verdict {
	v := verdict{runs: p.runs, attempt: j.claim.Runs, ran: p.ran}
	ends := map[RunEnd]int{}
	for _, run := range p.runs {
		ends[run.End]++
	}
	switch {
	case ends[RunFenced] > 0:
		v.outcome, v.delay = Fenced, b.halfJitter(fencedWait)
	case ends[RunUncommitted] > 0:
		// Ending the claim could overwrite a handler's end that was recorded after all. The
		// lease will end it.
		v.outcome, v.delay = Unavailable, b.outageWait(j.message)
	case j.message.IsProbe():
		v.outcome, v.end = Probed, b.ending(j, ledger.StateCompleted, p)
	case len(j.handlers) == 0:
		v.outcome, v.end = Unhandled, b.ending(j, ledger.StateCompleted, p)
		v.end.Reason = ledger.ReasonUnhandled
	case len(p.runs) == ends[RunDone]+ends[RunSkipped]:
		v.outcome, v.end = Handled, b.ending(j, ledger.StateCompleted, p)
	default:
		b.judgeFailures(j, p, ends, &v)
	}
	return v
}

// judgeFailures returns the verdict if some handler has not finished.
func (b *batch) judgeFailures(j *job, p progress, ends map[RunEnd]int, v *verdict) {
	switch {
	case ends[RunOutcomeUnknown] > 0:
		v.reason = queue.ReasonOutcomeUnknown
	case ends[RunPermanent] > 0:
		v.reason = queue.ReasonPermanent
	case ends[RunPayload] > 0:
		v.reason = queue.ReasonPayload
	case slices.ContainsFunc(p.runs, j.failedForGood):
		v.reason = queue.ReasonAttempts
	}
	if v.reason != "" {
		v.outcome, v.end = DeadLettered, b.ending(j, ledger.StateFailed, p)
		v.end.Reason = string(v.reason)
		return
	}
	v.end = b.ending(j, ledger.StateReleased, p)
	v.end.Counted = ends[RunFailed] == 0 || slices.ContainsFunc(p.runs, counts)
	switch {
	case ends[RunFailed] > 0:
		v.outcome, v.delay = Retried, b.longestWish(j, p.runs)
	case ends[RunContended] > 0: // nobody's failure
		v.end.Counted = false
		v.outcome, v.delay = PutBack, time.Second+b.Jitter(4*time.Second)
	case b.timeToStart():
		v.outcome, v.delay = Unavailable, b.outageWait(j.message)
	default:
		v.outcome, v.delay = PutBack, time.Second+b.Jitter(4*time.Second)
	}
	v.end.NotBefore = b.Now().Add(v.delay)
}

// counts reports whether a handler failed and did not ask to wait: the run of the event
// then counts against the limit.
func counts(run Run) bool { return run.End == RunFailed && !hook.Waits(run.Err) }

// failedForGood reports whether the handler failed in its last attempt.
func (j *job) failedForGood(run Run) bool {
	i := slices.IndexFunc(j.handlers, func(h hook.Handler) bool { return h.Name == run.Handler })
	return counts(run) && j.claim.Attempts >= attempts(j.handlers[i])
}

// longestWish returns how long the event waits: the longest wait of its failed handlers.
func (b *batch) longestWish(j *job, runs []Run) time.Duration {
	var longest time.Duration
	for _, run := range runs {
		if run.End == RunFailed {
			longest = max(longest, b.wish(j, run.Err))
		}
	}
	return longest
}

// wish returns how long the event waits because of one handler's error.
func (b *batch) wish(j *job, err error) time.Duration {
	wait := hook.Hint(err).After
	switch {
	case hook.Waits(err):
		return b.askedWait(wait, j.message)
	case wait > 0:
		return wait
	}
	return b.halfJitter(handlerBackoff(j.claim.Attempts))
}

// ending returns the End of j's claim in a state, or nil if nothing is claimed.
func (b *batch) ending(j *job, s ledger.State, p progress) *ledger.End {
	if j.claim.Key == "" {
		return nil
	}
	e := &ledger.End{
		Claim: j.claim, At: b.Now(), State: s, Reason: string(j.deadLetter), Ran: p.ran, Counted: true,
		Done: p.done, Started: p.started,
	}
	if s != ledger.StateCompleted {
		e.Tries, e.Kind = ledger.AddTries(j.claim.Tries, tries(j, p, e.At)), failureKind(p)
	}
	return e
}

// failureKind returns the name of the first handler that failed and its error's type, or ""
// if no handler failed. Events with the same kind most likely have the same cause.
func failureKind(p progress) string {
	for _, run := range p.runs {
		if run.Err != nil && run.End != RunNotStarted {
			return run.Handler + ": " + webhook.ErrorKind(run.Err)
		}
	}
	return ""
}

// tries returns the tries of a run that left the event unfinished. A handler that was not
// started is listed if others were started: the run is not the event's last.
func tries(j *job, p progress, at time.Time) []ledger.Try {
	var ts []ledger.Try
	for _, run := range p.runs {
		if run.Err == nil || run.End == RunNotStarted && !p.ran {
			continue
		}
		ts = append(ts, ledger.Try{
			At: at, Attempt: j.claim.Runs, Outcome: string(run.End), Handler: run.Handler, Error: run.Err.Error(),
		})
	}
	return ts
}

// released returns the verdict if the letter could not be sent: the event waits, and the
// next claim finds the reason and sends the letter.
func (b *batch) released(j *job, v verdict, err error) verdict {
	v.outcome, v.err = Unavailable, fmt.Errorf("send dead letter (%s): %w", v.reason, err)
	v.delay = b.outageWait(j.message)
	if v.end != nil {
		v.end.State, v.end.NotBefore = ledger.StateReleased, b.Now().Add(v.delay)
	}
	v.reason = ""
	return v
}

// sendLetter puts the message into the dead-letter queue with what is known about its
// failure.
func (b *batch) sendLetter(j *job, v verdict) error {
	letter := j.message
	if letter.NeverRuns() { // nor does its letter, whatever an operator does with it
		letter.NoBody, letter.Raw, letter.Origin.Stored = true, nil, nil
	}
	letter.Failure = &queue.Failure{
		Reason: v.reason, Error: failureText(j, v), At: b.Now().UnixMilli(),
		Attempts: runsSoFar(j, v), Fence: j.claim.Fence,
	}
	stillLetter(j, letter.Failure)
	send := func(ctx context.Context) error { return b.DeadLetters.Send(ctx, letter, 0) }
	err := b.try(send)
	if errors.Is(err, queue.ErrTooLarge) {
		// Its body came in a form that is shorter than ours. It goes as it came: otherwise the
		// message would come back until the queue drops it.
		letter.Unreadable = err
		err = b.try(send)
	}
	return err
}

// stillLetter keeps in the letter of a message that could not be claimed what made it a letter
// before, if an operator had sent it back. Without its fence, it could not reopen the event
// that failed: it would be dropped as a duplicate.
func stillLetter(j *job, f *queue.Failure) {
	before := j.message.Failure
	if before == nil || acts[before.Reason] != ledger.Redrive || f.Reason != queue.ReasonExpired || j.claim.Key != "" {
		return
	}
	f.Fence, f.Attempts, f.AssumeDone = before.Fence, before.Attempts, before.AssumeDone
	f.Error += "; before: " + before.Error
}

// runsSoFar returns how often handlers ran. A claim that is not run does not count, and no
// claim after the last attempt is run.
func runsSoFar(j *job, v verdict) int {
	if v.ran {
		return j.claim.Runs
	}
	return max(j.claim.Runs-max(j.claim.Attempts-AttemptsOf(j.handlers), 1), 0)
}

// The letter's errors if no run says why.
const (
	causeConflict = "another body came under the event's id within its window"
	causeExpired  = "the event was not run before the queue would have dropped its message"
	causeUnknown  = "why the earlier runs failed was not recorded"
)

// failureText returns what went wrong, for the letter: the error of each handler that ran
// now, or the cause; otherwise the errors of the last run before.
func failureText(j *job, v verdict) string {
	var parts []string
	if v.err != nil {
		parts = append(parts, v.err.Error())
	}
	for _, run := range v.runs {
		if run.Err != nil {
			parts = append(parts, run.Handler+": "+run.Err.Error())
		}
	}
	if len(parts) == 0 {
		parts = earlierCause(j, v.reason)
	}
	return strings.Join(parts, "; ")
}

// earlierCause returns why an event that is not run now is dead-lettered.
func earlierCause(j *job, reason queue.Reason) []string {
	var parts []string
	for _, t := range ledger.LastRun(j.claim.Tries) {
		text := t.Error
		if t.Handler != "" {
			text = t.Handler + ": " + text
		}
		parts = append(parts, text)
	}
	switch {
	case len(parts) > 0:
		return parts
	case reason == queue.ReasonConflict:
		return []string{causeConflict}
	case reason == queue.ReasonExpired && j.claim.Runs == 1:
		return []string{causeExpired}
	}
	return []string{causeUnknown}
}
