package upkeep

import (
	"context"
	"encoding/json"
	"fmt"
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

func askKYC(ctx context.Context, r *Reconcile, getenv func(string) string, before json.RawMessage) (found, error) {
	unchanged := found{cursor: before, summary: "not asked"}
	client, err := kyc.NewClient(kyc.ClientOptions{Token: webhook.NewSecret(getenv(KYCToken)), BaseURL: getenv(KYCHost), HTTP: r.HTTP})
	if err != nil {
		return unchanged, fmt.Errorf("check %s and %s in the handlers' secret: %w", KYCToken, KYCHost, err)
	}
	var seen reconcile.Watchlists
	_ = json.Unmarshal(before, &seen) // without a valid one, nothing was seen
	report, err := seen.Poll(ctx, reconcile.WatchlistPoll{
		Client: client, Source: kyc.Provider{}.Name(), Received: r.Now(), Limit: watchlistsARun, Send: r.send,
	})
	after, writeErr := json.Marshal(seen)
	if writeErr != nil {
		return unchanged, writeErr
	}
	summary := fmt.Sprintf("%s queued, %d without news", plural(report.Queued, "event", "events"), report.Unchanged)
	if report.Left > 0 {
		summary += fmt.Sprintf(", %d left", report.Left)
	}
	return found{cursor: after, summary: summary, more: report.Left > 0}, err
}
