package upkeep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
)

const (
	reconcileTime = 45 * time.Second
	// noteTime is what a provider's share of that keeps to note what was sent, a quarter at most.
	noteTime = 5 * time.Second
	// cursorNote begins the names of the providers' notes.
	cursorNote = "cursor#reconcile-"
)

// A Reconcile asks providers for what their webhooks should have reported, and puts it into
// the queue. It asks those whose credentials the settings have. Vault and HTTP may be nil.
type Reconcile struct {
	// Settings returns the handlers' settings as they are now.
	Settings func(context.Context) (func(string) string, error)
	Notes    Notes
	Queue    Sender
	Vault    vault.Putter // takes the bodies that are too large for the queue
	HTTP     *http.Client // asks the providers; nil means their clients' own
	Now      func() time.Time
}

// A poll asks one provider.
type poll struct {
	provider string
	settings []string      // must all be set
	every    time.Duration // the pause between two polls that found all that there was
	// ask sends what it finds. It returns the cursor as it is after that, also with an error.
	// More says that there is more, so that the next run asks again.
	ask func(ctx context.Context, r *Reconcile, getenv func(string) string, cursor json.RawMessage) (found found, err error)
}

type found struct {
	cursor  json.RawMessage
	summary string
	more    bool
}

// polls has the providers whose APIs say what there is. Compliancely's answers for an id
// only, which nobody here knows, and Contiguity's for one conversation.
var polls = []poll{kycPoll}

// A cursor is the content of a provider's note.
type cursor struct {
	At     int64           `json:"at"`               // Unix milliseconds: when all that there was had been found
	Cursor json.RawMessage `json:"cursor,omitempty"` // the provider's own
}

// sample marks a setting that only serves to show what a handler would do.
const sample = "sample-only"

// Task returns the task "reconcile".
func (r *Reconcile) Task() Task { return Task{Name: "reconcile", Time: reconcileTime, Run: r.run} }

// run asks each provider within its share of the time.
func (r *Reconcile) run(ctx context.Context) (string, error) {
	var summaries []string
	var errs []error
	for i, p := range polls {
		share, cancel := ctx, func() {}
		if deadline, ok := ctx.Deadline(); ok {
			left := time.Until(deadline) / time.Duration(len(polls)-i)
			share, cancel = context.WithTimeout(ctx, left-min(noteTime, left/4))
		}
		summary, err := r.one(share, p)
		cancel()
		summaries = append(summaries, p.provider+": "+summary)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", p.provider, err))
		}
	}
	return strings.Join(summaries, "; "), errors.Join(errs...)
}

// one asks a provider if it is due, and notes what was sent. If the note cannot be written,
// the next run sends some of it again, under the same ids.
func (r *Reconcile) one(ctx context.Context, p poll) (summary string, err error) {
	const unknown = "not asked"
	note, err := r.Notes.GetNote(ctx, cursorNote+p.provider)
	if err != nil {
		return unknown, fmt.Errorf("read what was found before: %w", quiet{err})
	}
	var last cursor
	_ = json.Unmarshal([]byte(note.Text), &last) // without a valid note, nothing was found before
	now := r.Now()
	if at := time.UnixMilli(last.At); now.Before(at.Add(p.every)) && !now.Before(at) {
		return "not due", nil
	}
	getenv, err := r.Settings(ctx)
	if err != nil {
		return unknown, err
	}
	if missing := missing(getenv, p.settings); missing != "" {
		return "off, because " + missing + " is not among the handlers' settings", nil
	}
	found, err := p.ask(ctx, r, getenv, last.Cursor)
	next := cursor{At: last.At, Cursor: found.cursor}
	if err == nil && !found.more {
		next.At = now.UnixMilli()
	}
	return found.summary, errors.Join(err, r.note(ctx, cursorNote+p.provider, note, next))
}

// missing returns the names of the settings that are not set, or only for a show.
func missing(getenv func(string) string, names []string) string {
	var missing []string
	for _, name := range names {
		if value := getenv(name); value == "" || strings.Contains(value, sample) {
			missing = append(missing, name)
		}
	}
	return strings.Join(missing, ", ")
}

// note writes the cursor, even if ctx has ended. If another run wrote one since, that stands:
// what this one sent is found again.
func (r *Reconcile) note(ctx context.Context, name string, before ledger.Note, next cursor) error {
	text, err := json.Marshal(next)
	if err != nil || string(text) == before.Text {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTime)
	defer cancel()
	err = r.Notes.PutNote(ctx, name, before.Version, string(text))
	if err == nil || errors.Is(err, ledger.ErrNoteMoved) {
		return nil
	}
	return fmt.Errorf("note what was found: %w", quiet{err})
}

// send puts a message into the queue.
func (r *Reconcile) send(ctx context.Context, m queue.Message) error {
	err := send(ctx, r.Queue, r.Vault, m)
	if err != nil {
		return fmt.Errorf("the queue does not take what was found: %w", quiet{err})
	}
	return nil
}
