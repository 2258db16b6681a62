package reconcile

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// The types of the events that [KYC] makes. Handlers of all events of the provider get
// them. For a typed handler, bind a type to [WatchlistRun] or kyc.Session.
const (
	TypeWatchlist = "kyc.watchlist.reconciled"
	TypeSession   = "kyc.session.reconciled"
)

// idPrefix begins the ids of events that did not come as webhooks.
const idPrefix = "reconcile:"

// A KYCQuery selects watchlists and sessions.
type KYCQuery struct {
	Source   string    // the source of the events; empty means "kyc"
	Received time.Time // the arrival time of the events: now
	// Since selects the watchlists that were last checked after it.
	Since time.Time
	// Sessions are ids. How sessions are listed is not documented, so the ids must be
	// known: from creating the sessions, or from their webhooks, which [Sessions] reads.
	Sessions []string
	Waiting  func(time.Duration) // called before each wait for the API; nil means no calls
}

// A WatchlistRun is the data of [TypeWatchlist]: the results of the latest run of a
// watchlist. The provider does not keep earlier runs.
type WatchlistRun struct {
	WatchlistID   string          `json:"watchlist_id"`
	Name          string          `json:"name"`
	LastCheckedAt time.Time       `json:"last_checked_at,omitzero"`
	LastResults   json.RawMessage `json:"last_results"` // the form is not documented; members are sorted by name
}

// Entity returns the watchlist's id.
func (w WatchlistRun) Entity() string { return w.WatchlistID }

// KYC fetches the watchlists that were checked since, and the current state of the
// sessions. The event of a session has the fields of kyc.Session. If a session returns to
// an earlier state (A, B, A) within the 30 days for which an id is remembered, the event is
// that of the earlier state, and is not handled again.
//
// It returns what it found even with an error, which joins one for each watchlist and
// session that could not be fetched. It stops at the first that a later run could fetch.
func KYC(ctx context.Context, c *kyc.Client, q KYCQuery) ([]queue.Message, error) {
	if q.Source == "" {
		q.Source = kyc.Provider{}.Name()
	}
	var found collection
	add := func(what string, e webhook.Event, err error) {
		e.Source, e.Received = q.Source, q.Received
		found.add(what, queue.Message{Event: e}, err)
	}
	list, err := listWatchlists(ctx, c, q.Waiting)
	found.fail("watchlists", err)
	for _, listed := range list {
		if listed.LastCheckedAt.After(q.Since) && !found.stopped {
			e, err := watchlistEvent(ctx, c, q.Waiting, listed.WatchlistID)
			add("watchlist "+listed.WatchlistID, e, err)
		}
	}
	for _, id := range q.Sessions {
		if !found.stopped {
			e, err := sessionEvent(ctx, c, q.Waiting, id)
			add("session "+id, e, err)
		}
	}
	return found.messages, errors.Join(found.errs...)
}

// listWatchlists includes paused ones, which may have been checked before.
func listWatchlists(ctx context.Context, c *kyc.Client, waiting func(time.Duration)) ([]kyc.Watchlist, error) {
	return retry(ctx, waiting, func(ctx context.Context) ([]kyc.Watchlist, error) {
		return c.Watchlists(ctx, kyc.WatchlistFilter{})
	})
}

func watchlistEvent(ctx context.Context, c *kyc.Client, waiting func(time.Duration), id string) (webhook.Event, error) {
	run, err := watchlistRun(ctx, c, waiting, id)
	if err != nil {
		return webhook.Event{}, err
	}
	return event(TypeWatchlist, run.LastCheckedAt, run)
}

// watchlistRun fetches the latest run of a watchlist.
func watchlistRun(ctx context.Context, c *kyc.Client, waiting func(time.Duration), id string) (WatchlistRun, error) {
	w, err := retry(ctx, waiting, func(ctx context.Context) (kyc.Watchlist, error) { return c.Watchlist(ctx, id) })
	if err != nil {
		return WatchlistRun{}, err
	}
	if w.WatchlistID != id {
		return WatchlistRun{}, &webhook.FieldError{Field: "watchlist_id", Problem: "the answer is about another one"}
	}
	results, err := canonical(w.LastResults)
	if err != nil {
		return WatchlistRun{}, err
	}
	return WatchlistRun{WatchlistID: w.WatchlistID, Name: w.Name, LastCheckedAt: w.LastCheckedAt.UTC(), LastResults: results}, nil
}

func sessionEvent(ctx context.Context, c *kyc.Client, waiting func(time.Duration), id string) (webhook.Event, error) {
	s, err := retry(ctx, waiting, func(ctx context.Context) (kyc.Session, error) { return c.Session(ctx, id) })
	if err != nil {
		return webhook.Event{}, err
	}
	if s.SessionID != id {
		return webhook.Event{}, &webhook.FieldError{Field: "session_id", Problem: "the answer is about another one, or about none"}
	}
	if s.Metadata != nil {
		if s.Metadata, err = canonical(s.Metadata); err != nil {
			return webhook.Event{}, err
		}
	}
	return event(TypeSession, time.Time{}, s) // when it changed is not documented
}

// event returns the event with that data, which must be encoded the same way each time. It
// omits a zero created: an unknown time must not look like an old one.
func event(eventType string, created time.Time, data any) (webhook.Event, error) {
	text, err := json.Marshal(data)
	if err != nil {
		return webhook.Event{}, fmt.Errorf("write the event: %w", err)
	}
	sum := sha256.Sum256(append([]byte(eventType+"\n"), text...))
	body := struct {
		ID      string          `json:"id"`
		Type    string          `json:"type"`
		Created int64           `json:"created,omitzero"` // in Unix seconds
		Data    json.RawMessage `json:"data"`
	}{ID: idPrefix + hex.EncodeToString(sum[:]), Type: eventType, Data: text}
	if !created.IsZero() {
		body.Created = created.Unix()
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return webhook.Event{}, fmt.Errorf("write the event: %w", err)
	}
	return webhook.Event{Provider: kyc.Provider{}.Name(), ID: body.ID, Type: eventType, Raw: raw}, nil
}

// canonical encodes the value without spaces and with members sorted by name, because an
// API may change their order. An absent value is null.
func canonical(raw json.RawMessage) (json.RawMessage, error) {
	if len(raw) == 0 {
		return json.RawMessage("null"), nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, errors.New("the answer is not valid JSON") // err could quote it
	}
	return json.Marshal(value)
}
