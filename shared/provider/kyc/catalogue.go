package kyc

import "webhookintake/shared/webhook"

// Types lists the typed events. Watchlist events, whose names are not documented,
// reach handlers of every event of the provider.
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
