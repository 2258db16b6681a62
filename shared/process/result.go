package process

import (
	"time"

	"webhookintake/shared/queue"
)

// An Outcome is the outcome of one message.
type Outcome string

// The outcomes. Those that are acknowledged come first.
const (
	Handled      Outcome = "handled"       // every handler has finished
	Unhandled    Outcome = "unhandled"     // no handler is registered for the type
	Probed       Outcome = "probed"        // the stack's test of itself, which runs no handler
	Duplicate    Outcome = "duplicate"     // the event had already ended
	DeadLettered Outcome = "dead_lettered" // in the dead-letter queue, with a reason
	Cancelled    Outcome = "cancelled"     // an operator ended it without a run, and without a letter

	Retried     Outcome = "retried"     // a handler failed; it comes again
	InProgress  Outcome = "in_progress" // another worker has it, or it waits for its time
	PutBack     Outcome = "put_back"    // no time was left to start it
	Unavailable Outcome = "unavailable" // ledger or queue did not answer
	Fenced      Outcome = "fenced"      // another worker claimed it meanwhile
)

// A Result is the result of one message. Acked decides what happens to the message in the
// queue.
type Result struct {
	Message    queue.Message
	Outcome    Outcome
	Acked      bool          // delete the message; otherwise it comes again
	Delay      time.Duration // of a message that comes again: about how soon
	Attempt    int           // every run, including this one; 0 if nothing ran
	Reason     queue.Reason  // of a dead letter
	Runs       []Run         // the handlers that ran now, or could not run
	Err        error         // what went wrong outside the handlers. Not for logs: only its Go type is
	Reopened   bool          // an operator's request changed what the claim does; see ledger.Claim.Reopened
	Earlier    time.Time     // when the id was last received, before its window; see hook.Event.Earlier
	QueueDelay time.Duration // from ingest to the start of this batch
}

// Stale reports whether the message was to cancel its event, or had no body, and found
// nothing to cancel: it changed nothing.
func (r Result) Stale() bool { return r.Outcome == Duplicate && r.Message.NeverRuns() }

// A Run is one handler's part in a Result.
type Run struct {
	Handler string
	End     RunEnd
	Err     error // the handler's; may quote the payload, so it is not for logs: only its Go type is
	Took    time.Duration
	State   int // bytes of JSON of the state that it moved; 0 if it moved none
}

// A RunEnd says how the run of a handler ended.
type RunEnd string

// The ends of runs.
const (
	RunDone           RunEnd = "done"
	RunSkipped        RunEnd = "skipped"         // a newer event of the entity is done, so this counts as done
	RunFailed         RunEnd = "failed"          // comes again
	RunPermanent      RunEnd = "permanent"       // the handler said that no retry can help
	RunPayload        RunEnd = "payload"         // the body does not fit the payload's type
	RunOutcomeUnknown RunEnd = "outcome_unknown" // at most once, and it may or may not have acted
	RunUncommitted    RunEnd = "uncommitted"     // it returned, but the ledger did not confirm that it recorded that
	RunFenced         RunEnd = "fenced"          // the claim was no longer in force
	RunNotStarted     RunEnd = "not_started"     // no time, or the ledger did not record its start
	RunWaiting        RunEnd = "waiting"         // a handler before it has not finished; not a run
	RunContended      RunEnd = "contended"       // others kept moving its state: comes again, not counted
)
