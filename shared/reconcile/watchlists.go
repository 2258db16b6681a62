package reconcile

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/queue"
)

const (
	// firstLook is how old a check may be that is found before anything is remembered.
	firstLook = 24 * time.Hour
	// oldest is how old a check of a watchlist may be of which nothing is remembered. It is
	// shorter than the 30 days for which the ledger remembers an id: what was forgotten here
	// and is found again is then a duplicate there.
	oldest = 29 * 24 * time.Hour
)

// Watchlists remembers what was fetched of each watchlist, so that a poll continues where
// the one before stopped. It is written as JSON. The zero Watchlists remembers nothing: the
// next poll then finds the watchlists that were checked within the last day. If part of Seen is
// lost, those watchlists are found again.
type Watchlists struct {
	// Since is a time in Unix milliseconds. A watchlist that is not in Seen and was not
	// checked after it is not fetched.
	Since int64 `json:"since"`
	// After is the id of the watchlist that was fetched last, or tried. The next poll begins
	// after it, so that those that always fail do not hold up the others.
	After string               `json:"after,omitempty"`
	Seen  map[string]SeenCheck `json:"seen,omitempty"` // by the id of the watchlist
}

// A SeenCheck is the check of a watchlist that was fetched last.
type SeenCheck struct {
	At  int64  `json:"at"`  // when the list said that it was, in Unix milliseconds
	Sum string `json:"sum"` // of its results
}

// A WatchlistPoll says how [Watchlists] are polled. All fields are required.
type WatchlistPoll struct {
	Client   *kyc.Client
	Source   string    // of the events
	Received time.Time // the arrival time of the events: now
	Limit    int       // the most watchlists that are fetched
	// Send puts an event into the queue. What it returned nil for is remembered.
	Send func(context.Context, queue.Message) error
}

// A PollReport says what a poll found.
type PollReport struct {
	Queued    int // events that were sent
	Unchanged int // checks whose results equal those of the check before
	Left      int // watchlists that were checked and not fetched
}

// Poll fetches the watchlists that were checked since they were fetched last, and sends an
// event as that of [KYC] for each whose results changed. A check that found what the one
// before had found is no news, and no webhook would report it.
//
// W says afterwards what was sent. If it is lost, and the next poll begins with an older
// one, the events come again with the same ids and bodies, which the ledger drops. A watchlist
// that was checked again in between has the event of that check instead, a new one.
//
// With an error, w has what was done before. It joins those of all watchlists that could not
// be fetched; Poll stops at the first after which others would fail as well. Polls go around
// the watchlists in the order of their ids.
func (w *Watchlists) Poll(ctx context.Context, p WatchlistPoll) (report PollReport, err error) {
	list, err := listWatchlists(ctx, p.Client, nil)
	if err != nil {
		return report, fmt.Errorf("ask for the watchlists: %w", err)
	}
	moved := w.moved(list, p.Received)
	for i, listed := range moved {
		if i == p.Limit {
			break
		}
		w.After = listed.WatchlistID
		changed, oneErr := w.fetch(ctx, p, listed)
		switch {
		case oneErr != nil:
			report.Left++
			err = errors.Join(err, oneErr)
		case changed:
			report.Queued++
		default:
			report.Unchanged++
		}
		if oneErr != nil && stops(oneErr) {
			report.Left += len(moved) - i - 1
			return report, err
		}
	}
	report.Left += max(0, len(moved)-p.Limit)
	return report, err
}

// moved returns the listed watchlists that were checked since they were seen, from the first
// after w.After on, and forgets those that are not listed any more.
func (w *Watchlists) moved(list []kyc.Watchlist, now time.Time) (moved []kyc.Watchlist) {
	since := now.Add(-oldest)
	if w.Since == 0 {
		since = now.Add(-firstLook)
	}
	if w.Since <= now.UnixMilli() { // otherwise a wrong clock wrote it
		since = time.UnixMilli(max(w.Since, since.UnixMilli()))
	}
	w.Since = since.UnixMilli()
	seen := make(map[string]SeenCheck, len(list))
	for _, listed := range list {
		before, known := w.Seen[listed.WatchlistID]
		if known {
			seen[listed.WatchlistID] = before
		}
		at := listed.LastCheckedAt.UnixMilli()
		if !listed.LastCheckedAt.IsZero() && at != before.At && (known || at > w.Since) {
			moved = append(moved, listed)
		}
	}
	w.Seen = seen
	slices.SortFunc(moved, func(a, b kyc.Watchlist) int {
		later := func(id string) int { // 1 if it comes only when polls go around again
			if id <= w.After {
				return 1
			}
			return 0
		}
		return cmp.Or(later(a.WatchlistID)-later(b.WatchlistID), strings.Compare(a.WatchlistID, b.WatchlistID))
	})
	return moved
}

// fetch fetches a watchlist, sends its event if its results changed, and remembers that.
func (w *Watchlists) fetch(ctx context.Context, p WatchlistPoll, listed kyc.Watchlist) (changed bool, err error) {
	run, err := watchlistRun(ctx, p.Client, nil, listed.WatchlistID)
	if err != nil {
		return false, fmt.Errorf("ask for a watchlist: %w", err)
	}
	sum := sha256.Sum256(run.LastResults)
	now := SeenCheck{At: listed.LastCheckedAt.UnixMilli(), Sum: base64.RawURLEncoding.EncodeToString(sum[:12])}
	if changed = now.Sum != w.Seen[listed.WatchlistID].Sum; changed {
		e, err := event(TypeWatchlist, run.LastCheckedAt, run)
		if err != nil {
			return false, err
		}
		e.Source, e.Received = p.Source, p.Received
		if err := p.Send(ctx, queue.Message{Event: e}); err != nil {
			return false, sendError{err}
		}
	}
	w.Seen[listed.WatchlistID] = now
	return changed, nil
}

// A sendError says that an event could not be sent.
type sendError struct{ error }

func (e sendError) Unwrap() error { return e.error }

// stops reports whether the next call would fail as well: the queue is down, the API is down
// or asks to wait, or it does not accept the credentials.
func stops(err error) bool {
	if _, ok := errors.AsType[sendError](err); ok {
		return !errors.Is(err, queue.ErrTooLarge) && !errors.Is(err, queue.ErrInvalid) // those are about this one
	}
	if !isFinal(err) {
		return true
	}
	refused, ok := errors.AsType[*kyc.Error](err)
	return ok && (refused.Status == http.StatusUnauthorized || refused.Status == http.StatusForbidden)
}
