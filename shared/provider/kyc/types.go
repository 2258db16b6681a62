package kyc

import "webhookintake/shared/webhook"

// Types returns the typed events. Watchlist events, whose names are not documented, reach
// handlers of all events of the provider.
func Types() []webhook.TypeInfo {
	return []webhook.TypeInfo{
		SessionCreated.Info("SessionCreated"),
		SessionCompleted.Info("SessionCompleted"),
		SessionProcessed.Info("SessionProcessed"),
		SessionApproved.Info("SessionApproved"),
		SessionRejected.Info("SessionRejected"),
		SessionManualReview.Info("SessionManualReview"),
	}
}
