package upkeep

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
)

const (
	reconcileTime = 45 * time.Second
	// noteTime is what a provider's share of that keeps to note what was sent, a quarter at most.
	noteTime = 5 * time.Second
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
	ask func(ctx context.Context, r *Reconcile, getenv func(string) string, before cursor) (found found, err error)
}

type found struct {
	cursor  cursor
	summary string
	more    bool // there is more, so that the next run asks again
}

// polls has the providers whose APIs say what there is.
var polls = []poll{kycPoll}

// NotListed ends each summary of [Reconcile]: it says what is not asked for. How KYC's sessions
// are listed is not documented, and upkeep has no right to look for their ids in the payloads
// that the ledger keeps. Compliancely's API answers for an id only, which nobody here knows.
// Contiguity's answers for one conversation, without the ids of events.
const NotListed = "; KYC's sessions and Compliancely's requests are not asked for, as no documented API lists them: hookctl reconcile asks by id"

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
	return strings.Join(summaries, "; ") + NotListed, errors.Join(errs...)
}

// one asks a provider if it is due, and notes what was sent. If the note cannot be written,
// the next run sends some of it again, under the same ids.
func (r *Reconcile) one(ctx context.Context, p poll) (summary string, err error) {
	const unknown = "not asked"
	last, err := r.last(ctx, cursorNote+p.provider)
	if err != nil {
		return unknown, err
	}
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
	before, err := r.parts(ctx, last)
	if err != nil {
		return unknown, err
	}
	found, err := p.ask(ctx, r, getenv, before)
	if err == nil && !found.more {
		last.At = now.UnixMilli()
	}
	return found.summary, errors.Join(err, r.note(ctx, last, found.cursor))
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

// send puts a message into the queue.
func (r *Reconcile) send(ctx context.Context, m queue.Message) error {
	err := send(ctx, r.Queue, r.Vault, m)
	if err != nil {
		return fmt.Errorf("the queue does not take what was found: %w", quiet{err})
	}
	return nil
}
