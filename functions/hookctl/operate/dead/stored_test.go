package dead_test

import (
	"testing"

	"webhookintake/shared/hook"
	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
	vaultmemory "webhookintake/shared/vault/memory"
)

// TestRedriveStored redrives an event whose body is in the vault: the letter says where, and
// so does the message that is sent back.
func TestRedriveStored(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		v := vaultmemory.New(vaultmemory.Options{})
		w.worker.Vault = v
		w.on("charge")
		w.fails["charge"] = hook.Permanent(errBank)
		m := message("evt_1")
		key, sum, err := vault.PutBody(t.Context(), v, m.Key(), m.Raw)
		if err != nil {
			t.Fatal(err)
		}
		m.Origin = queue.Origin{Digest: "sha256:" + sum, Stored: &queue.Stored{Key: key, SHA256: sum}}
		m.Raw = nil
		w.send(m)
		w.wantWork(died, "charge evt_1")

		w.fails = nil
		w.wantRedriven("evt_1 redriven")
		w.wantVisible(0)
		w.wantWork(handled, "charge evt_1")
	})
}
