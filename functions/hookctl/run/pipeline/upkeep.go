package pipeline

import (
	"context"
	"errors"
	"net/http"
	"time"

	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/upkeep"
	"webhookintake/shared/webhook"
)

// upkeepPause is the time between two runs of upkeep, as it is on AWS.
const upkeepPause = 5 * time.Minute

// Upkeep configures what functions/upkeep does on AWS. The zero Upkeep asks no provider and
// reports nothing.
type Upkeep struct {
	Hash webhook.Hasher // of the sources
	// Settings are those of handlers, with the credentials for the providers' APIs; nil
	// means none.
	Settings func(name string) string
	HTTP     *http.Client // asks the providers; nil means their clients' own
	// Digest gets the messages for people on call; nil means that there are none.
	Digest func(ctx context.Context, text string) error
	Done   func(upkeep.Result) // called after each task; nil means no calls
}

// runner returns the tasks over the parts of p.
func (u Upkeep) runner(p *Pipeline, now func() time.Time) *upkeep.Runner {
	if now == nil {
		now = time.Now
	}
	settings := u.Settings
	if settings == nil {
		settings = func(string) string { return "" }
	}
	drain := &upkeep.Drain{Vault: p.Vault, Queue: p.Queue, Hashes: func(context.Context) ([]webhook.Hasher, error) {
		return []webhook.Hasher{u.Hash}, nil
	}}
	reconcile := &upkeep.Reconcile{
		Notes: p.Ledger, Queue: p.Queue, Vault: p.Vault, HTTP: u.HTTP, Now: now,
		Settings: func(context.Context) (func(string) string, error) { return settings, nil },
	}
	r := &upkeep.Runner{Notes: p.Ledger, Now: now, Tasks: []upkeep.Task{drain.Task(), reconcile.Task()}}
	if u.Digest != nil {
		digest := &upkeep.Digest{Name: "digest", Index: ledgermemory.NewReader(p.Ledger), Notes: p.Ledger, Send: u.Digest, Now: now}
		r.Tasks = append(r.Tasks, digest.Task())
	}
	if u.Done != nil {
		r.After = func(_ context.Context, result upkeep.Result) { u.Done(result) }
	}
	return r
}

// KeepUp runs upkeep every five minutes until ctx ends.
func (p *Pipeline) KeepUp(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(upkeepPause):
		}
		_, _ = p.upkeep.Run(ctx) // Done got the results
	}
}

// RunUpkeep implements [operate.Intake].
func (i intake) RunUpkeep(ctx context.Context) (upkeep.Answer, error) {
	results, err := i.upkeep.Run(ctx)
	if busy, ok := errors.AsType[*upkeep.BusyError](err); ok {
		return upkeep.Answer{BusyUntil: busy.Until}, nil
	}
	return upkeep.Answer{Tasks: results}, nil // which have the errors
}
