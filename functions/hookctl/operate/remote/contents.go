package remote

import (
	"context"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/ledger"
)

// The calls of [operate.Contents].
const (
	callPayloads   = "payloads"
	callErase      = "erase"
	callState      = "state"
	callEraseState = "erase-state"
)

type payloadsOut struct {
	Kept map[string]ledger.Kept `json:"kept"`
}

type stateIn struct {
	ID      string `json:"id"`
	Version int64  `json:"version,omitempty"`
}

type stateOut struct {
	State ledger.StateValue `json:"state"`
}

func payloads(ctx context.Context, l operate.Ledger, in keysIn) (out payloadsOut, err error) {
	out.Kept, err = l.Payloads(ctx, in.Keys)
	return out, err
}

func erase(ctx context.Context, l operate.Ledger, in foundIn) (out wroteOut, err error) {
	out.Wrote, err = l.Erase(ctx, in.Found, in.Now)
	return out, err
}

func state(ctx context.Context, l operate.Ledger, in stateIn) (out stateOut, err error) {
	out.State, err = l.State(ctx, in.ID)
	return out, err
}

func eraseState(ctx context.Context, l operate.Ledger, in stateIn) (out wroteOut, err error) {
	out.Wrote, err = l.EraseState(ctx, in.ID, in.Version)
	return out, err
}

// Payloads implements [operate.Contents].
func (c ledgerClient) Payloads(ctx context.Context, keys []string) (map[string]ledger.Kept, error) {
	var out payloadsOut
	err := c.call(ctx, callPayloads, keysIn{keys}, &out)
	return out.Kept, err
}

// Erase implements [operate.Contents].
func (c ledgerClient) Erase(ctx context.Context, found ledger.Found, now time.Time) (bool, error) {
	var out wroteOut
	err := c.call(ctx, callErase, foundIn{found, now}, &out)
	return out.Wrote, err
}

// State implements [operate.Contents].
func (c ledgerClient) State(ctx context.Context, id string) (ledger.StateValue, error) {
	var out stateOut
	err := c.call(ctx, callState, stateIn{ID: id}, &out)
	return out.State, err
}

// EraseState implements [operate.Contents].
func (c ledgerClient) EraseState(ctx context.Context, id string, version int64) (bool, error) {
	var out wroteOut
	err := c.call(ctx, callEraseState, stateIn{id, version}, &out)
	return out.Wrote, err
}
