package remote

import (
	"errors"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
	"webhookintake/shared/webhook"
)

// Path is where the calls are served.
const Path = "/operate/"

// The names of the calls.
const (
	callRecord     = "record"
	callPayload    = "payload"
	callRecords    = "records"
	callSize       = "size"
	callOpen       = "open"
	callRecordsOf  = "records-of"
	callReindex    = "reindex"
	callDrop       = "drop"
	callCounts     = "counts"
	callProcessing = "processing"
	callSwitch     = "set-processing"
	callUpkeep     = "upkeep"
	callRuns       = "runs"
	callSend       = "send"
	callReceive    = "receive"
	callDelete     = "delete"
	callDefer      = "defer"

	callObjects       = "vault-list"
	callObject        = "vault-get"
	callDeleteObject  = "vault-delete"
	callVerifyRequest = "quarantined-verify"
)

// The queues that a call names.
const (
	queueEvents = "queue"
	queueDead   = "dead-letters"
)

// named are the errors that are the same on both sides, by their codes.
var named = map[string]error{
	"not_found": vault.ErrNotFound, "cannot_pause": operate.ErrCannotPause, "no_payload": ledger.ErrNoPayload, "no_index": ledger.ErrNoIndex, "too_large": queue.ErrTooLarge, "invalid": queue.ErrInvalid,
}

// A failure is an error as JSON.
type failure struct {
	Error string `json:"error,omitempty"`
	Code  string `json:"code,omitempty"`
	// Refused is the code of ingest's that the error is, if it is one.
	Refused webhook.Code `json:"refused,omitempty"`
}

func failureOf(err error) failure {
	if err == nil {
		return failure{}
	}
	f := failure{Error: err.Error()}
	for code, known := range named {
		if errors.Is(err, known) {
			f.Code = code
		}
	}
	if refused, ok := errors.AsType[webhook.Code](err); ok {
		f.Refused = refused
	}
	return f
}

// err returns the error on the other side, or nil.
func (f failure) err() error {
	if f.Error == "" {
		return nil
	}
	if f.Refused != "" {
		return &callError{text: f.Error, is: f.Refused}
	}
	return &callError{text: f.Error, is: named[f.Code]}
}

// A callError has the text of the other side's error, and is the error that its code names.
type callError struct {
	text string
	is   error
}

func (e *callError) Error() string { return e.text }
func (e *callError) Unwrap() error { return e.is }

type keyIn struct {
	Key string `json:"key"`
}

type recordOut struct {
	Record *ledger.Record `json:"record"` // null: there is none
}

type payloadOut struct {
	Payload []byte `json:"payload"`
}

// recordsIn is a [ledger.Scan] without its functions.
type recordsIn struct {
	Source string       `json:"source"`
	Type   string       `json:"type"`
	State  ledger.State `json:"state"`
	Reason string       `json:"reason"`
	From   time.Time    `json:"from"`
	Until  time.Time    `json:"until"`
}

// recordsLine is one line of the answer to records: one of its fields is set.
type recordsLine struct {
	Found   *ledger.Found `json:"found,omitempty"`
	Items   *int          `json:"items,omitempty"`   // read so far
	Skipped string        `json:"skipped,omitempty"` // what is wrong with an item
	End     bool          `json:"end,omitempty"`     // or the answer is not whole
	failure
}

type openIn struct {
	Partition int              `json:"partition"`
	After     ledger.OpenEntry `json:"after"`
	Limit     int              `json:"limit"`
}

type openOut struct {
	Entries []ledger.OpenEntry `json:"entries"`
}

type keysIn struct {
	Keys []string `json:"keys"`
}

type recordsOfOut struct {
	Records map[string]ledger.Record `json:"records"`
}

// foundIn is a call that may write to a record.
type foundIn struct {
	Found ledger.Found `json:"found"`
	Now   time.Time    `json:"now"`
}

type wroteOut struct {
	Wrote bool `json:"wrote"`
}

type sendIn struct {
	Queue string        `json:"queue"`
	Wire  queue.Wire    `json:"wire"`
	Delay time.Duration `json:"delay_ns"`
}

type receiveIn struct {
	Queue string        `json:"queue"`
	Max   int           `json:"max"`
	Wait  time.Duration `json:"wait_ns"`
}

type receiveOut struct {
	Wires []queue.Wire `json:"wires"`
}

type deleteIn struct {
	Queue    string   `json:"queue"`
	Receipts []string `json:"receipts"`
}

type deferIn struct {
	Queue     string           `json:"queue"`
	Deferrals []queue.Deferral `json:"deferrals"`
}

type failuresOut struct {
	Failures []failure `json:"failures"` // one for each message
}

type listIn struct {
	Prefix string `json:"prefix"`
	After  string `json:"after"`
	Limit  int    `json:"limit"`
}

type listOut struct {
	Objects []vault.Object `json:"objects"`
}

type verifyIn struct {
	Request []byte `json:"request"` // as package quarantine encodes it
}

type verifyOut struct {
	Wire queue.Wire `json:"wire"`
}

// processing is the state that is, or is asked for.
type processing struct {
	State operate.ProcessingState `json:"state"`
}

type runsIn struct {
	Key   string    `json:"key"`
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

type runsOut struct {
	Runs []operate.Run `json:"runs"`
}

type none struct{}
