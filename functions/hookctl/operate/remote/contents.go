package remote

import (
	"context"

	"webhookintake/shared/ledger"
)

// The calls of [operate.Contents].
const callPayloads = "payloads"

type payloadsOut struct {
	Kept map[string]ledger.Kept `json:"kept"`
}

func (s server) payloads(ctx context.Context, in keysIn) (out payloadsOut, err error) {
	l, err := s.Ledger()
	if err != nil {
		return out, err
	}
	out.Kept, err = l.Payloads(ctx, in.Keys)
	return out, err
}

// Payloads implements [operate.Contents].
func (c ledgerClient) Payloads(ctx context.Context, keys []string) (map[string]ledger.Kept, error) {
	var out payloadsOut
	err := c.call(ctx, callPayloads, keysIn{keys}, &out)
	return out.Kept, err
}
