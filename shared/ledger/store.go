package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"webhookintake/shared/webhook"
)

var (
	// ErrFenced says that the claim is no longer in force: the event was claimed again, or
	// it ended. Nothing was changed; stop working on the event.
	ErrFenced = errors.New("claim is no longer in force")
	// ErrStale says that Commit changed nothing because the handler has finished a
	// newer event of the same entity.
	ErrStale = errors.New("a newer event of the entity is done")
	// ErrNoteMoved says that somebody put the note since it was read. Nothing was changed.
	ErrNoteMoved = errors.New("the note was changed since it was read")
)

// A Store keeps one record for each event.
//
// Calls for the same key are linearizable, across processes and restarts, and a change is
// durable when its method returns success. Calls for different keys have no order, and a
// batch is not atomic: each of its items succeeds or fails on its own. Leases end by the
// caller's clock (the At of its requests), never by the time to live of a table. Times are
// kept to the millisecond.
//
// A call is one try. An error not named below means the outcome is unknown: it may
// have been applied, or may yet be. Callers are correct either way; calling again with
// the same arguments is safe. All methods may be called concurrently.
type Store interface {
	// Claim asks to work on events and answers each request in its place. A key occurs at
	// most once in one call. The Fence of a claim is greater than that of every earlier
	// claim on the key, released ones included. A payload that could not be kept does not
	// affect the claim.
	//
	// What is found decides; [Judge] is the decision. For a request that NeverRuns:
	//   - A claim under its own owner is Claimed as it stands.
	//   - A claimed event is InProgress within its lease.
	//   - A released event, and a claimed one whose lease has passed, is Claimed by the cancel
	//     that carries its fence; the same write sets the reason to ReasonCancelled.
	//   - Anything else, no record included, is a Duplicate.
	//
	// For all others, judged first, in this order:
	//   - A claim under the request's own owner is Claimed as it stands, nothing counted.
	//   - An ended event that arrives after its window is Claimed as a new one: everything
	//     but the fence is reset.
	//   - Another body under the id, within the window, is a Conflict. Digests of different
	//     kinds (the prefix before the colon; sha256 without a prefix) are not compared.
	//
	// Then:
	//   - A new event is Claimed.
	//   - A released event is InProgress before its NotBefore, and Claimed from then on; a
	//     retry that carries its fence claims it at once.
	//   - A claimed event is InProgress within its lease; from its end on it is Claimed,
	//     and the claim is Lapsed, as is the next one if nothing ran under it.
	//   - If one of these two may be claimed and arrives after its window, it is Claimed as
	//     a new one, as an ended event is.
	//   - An event completed as unhandled is Claimed once a handler is registered.
	//   - A failed event is Claimed by the letter that carries its fence: done is kept,
	//     started cleared, attempts counted from zero.
	//   - A completed or failed event is Claimed by a replay that carries its fence: done,
	//     started and results are cleared, or only the named handlers in them, and attempts
	//     counted from zero.
	//   - Any other ended event is a Duplicate.
	//
	// Such a new claim, and every later one of the same record, has in Earlier when the
	// record that it replaced was received.
	//
	// Unless stated otherwise, a claim counts an attempt and returns the done, started and
	// results that are kept. Every claim counts a run; only an arrival after the window
	// counts runs from zero. It marks as done the handlers that an operator assumes done. It
	// reports as Reopened whether an operator's request changed what it does. A
	// claim returns the tries that are kept, and writes none; if a lease has passed, the
	// last of them is the run that died. A claim that finds a lease that has passed
	// leaves the event open, with OutcomeDied as its kind; any other leaves that as it is,
	// but one that resets the record leaves it not open.
	//
	// A record outlives its window for the request's Keep; if that is 0, as long as the store
	// keeps all others.
	Claim(ctx context.Context, requests []Request) []Answer

	// Start records that an at-most-once handler is about to run. It returns ErrFenced.
	// Starting twice is no error.
	Start(ctx context.Context, c Claim, handler string) error

	// Commit applies tx and records the handler as done, with its result, all or nothing.
	// It returns ErrFenced; ErrStale if tx guards an entity and a newer event is done;
	// ErrStateMoved if tx moves a state that is no longer at its version;
	// webhook.ErrCondition if a write's condition does not hold; and webhook.ErrWrites if
	// the writes can never be committed. If several apply, it returns the first, or
	// ErrWrites. If the handler is already done, none of them applies: committing twice is
	// no error and applies once.
	Commit(ctx context.Context, c Claim, handler string, tx Tx) error

	// End ends claims, as completed, released or failed, and answers each in its place: nil
	// or ErrFenced. Ending twice the same way is no error. What Commit recorded as done
	// stays done; started becomes what the End says. The tries of a release or a failure,
	// if it has any, replace those that are kept: at most MaxTries of them and MaxTriesSize
	// bytes, without the oldest that do not fit; a completion leaves them as they are. The
	// end of a claim under which nothing ran takes back the run and the attempt. A release
	// of a run that does not count takes back the attempt but not the run.
	//
	// A failure, and a release that has a reason or under which something ran, leaves the
	// event open, since then if it was not open before, with the kind that the End names,
	// else the one that is kept, else the reason. A completion, and a failure because the
	// event was cancelled, leaves it not open. Any other release leaves that as it is.
	End(ctx context.Context, ends []End) []error
}

// Entities remembers, for handlers that skip stale events, the newest event that each
// of them finished for an entity. Stores keep it beside the records; Commit writes it.
type Entities interface {
	// Newest returns the time of that event, or zero.
	Newest(ctx context.Context, e Entity) (time.Time, error)
}

// States reads the states that handlers move. Stores keep them beside the records;
// Commit moves them.
type States interface {
	// GetState returns a state as it was last committed, or the zero Version if there is no
	// state. An expired state is still returned: the caller treats it as absent, and moves
	// it from the version returned.
	GetState(ctx context.Context, id string) (StateValue, error)
}

// Notes keeps short texts beside the records, by which programs agree: who works, and how
// far a task has come.
type Notes interface {
	// GetNote returns a note as it was last put, or the zero Note if there is none.
	GetNote(ctx context.Context, name string) (Note, error)

	// PutNote replaces the text of a note that was read at that version, and so moves the
	// note to the next version. It returns ErrNoteMoved, and changes nothing, if the note
	// is no longer at the version. Putting the same text again is no error.
	PutNote(ctx context.Context, name string, version int64, text string) error
}

// A Note is a text under a name. Every put moves its Version, which is zero if there is no
// note.
type Note struct {
	Version int64  `json:"version"`
	Text    string `json:"text"`
}

// CanPut reports whether the text may take the note's place, by a caller who read it at the
// version: nothing was put since, or only that text, by the same call before.
func (n Note) CanPut(version int64, text string) bool {
	return n.Version == version || n.Version == version+1 && n.Text == text
}

// A Request asks for one event.
type Request struct {
	Key   string // webhook.Event.Key
	Owner string // 128 random bits, new for each record and Claim call; the same when a call is repeated after a lost reply
	Type  string
	Hash  string // digest of the body; empty where bodies may differ under one id

	Identity webhook.Identity // how the event's id was made
	Secret   *int             // index of the secret that signed the event; nil if unknown

	At         time.Time // now, by the caller's clock
	Lease      time.Time // until when the claim holds
	Received   time.Time // when ingest took the message
	DedupUntil time.Time // Received + window: later arrivals are another event

	FirstReceive bool          // the queue delivers the message for the first time: most likely there is no record
	Handled      bool          // a handler for the type is registered
	NeverRuns    bool          // no handler may run for the message: it cancels its event, or has no body
	Reopen       *Reopen       // nil except for what an operator sent
	Payload      []byte        // kept beside the record if not nil
	Keep         time.Duration // how long the record outlives its window; 0 means as long as the store keeps all others
}

// A Reopen is an operator's request. If it does not apply to the record, the message is
// judged as any other.
type Reopen struct {
	Act        Act
	Fence      int64    // of the record as the operator saw it; any other changes nothing
	Handlers   []string // of a Replay: run only these; empty means all
	AssumeDone []string // take these handlers as done, at any fence
}

// An Act says what an operator wants to be done with an event.
type Act int

// The acts.
const (
	Redrive Act = iota // run a failed event again: its dead letter was sent back
	Replay             // run an ended event again
	Retry              // run a released event now
	Cancel             // end a released or lapsed event without a run
)

// A Status is the answer to a Request.
type Status int

// The answers.
const (
	Unknown    Status = iota // Answer.Err says why; it may have been claimed
	Claimed                  // Answer.Claim is in force
	Duplicate                // it has ended: drop the message
	InProgress               // somebody works on it, or it waits, until Answer.Until
	Conflict                 // another body under the same id, within the window
)

// String gives the status's name.
func (s Status) String() string {
	return [...]string{"Unknown", "Claimed", "Duplicate", "InProgress", "Conflict"}[s]
}

// An Answer is the result of a Request.
type Answer struct {
	Status Status
	Claim  Claim     // of Claimed
	Until  time.Time // of InProgress
	// Err is the cause of Unknown. With Claimed it says that the payload could not be kept,
	// which does not affect the claim.
	Err error
}

// A Claim is the right to work on one event until the lease ends.
type Claim struct {
	Key        string
	Owner      string
	Fence      int64
	Lease      time.Time
	DedupUntil time.Time
	Earlier    time.Time     // when the id was last received before the window; zero if that is not known
	Attempts   int           // runs that count against the limit, including this claim's
	Runs       int           // every run, including this claim's
	Done       []string      // handlers that finished, sorted
	Started    []string      // at-most-once handlers that began, sorted
	Results    Results       // results of the handlers that moved a state
	Reason     string        // not empty: do not run it. An earlier claim could not send the dead letter for this reason, or it is ReasonCancelled
	Reopened   bool          // an operator's request changed what the claim does; in a repeated call, as far as the record shows
	Lapsed     bool          // the last run was never ended: its process died, or still hangs; in a repeated call, as far as the record shows
	Tries      []Try         // the last tries that left the event unfinished, oldest first
	Since      time.Time     // since when the event is open; zero if it is not
	Kind       string        // why it is open
	Keep       time.Duration // of the request
}

// A Tx is what the end of a handler commits. The zero Tx only records the end.
type Tx struct {
	Writes []webhook.Write // at most webhook.MaxWrites, of distinct items
	Entity Entity          // zero: no guard
	At     time.Time       // the event's own time, with Entity: Commit returns ErrStale if a newer one is done
	State  *StateChange    // nil: no state moves
	Result json.RawMessage // kept on the record under the handler's name; nil: none
}

// An Entity is a thing, such as a session, of which a handler keeps the newest event. The
// zero Entity means no guard.
type Entity struct{ Handler, Name string }

// A State is the state of a record.
type State string

// The states.
const (
	StateClaimed   State = "CLAIMED"
	StateReleased  State = "RELEASED"
	StateCompleted State = "COMPLETED"
	StateFailed    State = "FAILED"
)

// ReasonUnhandled is the reason of a completed record for which no handler was registered.
// It is claimed again once one is registered.
const ReasonUnhandled = "unhandled"

// An End ends a claim.
type End struct {
	Claim Claim
	At    time.Time // now, by the caller's clock
	State State     // StateCompleted, StateReleased or StateFailed

	NotBefore time.Time // of Released: the event is not claimed before this time
	Ran       bool      // a handler was called; false takes back the run and the attempt
	Counted   bool      // of Released, with Ran: the run counts against the limit; false takes back the attempt
	Reason    string    // why it failed; of Completed: empty or ReasonUnhandled
	Tries     []Try     // of Released and Failed: those of the claim and of its run, from AddTries; empty keeps the recorded ones
	Kind      string    // of Released and Failed: the handler and the Go type of its error; empty leaves what is kept

	Done    []string // all handlers that finished, including those in Claim.Done
	Started []string // all at-most-once handlers that began, except those that certainly did nothing
}
