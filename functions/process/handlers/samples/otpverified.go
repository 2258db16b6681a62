package samples

import (
	"context"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

// otpVerified records that a person has verified a phone number, so that the page on which
// the person waits can look it up. Like deliveryStatus, it only returns writes. The table's
// partition key is the string otp_id.
type otpVerified struct{ table string }

func (o otpVerified) handle(_ context.Context, e hook.Event[contiguity.ReverseOTP]) ([]webhook.Write, error) {
	key := webhook.Attributes{"otp_id": webhook.S(e.Data.OTPID)}
	return []webhook.Write{
		webhook.Put(o.table, key, webhook.Attributes{
			"number": webhook.S(e.Data.Number),
			"status": webhook.S(e.Data.Status),
			"at":     webhook.N(e.Time.Unix()),
		}),
	}, nil
}
