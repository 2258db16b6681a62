package ledger

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"webhookintake/shared/webhook"
)

// A Try is how a handler's part in a run ended that left the event unfinished.
type Try struct {
	At      time.Time // when the run ended
	Attempt int       // the number of the run, of all that the event had
	Outcome string    // how it ended, such as failed; or OutcomeDied
	Handler string    // empty where a whole run died
	Error   string    // the error's text, without control characters
}

// OutcomeDied is the outcome of a run whose claim was never ended.
const OutcomeDied = "died"

// errorDied is the text of such a Try.
const errorDied = "the process died during this run, or could not record how it ended"

// What a record keeps of its tries, so that it never grows by more than a write unit.
const (
	MaxTries     = 5
	MaxTriesSize = 1024 // bytes, as EncodeTries writes them

	maxTryError = 500 // characters
)

// AddTries gives the tries before and those of one run after them, as many as a record
// keeps: the oldest are left out, and where those of the run alone are too long, all of
// their texts are cut alike.
func AddTries(before, run []Try) []Try {
	run = clean(run)
	for most := maxTryError; most > 0 && size(run) > MaxTriesSize; most /= 2 {
		for i := range run {
			run[i].Error = webhook.Printable(run[i].Error, most)
		}
	}
	return boundTries(slices.Concat(before, run))
}

// LastRun gives the tries of the last run that is told of.
func LastRun(tries []Try) []Try {
	if len(tries) == 0 {
		return nil
	}
	last := tries[len(tries)-1].Attempt
	return tries[slices.IndexFunc(tries, func(t Try) bool { return t.Attempt == last }):]
}

// EncodeTries writes tries as JSON that fits into a record; empty where there are none.
func EncodeTries(tries []Try) string {
	tries = boundTries(tries)
	if len(tries) == 0 {
		return ""
	}
	return string(encodeTries(tries))
}

// DecodeTries reads what EncodeTries wrote. They only explain, so a text that cannot be
// read is as good as none, and what somebody else wrote is cut and cleaned.
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

// A storedTry is a Try as it is written.
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

// boundTries gives as many of the last tries as a record keeps.
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

// clean gives a copy of the last tries, fit to print.
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

// toldDied reports whether the last of tries says that the run died, which is so until
// another run is ended.
func toldDied(tries []Try, run int) bool {
	if len(tries) == 0 {
		return false
	}
	last := tries[len(tries)-1]
	return last.Outcome == OutcomeDied && last.Attempt == run
}

// explained reports whether the last of tries says how the run ended, or there was no
// such run. Each that leaves the event unfinished adds a try, unless it died.
func explained(tries []Try, run int) bool {
	told := len(tries) > 0 && tries[len(tries)-1].Attempt == run
	return run < 1 || told && !toldDied(tries, run)
}

// tellDied marks a claim that comes after a run that died.
func (c *Claim) tellDied(run int, at time.Time) {
	c.Lapsed = true
	if !toldDied(c.Tries, run) {
		c.Tries = AddTries(c.Tries, []Try{{At: at, Attempt: run, Outcome: OutcomeDied, Error: errorDied}})
	}
}
