package operate

import (
	"context"
	"errors"
	"time"
)

// ErrNoRuns says that nothing is known which could say how long runs took.
var ErrNoRuns = errors.New("no log of runs is known")

// Runs are the runs of events, as the worker reported them: no ledger keeps how long they took.
type Runs interface {
	// Runs returns the runs of the event with that key that ended in a time, the oldest
	// first, as far as they are still known: on AWS for as long as the log is kept. With an
	// error, it returns those that it has read. It returns [ErrNoRuns].
	Runs(ctx context.Context, key string, from, until time.Time) ([]Run, error)
}

// A Run is one run of the handlers of an event. Its JSON is what commands print.
type Run struct {
	At       time.Time    `json:"at"` // when it ended, in UTC
	Run      int          `json:"run"`
	Outcome  string       `json:"outcome"` // as handled, or retried
	Took     float64      `json:"took_ms"` // all handlers together
	Handlers []HandlerRun `json:"handlers,omitempty"`
	// Handled is how many handlers finished, if their names are not known.
	Handled int `json:"handlers_done,omitempty"`
}

// A HandlerRun is one run of a handler.
type HandlerRun struct {
	Name  string  `json:"name"`
	End   string  `json:"end"`
	Took  float64 `json:"took_ms,omitempty"` // absent where only the sum is known
	Error string  `json:"error,omitempty"`   // its Go type
}
