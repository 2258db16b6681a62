package upkeep

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/reconcile"
	"webhookintake/shared/webhook"
)

// The handlers' settings by which Legal Talent KYC is asked. The second is optional: the
// address of another host than the production one, such as [kyc.StagingURL].
const (
	KYCToken = "KYC_TOKEN"
	KYCHost  = "KYC_API_URL"
)

// watchlistsARun bounds what one run fetches. The provider allows 1,000 requests in 5 minutes.
const watchlistsARun = 200

// kycPoll asks for watchlists. Sessions cannot be listed.
var kycPoll = poll{provider: kyc.Provider{}.Name(), settings: []string{KYCToken}, every: time.Hour, ask: askKYC}

// partSize bounds a note in bytes: a change of one watchlist writes a whole note.
const partSize = 100 << 10

func askKYC(ctx context.Context, r *Reconcile, getenv func(string) string, before cursor) (found, error) {
	unchanged := found{cursor: before, summary: "not asked"}
	client, err := kyc.NewClient(kyc.ClientOptions{Token: webhook.NewSecret(getenv(KYCToken)), BaseURL: getenv(KYCHost), HTTP: r.HTTP})
	if err != nil {
		return unchanged, fmt.Errorf("check %s and %s in the handlers' secret: %w", KYCToken, KYCHost, err)
	}
	seen := readWatchlists(before)
	report, err := seen.Poll(ctx, reconcile.WatchlistPoll{
		Client: client, Source: kyc.Provider{}.Name(), Received: r.Now(), Limit: watchlistsARun, Send: r.send,
	})
	after, writeErr := writeWatchlists(seen)
	if writeErr != nil {
		return unchanged, writeErr
	}
	summary := fmt.Sprintf("%s queued, %d without news", plural(report.Queued, "event", "events"), report.Unchanged)
	if report.Left > 0 {
		summary += fmt.Sprintf(", %d left", report.Left)
	}
	return found{cursor: after, summary: summary, more: report.Left > 0}, err
}

// readWatchlists returns what was seen. Without a valid cursor, nothing was.
func readWatchlists(c cursor) (w reconcile.Watchlists) {
	_ = json.Unmarshal(c.own, &w)
	for _, part := range c.parts {
		_ = json.Unmarshal(part, &w.Seen) // it adds to what is there
	}
	return w
}

// writeWatchlists puts what does not fit the first note into further ones, in the order of ids.
func writeWatchlists(w reconcile.Watchlists) (c cursor, err error) {
	const entry = len(`"":{"at":1790000000000,"sum":"0123456789abcdef"},`)
	parts, size := []map[string]reconcile.SeenCheck{{}}, 0
	for _, id := range slices.Sorted(maps.Keys(w.Seen)) {
		if size += entry + len(id); size > partSize {
			parts, size = append(parts, map[string]reconcile.SeenCheck{}), 0
		}
		parts[len(parts)-1][id] = w.Seen[id]
	}
	w.Seen = parts[0]
	if c.own, err = json.Marshal(w); err != nil {
		return c, err
	}
	for _, part := range parts[1:] {
		text, err := json.Marshal(part)
		if err != nil {
			return c, err
		}
		c.parts = append(c.parts, text)
	}
	return c, nil
}
