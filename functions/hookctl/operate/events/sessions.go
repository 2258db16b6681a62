package events

import (
	"context"
	"errors"

	"webhookintake/shared/ledger"
	"webhookintake/shared/reconcile"
)

// Kept is what the kept payloads of a kyc source say about its sessions.
type Kept struct {
	Sessions reconcile.Sessions
	Events   int
	NotKept  int // those of the Events whose payload is not kept
	Skipped  Skipped
}

// KeptSessions reads the kept payloads of the events that s selects.
func KeptSessions(ctx context.Context, l Ledger, s ledger.Scan) (Kept, error) {
	var kept Kept
	for found, err := range l.Records(ctx, kept.Skipped.Count(s)) {
		if err != nil {
			return Kept{}, err
		}
		kept.Events++
		body, err := l.Payload(ctx, found.Key)
		switch {
		case errors.Is(err, ledger.ErrNoPayload):
			kept.NotKept++
		case err != nil:
			return Kept{}, err
		default:
			kept.Sessions.Add(body)
		}
	}
	return kept, nil
}
