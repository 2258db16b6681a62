package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"webhookintake/shared/webhook"
)

var (
	// ErrFenced says that the claim is no longer in force: somebody claimed the event
	// since, or it ended otherwise. Nothing was changed; stop working on the event.
	ErrFenced = errors.New("claim is no longer in force")
	// ErrStale says that Commit changed nothing because the handler has finished a
	// newer event of the same entity.
	ErrStale = errors.New("a newer event of the entity is done")
)

// A Store keeps one record an event.
//
// Calls for the same key are linearizable, across processes and restarts, and what a
// method returns success for is durable. Calls for different keys have no order, and a
// batch is not atomic: each of its items succeeds or fails alone. Leases end by the
// caller's clock (the At of its requests), never by the time to live of a table. Times
// are kept to the millisecond.
//
// A call is one try. An error not named below means the outcome is unknown: it may
// have been applied, or may yet be. Callers are correct either way; calling again with
// the same arguments is safe. All methods may be called concurrently.
type Store interface {
	// Claim asks to work on events and answers each request in its place. A key
	// stands in one call at most once. The Fence of a claim is greater than that of
	// every earlier claim on the key, released ones included. A payload that could not
	// be kept does not touch the claim.
	//
	// What is found decides; [Judge] is the decision. Judged first, in this order:
	//   - A claim under the request's own owner is Claimed as it stands, nothing counted.
	//   - An ended event that arrives after its window is Claimed anew: everything but
	//     the fence is reset.
	//   - Another body under the id, within the window, is a Conflict. Digests of different
	//     kinds (what stands before their colon; without one, sha256) say nothing of each other.
	//
	// Then:
	//   - A new event is Claimed.
	//   - A released event is InProgress before its NotBefore, and Claimed from then on.
	//   - A claimed event is InProgress within its lease; from its end on it is Claimed,
	//     and the claim is Lapsed, as is the next one where nothing ran under it.
	//   - One of these two that may be claimed, and arrives after its window, is Claimed
	//     anew, as an ended one is.
	//   - An event completed as unhandled is Claimed once a handler is registered.
	//   - A failed event is Claimed by the letter that carries its fence: done is kept,
	//     started cleared, attempts counted from zero.
	//   - A completed or failed event is Claimed by a replay that carries its fence: done,
	//     started and results are cleared, or only the named handlers in them, and attempts
	//     counted from zero.
	//   - Any other ended event is a Duplicate.
	//
	// A claim anew, and every later one of the same record, says when the record that it
	// took the place of was received, as Earlier.
	//
	// Where nothing else is said, a claim counts an attempt and returns the done, started
	// and results that are kept. Every claim counts a run; only an arrival after the
	// window counts runs from zero. It takes the handlers that an operator assumes done as
	// done. A claim returns the tries that are kept, and writes none; where a lease has
	// passed, a last one tells of the run that died.
	Claim(ctx context.Context, requests []Request) []Answer

	// Start notes that an at-most-once handler is about to run, before it does. It
	// returns ErrFenced. Starting twice is no error.
	Start(ctx context.Context, c Claim, handler string) error

	// Commit applies tx and notes the handler as done, with its result, all or nothing.
	// It returns ErrFenced; ErrStale where tx guards an entity and a newer event is done;
	// ErrStateMoved where tx moves a state that is no longer at its version;
	// webhook.ErrCondition where a write's condition does not hold; and
	// webhook.ErrWrites if the writes can never be committed. Of several it returns the
	// first, or ErrWrites. That the handler is done counts before all of them: committing
	// twice is no error and applies once.
	Commit(ctx context.Context, c Claim, handler string, tx Tx) error

	// End gives claims back, as completed, released or failed, and answers each in
	// its place: nil or ErrFenced. Ending twice the same way is no error. What Commit
	// noted as done stays so; started becomes what the End says. The tries of a release
	// or a failure, where there are any, take the place of those that are kept, at most
	// MaxTries and MaxTriesSize bytes of them, the oldest out first; a completion leaves
	// them as they are. The end of a claim
	// under which nothing ran gives run and attempt back. A release of a run that does
	// not count gives the attempt back, and the run stays.
	End(ctx context.Context, ends []End) []error
}

// Entities remembers, for handlers that skip stale events, the newest event that each
// of them finished for an entity. Stores keep it beside the records; Commit writes it.
type Entities interface {
	// Newest gives the time of that event, zero if there is none.
	Newest(ctx context.Context, e Entity) (time.Time, error)
}

// States reads the states that handlers move. Stores keep them beside the records;
// Commit moves them.
type States interface {
	// GetState gives a state as it was last committed, and a zero Version where there is
	// none. One that has expired is still given: the caller takes it as absent, and moves
	// it from the version that is given.
	GetState(ctx context.Context, id string) (StateValue, error)
}

// A Request asks for one event.
type Request struct {
	Key   string // webhook.Event.Key
	Owner string // 128 random bits, new for each record and Claim call; the same when a lost reply is asked for again
	Type  string
	Hash  string // digest of the body; empty where bodies may differ under one id

	Identity webhook.Identity // how the event's id was made
	Secret   *int             // index of the secret that signed the event; nil if unknown

	At         time.Time // now, by the caller's clock
	Lease      time.Time // until when the claim holds
	Received   time.Time // when ingest took the message
	DedupUntil time.Time // Received + window: later arrivals are another event

	FirstReceive bool    // the queue delivers the message for the first time: most likely no record is there
	Handled      bool    // a handler for the type is registered
	Reopen       *Reopen // nil but for dead letters and replays that an operator sent
	Payload      []byte  // kept beside the record if not nil
}

// A Reopen is an operator's word on a record that has ended.
type Reopen struct {
	Fence      int64    // of the record; any other opens nothing
	Replay     bool     // also reopen a completed one, and run its handlers again
	Handlers   []string // of a replay: only these; empty means all
	AssumeDone []string // take these handlers as done
}

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

// An Answer says what came of a Request.
type Answer struct {
	Status Status
	Claim  Claim     // of Claimed
	Until  time.Time // of InProgress
	// Err is the cause of Unknown. With Claimed it says that the payload could not
	// be kept, which does not touch the claim.
	Err error
}

// A Claim is the right to work on one event until the lease ends.
type Claim struct {
	Key        string
	Owner      string
	Fence      int64
	Lease      time.Time
	DedupUntil time.Time
	Earlier    time.Time // when the id was last received before the window; zero if it is not known to have been
	Attempts   int       // runs that count against the limit, the one that this claim is for included
	Runs       int       // every run, the one that this claim is for included
	Done       []string  // handlers that finished, sorted
	Started    []string  // at-most-once handlers that began, sorted
	Results    Results   // what those handlers gave that move a state
	Reason     string    // set if an earlier claim wanted the event dead-lettered and could not: do not run it
	Lapsed     bool      // the last run was never ended: its process died, or still hangs; of a lost reply's second try, as far as the record tells
	Tries      []Try     // the last that left the event unfinished, oldest first
}

// A Tx is what a handler's end commits. The zero Tx just notes the end.
type Tx struct {
	Writes []webhook.Write // at most webhook.MaxWrites, of distinct items
	Entity Entity          // zero: no guard
	At     time.Time       // the event's own time, with Entity: Commit returns ErrStale if a newer one is done
	State  *StateChange    // nil: no state moves
	Result json.RawMessage // kept on the record under the handler's name; nil: none
}

// An Entity is what one handler keeps the newest event of. The zero Entity is none.
type Entity struct{ Handler, Name string }

// A State is where a record stands.
type State string

// The states.
const (
	StateClaimed   State = "CLAIMED"
	StateReleased  State = "RELEASED"
	StateCompleted State = "COMPLETED"
	StateFailed    State = "FAILED"
)

// ReasonUnhandled is the reason of a completed record that no handler ran for. It is
// claimed again once there is one.
const ReasonUnhandled = "unhandled"

// An End gives a claim back.
type End struct {
	Claim Claim
	At    time.Time // now, by the caller's clock
	State State     // StateCompleted, StateReleased or StateFailed

	NotBefore time.Time // of Released: no claim before it
	Ran       bool      // a handler was called; false gives run and attempt back
	Counted   bool      // of Released, with Ran: the run counts against the limit; false gives the attempt back
	Reason    string    // why it failed; of Completed: empty or ReasonUnhandled
	Tries     []Try     // of Released and Failed: those of the claim and of its run, from AddTries; none leaves what is kept

	Done    []string // all handlers that finished, those of Claim.Done included
	Started []string // all at-most-once handlers that began, less those that surely did nothing
}
