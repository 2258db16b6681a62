package contiguity

import "webhookintake/shared/webhook"

// Types lists the typed events, with the older names that reach the same handlers.
func Types() []webhook.TypeInfo {
	return []webhook.TypeInfo{
		TextIncomingSMS.Info("TextIncomingSMS", "text.incoming", "communications.incoming.sms"),
		TextIncomingMMS.Info("TextIncomingMMS", "text.incoming", "communications.incoming.mms"),
		TextDeliveryConfirmed.Info("TextDeliveryConfirmed"),
		TextDeliveryFailed.Info("TextDeliveryFailed"),
		IMessageIncoming.Info("IMessageIncoming", "communications.incoming.imessage"),
	}
}
