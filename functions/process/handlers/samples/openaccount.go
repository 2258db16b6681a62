package samples

import (
	"context"
	"errors"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

// openAccount opens an account for a customer whom a compliance officer approved: it puts
// an item into a table whose partition key is the string session_id. Like deliveryStatus,
// it only returns writes.
type openAccount struct{ table string }

func (o openAccount) handle(_ context.Context, e hook.Event[kyc.Session]) ([]webhook.Write, error) {
	if e.Data.SessionID == "" {
		return nil, hook.Permanent(errors.New("the session has no id")) // no retry can add one
	}
	key := webhook.Attributes{"session_id": webhook.S(e.Data.SessionID)}
	return []webhook.Write{
		webhook.Put(o.table, key, webhook.Attributes{
			"client_id": webhook.S(e.Data.ClientID),
			"watch":     webhook.B(e.Data.FinalDecision.Is(kyc.DecisionFlagged)),
			"at":        webhook.N(e.Time.Unix()),
		}),
	}, nil
}
