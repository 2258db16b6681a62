package samples

import (
	"context"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

// deliveryStatus keeps the newest delivery status of each message. It only returns writes:
// they are committed together with the note that the event is handled, so the table is
// correct even if the process dies halfway. The table's partition key is the string
// message_id.
type deliveryStatus struct{ table string }

func (d deliveryStatus) handle(_ context.Context, e hook.Event[contiguity.Delivery]) ([]webhook.Write, error) {
	key := webhook.Attributes{"message_id": webhook.S(e.Data.MessageID)}
	return []webhook.Write{
		webhook.Put(d.table, key, webhook.Attributes{
			"status": webhook.S(e.Type),
			"error":  webhook.S(e.Data.Error),
			"at":     webhook.N(e.Time.Unix()),
		}),
	}, nil
}
