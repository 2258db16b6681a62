package handlers

import (
	"webhookintake/shared/hook"
	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/kyc"
)

// Register enters every handler into r. Settings come through getenv: the handlers'
// secret first, then the environment of the process function. An error stops the
// program at start.
func Register(r *hook.Registry, getenv func(string) string) error {
	reply := autoReply{text: getenv("AUTO_REPLY_TEXT")}
	hook.On(r, contiguity.TextIncomingSMS, "auto-reply", reply.handle, hook.AtMostOnce)

	if table := getenv("DELIVERIES_TABLE"); table != "" {
		delivery := deliveryStatus{table: table}
		hook.OnWrites(r, contiguity.TextDeliveryConfirmed, "delivery-status", delivery.handle, hook.SkipStale)
		hook.OnWrites(r, contiguity.TextDeliveryFailed, "delivery-status", delivery.handle, hook.SkipStale)
	}

	hook.On(r, kyc.SessionApproved, "open-account", openAccount)
	hook.On(r, compliancely.TINMatch, "tin-mismatch-alert", tinMismatchAlert)
	return nil
}
