package samples

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"

	"webhookintake/shared/hook"
)

// watchlistAlert tells people that a watchlist has a new match, or that a match changed.
// The names of those events are not documented, so it handles every type of the provider
// except those of sessions.
//
// An alert that comes twice is better than one that never comes, so it runs at least
// once. It is registered once for each way to alert: if one fails, only that is repeated.
type watchlistAlert struct {
	alert  func(ctx context.Context, text string) error
	sample bool // logs that it would alert, and calls nobody
}

func (watchlistAlert) takes(typ string) bool { return !strings.HasPrefix(typ, "kyc.session.") }

func (w watchlistAlert) handle(ctx context.Context, e hook.Event[json.RawMessage]) error {
	if w.sample {
		slog.InfoContext(ctx, "would alert: watchlist", "id", e.ID, "type", e.Type)
		return nil
	}
	return w.alert(ctx, watchlistText(e))
}

// watchlistText names no person: the provider's console decides who may see that.
func watchlistText(e hook.Event[json.RawMessage]) string {
	var about struct {
		WatchlistID string `json:"watchlist_id"`
	}
	_ = json.Unmarshal(e.Data, &about) // undocumented: the alert goes out without it
	text := fmt.Sprintf("Legal Talent KYC: %s (event %s", e.Type, e.ID)
	if about.WatchlistID != "" {
		text += ", watchlist " + about.WatchlistID
	}
	return text + "). Look at it in the KYC console."
}
