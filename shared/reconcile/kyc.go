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

// The types of the events that [KYC] makes. Handlers of every event of the provider get
// them; for a typed one, bind the type to [WatchlistRun], or to kyc.Session.
const (
	TypeWatchlist = "kyc.watchlist.reconciled"
	TypeSession   = "kyc.session.reconciled"
)

// idPrefix begins the ids of events that no webhook has brought.
const idPrefix = "reconcile:"

// A KYCQuery says what is asked for.
type KYCQuery struct {
	Source   string    // the configured source whose webhooks are made up for; empty means "kyc"
	Received time.Time // when the events count as having come: now
	// Since leaves out the watchlists that were last checked before it, or at it.
	Since time.Time
	// Sessions are ids. How sessions are listed is not documented, so they have to be
	// known: from having made them, or from their webhooks, out of which [Sessions] gathers them.
	Sessions []string
	Waiting  func(time.Duration) // told of each wait before the API is asked again; nil: nobody is
}

// A WatchlistRun is the data of [TypeWatchlist]: what the newest run of a watchlist found.
// Earlier runs are not kept by the provider.
type WatchlistRun struct {
	WatchlistID   string          `json:"watchlist_id"`
	Name          string          `json:"name"`
	LastCheckedAt time.Time       `json:"last_checked_at,omitzero"`
	LastResults   json.RawMessage `json:"last_results"` // in a form that is not documented, members sorted by name
}

// Entity is the watchlist.
func (w WatchlistRun) Entity() string { return w.WatchlistID }

// KYC asks for the watchlists that were checked since, and for the sessions, as they are
// now. Of a session it tells the fields of kyc.Session: a session whose status returns to
// an older one (A, B, A) within the 30 days for which an id is known makes the older event,
// which is not handled again.
//
// Next to an error it gives what it found all the same. The error joins one for each
// watchlist and session that could not be had; it stops at the first that a later run
// could get.
func KYC(ctx context.Context, c *kyc.Client, q KYCQuery) ([]queue.Message, error) {
	if q.Source == "" {
		q.Source = kyc.Provider{}.Name()
	}
	var found collection
	add := func(what string, e webhook.Event, err error) {
		e.Source, e.Received = q.Source, q.Received
		found.add(what, queue.Message{Event: e}, err)
	}
	list, err := ask(ctx, q.Waiting, func(ctx context.Context) ([]kyc.Watchlist, error) {
		return c.Watchlists(ctx, kyc.WatchlistFilter{}) // paused ones too: they may have been checked before
	})
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

func watchlistEvent(ctx context.Context, c *kyc.Client, waiting func(time.Duration), id string) (webhook.Event, error) {
	w, err := ask(ctx, waiting, func(ctx context.Context) (kyc.Watchlist, error) { return c.Watchlist(ctx, id) })
	if err != nil {
		return webhook.Event{}, err
	}
	if w.WatchlistID != id {
		return webhook.Event{}, &webhook.FieldError{Field: "watchlist_id", Problem: "the answer is about another one"}
	}
	results, err := canonical(w.LastResults)
	if err != nil {
		return webhook.Event{}, err
	}
	return event(TypeWatchlist, w.LastCheckedAt.Time, WatchlistRun{
		WatchlistID: w.WatchlistID, Name: w.Name, LastCheckedAt: w.LastCheckedAt.UTC(), LastResults: results,
	})
}

func sessionEvent(ctx context.Context, c *kyc.Client, waiting func(time.Duration), id string) (webhook.Event, error) {
	s, err := ask(ctx, waiting, func(ctx context.Context) (kyc.Session, error) { return c.Session(ctx, id) })
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
	return event(TypeSession, time.Time{}, s) // nothing documented says since when it is so
}

// event is that of the data, which has to be written alike each time. A zero
// created is left out: what is not known must not look old.
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

// canonical writes the value without spaces and with members sorted by name, as an API
// may answer the same in another order. Nothing is null.
func canonical(raw json.RawMessage) (json.RawMessage, error) {
	if len(raw) == 0 {
		return json.RawMessage("null"), nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, errors.New("the answer holds no readable JSON") // err could quote it
	}
	return json.Marshal(value)
}
