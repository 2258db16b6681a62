package ledger

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"webhookintake/shared/webhook"
)

// A Try says how a handler ended in a run that left the event unfinished.
type Try struct {
	At      time.Time // when the run ended
	Attempt int       // the number of the run, counting all runs of the event
	Outcome string    // how it ended, such as failed; or OutcomeDied
	Handler string    // empty if the whole run died
	Error   string    // the error's text, without control characters
}

// OutcomeDied is the outcome of a run whose claim was never ended.
const OutcomeDied = "died"

// errorDied is the Error of such a Try.
const errorDied = "the process died during this run, or could not record how it ended"

// The limits on a record's tries, so that they never cost more than one write unit.
const (
	MaxTries     = 5
	MaxTriesSize = 1024 // bytes, as EncodeTries writes them

	maxTryError = 500 // characters
)

// AddTries returns the earlier tries followed by those of one run, as many as a record
// keeps: it drops the oldest, and if those of the run alone are too long, it cuts all their
// texts to the same length.
func AddTries(before, run []Try) []Try {
	run = clean(run)
	for most := maxTryError; most > 0 && size(run) > MaxTriesSize; most /= 2 {
		for i := range run {
			run[i].Error = webhook.Printable(run[i].Error, most)
		}
	}
	return boundTries(slices.Concat(before, run))
}

// LastRun returns the tries of the last run in them.
func LastRun(tries []Try) []Try {
	if len(tries) == 0 {
		return nil
	}
	last := tries[len(tries)-1].Attempt
	return tries[slices.IndexFunc(tries, func(t Try) bool { return t.Attempt == last }):]
}

// EncodeTries encodes tries as JSON that fits into a record; it returns an empty string for
// no tries.
func EncodeTries(tries []Try) string {
	tries = boundTries(tries)
	if len(tries) == 0 {
		return ""
	}
	return string(encodeTries(tries))
}

// DecodeTries decodes the result of EncodeTries. Tries only explain, so text that cannot be
// decoded gives no tries, and text of another origin is cut and cleaned.
func DecodeTries(text string) []Try {
	var stored []storedTry
	if text == "" || json.Unmarshal([]byte(text), &stored) != nil {
		return nil
	}
	tries := make([]Try, len(stored))
	for i, s := range stored {
		tries[i] = Try{At: time.UnixMilli(s.At), Attempt: s.Attempt, Outcome: s.Outcome, Handler: s.Handler, Error: s.Error}
	}
	return boundTries(tries)
}

// A storedTry is the encoded form of a Try.
type storedTry struct {
	At      int64  `json:"at"` // unix milliseconds
	Attempt int    `json:"attempt"`
	Outcome string `json:"outcome"`
	Handler string `json:"handler,omitempty"`
	Error   string `json:"error,omitempty"`
}

func encodeTries(tries []Try) []byte {
	stored := make([]storedTry, len(tries))
	for i, t := range tries {
		stored[i] = storedTry{t.At.UnixMilli(), t.Attempt, t.Outcome, t.Handler, t.Error}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // six bytes for one "<" would leave less room
	_ = e.Encode(stored)   // numbers and texts: nothing in it can fail
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func size(tries []Try) int { return len(encodeTries(tries)) }

// boundTries returns as many of the last tries as a record keeps.
func boundTries(tries []Try) []Try {
	if len(tries) == 0 {
		return nil
	}
	tries = clean(tries)
	for len(tries) > 1 && size(tries) > MaxTriesSize {
		tries = tries[1:]
	}
	for most := maxTryError; size(tries) > MaxTriesSize; most /= 2 {
		tries[0].Error = webhook.Printable(tries[0].Error, most)
	}
	return tries
}

// clean returns a copy of the last tries, safe to print.
func clean(tries []Try) []Try {
	tries = slices.Clone(tries[max(len(tries)-MaxTries, 0):])
	for i, t := range tries {
		t.At, t.Error = time.UnixMilli(t.At.UnixMilli()).UTC(), webhook.Printable(t.Error, maxTryError)
		if !webhook.ValidName(t.Handler) {
			t.Handler = ""
		}
		if !webhook.ValidName(t.Outcome) {
			t.Outcome = ""
		}
		tries[i] = t
	}
	return tries
}

// saysDied reports whether the last try says that its run died. It does until another run
// is ended.
func saysDied(tries []Try, run int) bool {
	if len(tries) == 0 {
		return false
	}
	last := tries[len(tries)-1]
	return last.Outcome == OutcomeDied && last.Attempt == run
}

// explained reports whether the last try says how the run ended, or there was no such run.
// Each run that leaves the event unfinished adds a try, unless its process died.
func explained(tries []Try, run int) bool {
	told := len(tries) > 0 && tries[len(tries)-1].Attempt == run
	return run < 1 || told && !saysDied(tries, run)
}

// markDied marks a claim that follows a run whose process died.
func (c *Claim) markDied(run int, at time.Time) {
	c.Lapsed = true
	if !saysDied(c.Tries, run) {
		c.Tries = AddTries(c.Tries, []Try{{At: at, Attempt: run, Outcome: OutcomeDied, Error: errorDied}})
	}
}
