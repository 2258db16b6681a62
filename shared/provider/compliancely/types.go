package compliancely

import "webhookintake/shared/webhook"

// Types returns the typed events.
func Types() []webhook.TypeInfo {
	return []webhook.TypeInfo{
		TINMatch.Info("TINMatch"),
		TaxExempt.Info("TaxExempt"),
		SecretaryOfState.Info("SecretaryOfState"),
		BulkTIN.Info("BulkTIN"),
		Transcript.Info("Transcript"),
	}
}
