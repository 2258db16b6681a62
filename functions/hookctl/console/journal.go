package console

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"webhookintake/functions/hookctl/operate/monitor"
	"webhookintake/functions/hookctl/operate/tail"
	"webhookintake/shared/ingest"
	"webhookintake/shared/process"
	"webhookintake/shared/webhook"
)

const (
	// journalEvents is of how many events it keeps the runs.
	journalEvents = 5000
	// journalRefusals is how many refused requests it keeps.
	journalRefusals = 500
	// maxRunError is how many characters of an error it keeps.
	maxRunError = 500
)

// A Journal notes what a hookctl run does, since it started: what a ledger does not keep.
// Its methods may be called concurrently.
type Journal struct {
	now    func() time.Time
	counts *monitor.Counts

	mu       sync.Mutex // guards what follows
	handlers map[string]tally
	runs     map[string][]handlerRun // by the event's key
	keys     []string                // of runs, the oldest first
	refusals []refusal               // the oldest first
}

// A tally counts runs of a handler.
type tally struct {
	done, failed int
	last         time.Time
}

// A handlerRun is one run of a handler.
type handlerRun struct {
	at      time.Time
	attempt int
	handler string
	end     process.RunEnd
	text    string // of the error
	took    time.Duration
}

// A refusal is a request that was not accepted.
type refusal struct {
	at     time.Time
	source string
	code   string
	status int
}

// NewJournal returns an empty Journal.
func NewJournal(now func() time.Time) *Journal {
	return &Journal{now: now, counts: monitor.NewCounts(now), handlers: map[string]tally{}, runs: map[string][]handlerRun{}}
}

// Monitor returns the journal's counts.
func (j *Journal) Monitor() *monitor.Counts { return j.counts }

// Answered notes a webhook that was answered.
func (j *Journal) Answered(r ingest.Report) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if r.Status == http.StatusOK {
		j.counts.Add(monitor.Bar{Received: 1})
		return
	}
	j.refuse(refusal{j.now(), r.Source, string(r.Code), r.Status})
}

// Blocked notes a request that did not come to the intake, with why.
func (j *Journal) Blocked(why string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.refuse(refusal{at: j.now(), code: why, status: http.StatusForbidden})
}

func (j *Journal) refuse(r refusal) {
	j.counts.Add(monitor.Bar{Refused: 1})
	j.refusals = append(j.refusals, r)
	j.refusals = j.refusals[max(0, len(j.refusals)-journalRefusals):]
}

// Worked notes how a message was handled.
func (j *Journal) Worked(r process.Result) {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := j.now()
	switch r.Outcome {
	case process.Handled, process.Unhandled:
		j.counts.Add(monitor.Bar{Handled: 1})
	case process.Retried, process.DeadLettered:
		j.counts.Add(monitor.Bar{Failed: 1})
	}
	key := r.Message.Key()
	for _, run := range r.Runs {
		one := handlerRun{at: now, attempt: r.Attempt, handler: run.Handler, end: run.End, took: run.Took}
		count := j.handlers[run.Handler]
		count.last = now
		if run.Err != nil {
			one.text = webhook.Printable(run.Err.Error(), maxRunError)
			count.failed++
		} else {
			count.done++
		}
		j.handlers[run.Handler] = count
		if j.runs[key] == nil {
			j.keys = append(j.keys, key)
		}
		j.runs[key] = append(j.runs[key], one)
	}
	for len(j.keys) > journalEvents {
		delete(j.runs, j.keys[0])
		j.keys = j.keys[1:]
	}
}

// runsOf returns the runs of an event, the oldest first.
func (j *Journal) runsOf(key string) []handlerRun {
	if j == nil {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.runs[key])
}

// countsOf returns the counts of a handler.
func (j *Journal) countsOf(handler string) tally {
	if j == nil {
		return tally{}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.handlers[handler]
}

// Refused is a [ReadRefused] of the requests that are kept.
func (j *Journal) Refused(_ context.Context, from time.Time) (tail.Refusals, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	r := tail.Refusals{From: from, All: true}
	for _, one := range j.refusals {
		if !one.at.Before(from) {
			r.Add(one.source, one.code, one.status, one.at)
		}
	}
	r.Sort()
	return r, nil
}
