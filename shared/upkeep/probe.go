package upkeep

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

const (
	probeTime = 40 * time.Second
	// probePause is a little less than 15 minutes, as no run comes to the second.
	probePause = 14 * time.Minute
	probeNote  = "cursor#probe"
	// probeFollow is how long a run follows its own probe. That is longer than a cold start
	// of process takes; the next run looks for one that takes longer.
	probeFollow = 20 * time.Second
	// probeUnknown is how long ingest may answer that it does not know the source. While a
	// deployment or a rollback moves the alias, the version before answers; and ingest reads
	// a key that was just made after five minutes. Neither is a fault, nor takes an hour.
	probeUnknown = time.Hour
	// sourceAge is how old the source may be, as each read of a secret is paid for.
	sourceAge = time.Hour
	// sourceAgeOnRefusal is the same if there is no source, or if ingest knows another one:
	// an operator may have changed the key since.
	sourceAgeOnRefusal = time.Minute
	// keepForNote is the time left for the note at the end.
	keepForNote = 3 * time.Second
)

// Records is the part of the ledger in which a Probe looks for its event.
type Records interface {
	Record(ctx context.Context, key string) (rec ledger.Record, ok bool, err error)
}

// A Probe sends a signed webhook to the stack's own public URL and follows its event to the
// ledger, every 15 minutes. All fields but Report are required.
type Probe struct {
	// Source returns the source of probes, or [source.ErrNoProbe], of a document that was read
	// not longer ago than that.
	Source  func(ctx context.Context, oldest time.Duration) (source.Source, error)
	URL     string // of the source
	Client  *http.Client
	Records Records
	Notes   Notes
	Now     func() time.Time
	// Report is called with the time from the first attempt to send to the event's
	// completion. Nil means no calls.
	Report func(time.Duration)
}

// A probing is the content of the note: the last probe.
type probing struct {
	ID   string `json:"id,omitempty"`
	Sent int64  `json:"sent"` // Unix milliseconds
	// Open says that the stack has taken the event, and that it was not seen completed.
	Open bool `json:"open,omitempty"`
	// Failed says that the last run failed, so that the next one sends another probe.
	Failed bool `json:"failed,omitempty"`
	// Unknown is since when ingest does not know the source, in Unix milliseconds.
	Unknown int64 `json:"unknown,omitempty"`
}

func (p probing) sent() time.Time { return time.UnixMilli(p.Sent) }

// Task returns the task "probe".
func (p *Probe) Task() Task { return Task{Name: "probe", Time: probeTime, Run: p.run} }

func (p *Probe) run(ctx context.Context) (string, error) {
	note, err := p.Notes.GetNote(ctx, probeNote)
	if err != nil {
		return "", fmt.Errorf("read about the last probe: %w", err)
	}
	var last probing
	_ = json.Unmarshal([]byte(note.Text), &last) // without a valid note, a probe is due
	next := last
	if now := p.Now().UnixMilli(); max(next.Sent, next.Unknown) > now { // by a wrong clock
		next = probing{}
	}
	summary, err := p.step(ctx, &next)
	if next == last {
		return summary, err
	}
	text, _ := json.Marshal(next) // of numbers and an id: it cannot fail
	err = errors.Join(err, wrap(p.Notes.PutNote(ctx, probeNote, note.Version, string(text)), "note about the probe"))
	return summary, err
}

// step follows the last probe, or sends one if it is time for that.
func (p *Probe) step(ctx context.Context, state *probing) (string, error) {
	due := state.Failed && !state.Open || state.Unknown > 0 || p.Now().Sub(state.sent()) >= probePause
	if !due && !state.Open {
		return "not due", nil
	}
	if !due { // it was sent by an earlier run, and had all the time between
		return p.follow(ctx, state, 0)
	}
	src, err := p.Source(ctx, sourceAge)
	if errors.Is(err, source.ErrNoProbe) {
		src, err = p.Source(ctx, sourceAgeOnRefusal)
	}
	if errors.Is(err, source.ErrNoProbe) {
		*state = probing{}
		return err.Error(), nil
	}
	if err != nil {
		return "", fmt.Errorf("read the sources: %w", err)
	}
	failing := state.Failed
	*state = probing{ID: "probe_" + rand.Text(), Sent: p.Now().UnixMilli(), Unknown: state.Unknown, Failed: failing}
	err = p.send(ctx, src, state.ID)
	if errors.Is(err, source.ErrNoProbe) { // the key was taken away
		*state = probing{}
		return err.Error(), nil
	}
	if unknown, ok := errors.AsType[*unknownSourceError](err); ok && p.tolerates(state) {
		return unknown.Error() + "; tried again", nil
	}
	state.Unknown = 0
	if state.Failed = err != nil; err != nil {
		return "", err
	}
	state.Open, state.Failed = true, failing
	return p.follow(ctx, state, probeFollow)
}

// tolerates reports whether ingest may still answer that it does not know the source.
func (p *Probe) tolerates(state *probing) bool {
	if state.Unknown == 0 {
		state.Unknown = state.Sent
	}
	return p.Now().Sub(time.UnixMilli(state.Unknown)) < probeUnknown
}

// follow looks for the probe's record until it is completed, for as long as given.
func (p *Probe) follow(ctx context.Context, state *probing, most time.Duration) (string, error) {
	looking, cancel := context.WithTimeout(ctx, max(most, keepForNote))
	defer cancel()
	if deadline, ok := ctx.Deadline(); ok {
		var enough context.CancelFunc
		looking, enough = context.WithDeadline(looking, deadline.Add(-keepForNote))
		defer enough()
	}
	var fault error
	for pause := 200 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		rec, ok, err := p.Records.Record(looking, webhook.Probe+"#"+state.ID)
		if err == nil && ok && rec.State == ledger.StateCompleted {
			took := max(rec.Finished.Sub(state.sent()), 0) // by two clocks
			state.Open, state.Failed = false, false
			if p.Report != nil {
				p.Report(took)
			}
			return fmt.Sprintf("completed %v after it was sent", took.Round(time.Millisecond)), nil
		}
		if fault == nil || looking.Err() == nil { // a look that our own time cut off says less
			fault = faultOf(rec, ok, err, p.Now().Sub(state.sent()))
		}
		if most == 0 || !pauseFor(looking, pause) {
			break
		}
	}
	if most > 0 && !state.Failed {
		return "sent, and not completed yet; the next run looks again", nil
	}
	state.Failed = true
	return "", fault
}

// pauseFor waits, and reports whether ctx is still there.
func pauseFor(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
