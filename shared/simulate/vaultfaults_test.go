package simulate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/quarantine"
	"webhookintake/shared/queue"
	"webhookintake/shared/upkeep"
	"webhookintake/shared/vault"
	kept "webhookintake/shared/vault/quarantine"
	"webhookintake/shared/webhook"
)

// vaultFaults are mistakes of ingest, upkeep and a release with what is in the vault.
func vaultFaults() []fault {
	return []fault{
		{"acknowledge what was not spilled", spilling(func(ctx context.Context, v vault.Vault, key string, body []byte) error {
			_ = v.Put(ctx, key, body)
			return nil
		}), []int{1}, 200},
		{"a spilled object for each event, not each arrival", spilling(func(ctx context.Context, v vault.Vault, key string, body []byte) error {
			m, err := queue.Unpack(body, webhook.Hasher{})
			name := sha256.Sum256([]byte(m.Key()))
			return errors.Join(err, v.Put(ctx, vault.Spill+hex.EncodeToString(name[:]), body))
		}), []int{22}, 200},
		{"delete before sending", variant{drain: func(d *upkeep.Drain) { d.Vault = deletesFirst{d.Vault} }}, []int{22}, 200},
		{"delete although the queue did not answer", variant{drain: func(d *upkeep.Drain) { d.Queue = deaf(d.Queue) }}, []int{22}, 500},
		{"send what has another sum", variant{drain: func(d *upkeep.Drain) { d.Vault = trusting{d.Vault} }}, []int{2}, 500},
		{"forget when a spilled webhook arrived", variant{drain: func(d *upkeep.Drain) {
			next := d.Queue
			d.Queue = senderFunc(func(ctx context.Context, m queue.Message, delay time.Duration) error {
				m.Received = time.Now()
				return next.Send(ctx, m, delay)
			})
		}}, []int{23}, 200},
		{"leave the last spilled object", variant{drain: func(d *upkeep.Drain) { d.Vault = shortSighted{d.Vault} }}, []int{15}, 200},
		{"release by the secrets of the arrival", variant{rotated: func(func() bool) func() bool {
			return func() bool { return false }
		}}, []int{15}, 500},
		{"release as of now", verifying(func(ctx context.Context, q operate.Quarantine, r kept.Request) (queue.Message, error) {
			r.At = time.Now()
			return q.Verify(ctx, r)
		}), []int{15, 23}, 500},
		{"release without verifying", verifying(func(ctx context.Context, q operate.Quarantine, r kept.Request) (queue.Message, error) {
			m, err := q.Verify(ctx, r)
			if err != nil {
				m, err = unverified(r)
			}
			return m, err
		}), []int{2}, 200},
		{"delete what a release could not send", variant{release: func(r *quarantine.Releaser) { r.Queue = deaf(r.Queue) }}, []int{22}, 2000},
	}
}

// spilling changes how ingest spills.
func spilling(put func(ctx context.Context, v vault.Vault, key string, body []byte) error) variant {
	return variant{vault: func(v vault.Vault) vault.Vault { return spiller{v, put} }}
}

type spiller struct {
	vault.Vault
	put func(ctx context.Context, v vault.Vault, key string, body []byte) error
}

func (s spiller) Put(ctx context.Context, key string, body []byte) error {
	if !strings.HasPrefix(key, vault.Spill) {
		return s.Vault.Put(ctx, key, body)
	}
	return s.put(ctx, s.Vault, key, body)
}

type deletesFirst struct{ upkeep.Spill }

func (v deletesFirst) Get(ctx context.Context, key string) ([]byte, error) {
	data, err := v.Spill.Get(ctx, key)
	return data, errors.Join(err, v.Spill.Delete(ctx, key))
}

// A trusting vault gives every object the right sum.
type trusting struct{ upkeep.Spill }

func (v trusting) Get(ctx context.Context, key string) ([]byte, error) {
	data, err := v.Spill.Get(ctx, key)
	_, content, _ := bytes.Cut(data, []byte("\n"))
	sum := webhook.Hasher{}.Body(append([]byte("packed\n"), content...))
	return append([]byte(sum+"\n"), content...), err
}

type shortSighted struct{ upkeep.Spill }

func (v shortSighted) List(ctx context.Context, prefix, after string, limit int) ([]vault.Object, error) {
	found, err := v.Spill.List(ctx, prefix, after, limit)
	return found[:max(len(found)-1, 0)], err
}

// deaf takes no answer of the queue for a good one.
func deaf(next upkeep.Sender) senderFunc {
	return func(ctx context.Context, m queue.Message, delay time.Duration) error {
		_ = next.Send(ctx, m, delay)
		return nil
	}
}

// verifying changes how a release verifies.
func verifying(verify func(ctx context.Context, q operate.Quarantine, r kept.Request) (queue.Message, error)) variant {
	return variant{release: func(r *quarantine.Releaser) { r.Quarantine = verifier{r.Quarantine, verify} }}
}

type verifier struct {
	operate.Quarantine
	verify func(ctx context.Context, q operate.Quarantine, r kept.Request) (queue.Message, error)
}

func (v verifier) Verify(ctx context.Context, r kept.Request) (queue.Message, error) {
	return v.verify(ctx, v.Quarantine, r)
}

// unverified returns the message that a refused request would make if it were not forged.
func unverified(r kept.Request) (m queue.Message, err error) {
	for _, e := range catalogue() {
		if e.source() != r.Source {
			continue
		}
		var found webhook.Envelope
		if found, err = e.provider.Open(r.Body); err == nil {
			m.Source, m.Provider, m.ID, m.Type, m.Received, m.Raw = r.Source, r.Source, found.ID, found.Type, r.At.Truncate(time.Millisecond), r.Body
			return m, nil
		}
	}
	return m, err
}
