package contiguity

import "webhookintake/shared/webhook"

// Types returns the typed events, with the older names that reach the same handlers.
func Types() []webhook.TypeInfo {
	return []webhook.TypeInfo{
		TextIncomingSMS.Info("TextIncomingSMS", "text.incoming", "communications.incoming.sms"),
		TextIncomingMMS.Info("TextIncomingMMS", "text.incoming", "communications.incoming.mms"),
		TextDeliveryConfirmed.Info("TextDeliveryConfirmed"),
		TextDeliveryFailed.Info("TextDeliveryFailed"),
		IMessageIncoming.Info("IMessageIncoming", "communications.incoming.imessage"),
		WhatsAppIncoming.Info("WhatsAppIncoming", "communications.incoming.whatsapp"),
		EmailIncoming.Info("EmailIncoming", "communications.incoming.email"),
		NumbersSubstitution.Info("NumbersSubstitution"),
		OTPReverseVerified.Info("OTPReverseVerified"),
		VerificationSessionStarted.Info("VerificationSessionStarted"),
		VerificationSessionProcessing.Info("VerificationSessionProcessing"),
		VerificationSessionVerified.Info("VerificationSessionVerified"),
		VerificationSessionFailed.Info("VerificationSessionFailed"),
		VerificationSessionRequiresInput.Info("VerificationSessionRequiresInput"),
		VerificationSessionManuallyApproved.Info("VerificationSessionManuallyApproved"),
		VerificationSessionManuallyDenied.Info("VerificationSessionManuallyDenied"),
		VerificationReportGenerated.Info("VerificationReportGenerated"),
	}
}
