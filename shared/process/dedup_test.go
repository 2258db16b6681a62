package process_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// An id made from the content is a duplicate for an hour or for as long as the source says,
// an id from the provider for 30 days, whatever it looks like; both are measured between
// arrivals.
func TestWindows(t *testing.T) {
	t.Parallel()
	const month = 30 * 24 * time.Hour
	for _, tt := range []struct {
		id       string
		identity webhook.Identity
		window   time.Duration // the source's
		after    time.Duration
		want     process.Outcome
	}{
		{"evt_1", webhook.Given, 0, month, process.Duplicate},
		{"evt_1", webhook.Given, 0, month + time.Millisecond, process.Handled},
		{"sha256:1", webhook.Given, 0, month, process.Duplicate},
		{"key:1", webhook.Given, 0, month, process.Duplicate},
		{"1", webhook.BodyHash, 0, time.Hour, process.Duplicate},
		{"1", webhook.BodyHash, 0, time.Hour + time.Millisecond, process.Handled},
		{"1", webhook.KeyHash, 0, time.Hour, process.Duplicate},
		{"1", webhook.KeyHash, 0, time.Hour + time.Millisecond, process.Handled},
		{"1", webhook.BodyHash, month, month, process.Duplicate},
		{"1", webhook.KeyHash, time.Minute, time.Minute + time.Millisecond, process.Handled},
	} {
		row(t, fmt.Sprintf("%s %s %v after %v", tt.id, tt.identity, tt.window, tt.after), func(w *world) {
			w.on("charge", nil)
			m := message(tt.id)
			m.Identity, m.Origin.Window = tt.identity, tt.window
			w.send(m)
			w.deliver()
			m.Received = m.Received.Add(tt.after)
			w.send(m)
			w.want(w.deliver(), tt.want, true)
		})
	}
}

// Another body under an id is a conflict, even if the id looks like one of ours: a sender
// may use such ids. Under a key made from parts of the body the rest may differ, and
// digests that were made in different ways are not compared.
func TestConflicts(t *testing.T) {
	t.Parallel()
	const one, two = "sha256:9dab", "sha256:31f0"
	for _, tt := range []struct {
		name          string
		id            string
		identity      webhook.Identity
		first, second string // digests; empty: the message is an older version's
		want          process.Outcome
	}{
		{"given", "evt_1", webhook.Given, one, two, process.DeadLettered},
		{"given, the same", "evt_1", webhook.Given, one, one, process.Duplicate},
		{"given, looks like a body's hash", "sha256:1", webhook.Given, one, two, process.DeadLettered},
		{"given, looks like a key", "key:1", webhook.Given, one, two, process.DeadLettered},
		{"older version", "evt_1", webhook.Given, "", "", process.DeadLettered},
		{"older version, looks like a key", "key:1", webhook.Given, "", "", process.DeadLettered},
		{"key", "key:1", webhook.KeyHash, "", "", process.Duplicate},
		{"keyed", "evt_1", webhook.Given, "hmac-0a1b2c:9d", "hmac-0a1b2c:31", process.DeadLettered},
		{"a key comes", "evt_1", webhook.Given, one, "hmac-0a1b2c:9d", process.Duplicate},
		{"a key comes, after an upgrade", "evt_1", webhook.Given, "", "hmac-0a1b2c:9d", process.Duplicate},
		{"a key rotates or falls back", "evt_1", webhook.Given, "hmac-0a1b2c:9d", "hmac-ffffff:31", process.Duplicate},
		{"a key goes", "evt_1", webhook.Given, "hmac-0a1b2c:9d", one, process.Duplicate},
	} {
		row(t, tt.name, func(w *world) {
			w.on("charge", nil)
			a, b := message(tt.id), message(tt.id)
			b.Raw = []byte(`{"id":"o-1","cents":9}`)
			a.Identity, b.Identity = tt.identity, tt.identity
			a.Origin.Digest, b.Origin.Digest = tt.first, tt.second
			w.send(a)
			w.deliver()
			w.send(b)
			w.want(w.deliver(), tt.want, true)
		})
	}
}

// The digest of an older version's message is that of its body, so its copies and those of
// a new version are the same event.
func TestDigestOverAnUpgrade(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("charge", nil)
		old, now := message("evt_1"), message("evt_1")
		sum := sha256.Sum256(now.Raw)
		now.Origin.Digest = "sha256:" + hex.EncodeToString(sum[:])
		for _, m := range []queue.Message{old, now, old} {
			w.send(m)
			for _, r := range w.deliver() {
				if r.Outcome != process.Handled && r.Outcome != process.Duplicate {
					t.Errorf("outcome %s", r.Outcome)
				}
			}
		}
		if got, _ := w.ledger.Record("shop#evt_1"); got.Hash != hex.EncodeToString(sum[:]) {
			t.Errorf("hash %q, want the bare sha256, which the version before compares", got.Hash)
		}
	})
}

// The record says how the id was made and which secret signed the event.
func TestRecordKeepsOrigin(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("charge", nil)
		m := message("1")
		m.Identity, m.Origin = webhook.BodyHash, queue.Origin{Digest: "hmac-0a1b2c:9d", Window: time.Minute, Secret: new(1)}
		w.send(m)
		w.deliver()
		got, _ := w.ledger.Record("shop#1")
		if got.Identity != m.Identity || got.Hash != m.Origin.Digest || got.Secret == nil || *got.Secret != 1 ||
			!got.DedupUntil.Equal(m.Received.Add(time.Minute)) {
			t.Errorf("record = %+v", got)
		}
	})
}
