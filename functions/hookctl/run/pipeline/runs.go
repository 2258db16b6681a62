package pipeline

import (
	"context"
	"math"
	"sync"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/process"
	"webhookintake/shared/webhook"
)

// maxRunEvents is of how many events the runs are kept.
const maxRunEvents = 5000

// runs are those of the last events that ran, since the program started.
type runs struct {
	mu   sync.Mutex
	all  map[string][]operate.Run // by the event's key
	keys []string                 // of all, the oldest first
}

func (r *runs) add(one process.Result, at time.Time) {
	if len(one.Runs) == 0 {
		return
	}
	run := operate.Run{At: at.UTC(), Run: one.Attempt, Outcome: string(one.Outcome)}
	var took time.Duration
	for _, h := range one.Runs {
		took += h.Took
		text := ""
		if h.Err != nil {
			text = webhook.ErrorKind(h.Err)
		}
		run.Handlers = append(run.Handlers, operate.HandlerRun{Name: h.Handler, End: string(h.End), Took: milliseconds(h.Took), Error: text})
	}
	run.Took = milliseconds(took)
	key := one.Message.Key()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all == nil {
		r.all = map[string][]operate.Run{}
	}
	if r.all[key] == nil {
		r.keys = append(r.keys, key)
	}
	r.all[key] = append(r.all[key], run)
	for len(r.keys) > maxRunEvents {
		delete(r.all, r.keys[0])
		r.keys = r.keys[1:]
	}
}

// milliseconds returns a duration to a microsecond.
func milliseconds(d time.Duration) float64 { return math.Round(float64(d)/1e3) / 1e3 }

// Runs implements [operate.Runs].
func (i intake) Runs(_ context.Context, key string, from, until time.Time) (found []operate.Run, err error) {
	i.runs.mu.Lock()
	defer i.runs.mu.Unlock()
	for _, run := range i.runs.all[key] {
		if !run.At.Before(from) && !run.At.After(until) {
			found = append(found, run)
		}
	}
	return found, nil
}
