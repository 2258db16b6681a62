package erase_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate/search"
	"webhookintake/shared/ledger"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
	vaultmemory "webhookintake/shared/vault/memory"
	"webhookintake/shared/vault/quarantine"
	"webhookintake/shared/webhook"
)

// Of a person's data nothing is left under any prefix, and all of another's.
func TestEraseVault(t *testing.T) {
	inVaultBubble(t, func(t *testing.T, w *vaultWorld) {
		w.fill()
		x := w.eraser()
		plan := w.find(x)
		w.equal("objects", []int{plan.Objects(vault.Bodies), plan.Objects(vault.Spill), plan.Objects(vault.Quarantine), plan.Letters(), plan.Waiting}, []int{3, 3, 1, 1, 0})
		for _, err := range w.run(x, plan) {
			if err != nil {
				t.Error(err)
			}
		}
		w.equal("left", w.left(), slices.Concat(
			slices.Repeat([]string{"bodies/ other"}, 3), []string{"quarantine/ other"}, slices.Repeat([]string{"spill/ other"}, 3)))
		items, _ := names(w.find(x))
		w.equal("items of a second look", items, []string(nil))
	})
}

// Events that are named are erased with what the vault has of them.
func TestEraseNamedVault(t *testing.T) {
	inVaultBubble(t, func(t *testing.T, w *vaultWorld) {
		w.fill()
		w.refuse("other", noon, string(event("evt_refused", person).Raw))
		x := w.eraser()
		var keys []string
		for _, id := range []string{"evt_large", "evt_dead", "evt_spilled", "evt_both"} {
			keys = append(keys, "kyc#"+id+person)
		}
		plan, err := x.Named(t.Context(), append(keys, "kyc#evt_refused"))
		if err != nil {
			t.Fatal(err)
		}
		w.run(x, plan)
		w.equal("left", w.left(), []string{
			"bodies/ other", "bodies/ other", "bodies/ other",
			"quarantine/ person",                                            // of another source
			"spill/ other", "spill/ other", "spill/ other", "spill/ person", // what is not a message has no name
		})
	})
}

// A request that verifies is that of its event, whatever its id is made of, and no other's.
func TestEraseRefusedThatVerifies(t *testing.T) {
	inVaultBubble(t, func(t *testing.T, w *vaultWorld) {
		w.refuse("kyc", noon, `{"a":1}`)
		w.refuse("kyc", noon, `{"mentions":"hmac-1:aa"}`)
		x := w.eraser()
		x.Verify = func(_ context.Context, r quarantine.Request) (queue.Message, error) {
			id := "hmac-1:aa"
			if strings.Contains(string(r.Body), id) {
				id = "hmac-1:bb"
			}
			return queue.Message{Event: webhook.Event{Source: r.Source, ID: id}}, nil
		}
		plan, err := x.Named(t.Context(), []string{"kyc#hmac-1:aa"})
		if err != nil || plan.Objects(vault.Quarantine) != 1 {
			t.Fatalf("%+v, %v", plan.Items, err)
		}
		w.run(x, plan)
		left, _ := w.vault.List(t.Context(), vault.Quarantine, "", 10)
		data, _ := w.vault.Get(t.Context(), left[0].Key)
		if r, err := quarantine.Decode(data); err != nil || !strings.Contains(string(r.Body), "mentions") {
			t.Errorf("left is %s, %v", r.Body, err)
		}
	})
}

// A scan by source, time or type takes nothing from the vault that may be of others.
func TestEraseVaultSelects(t *testing.T) {
	for _, tt := range []struct {
		name string
		scan ledger.Scan
		want []int // bodies, spilled, refused
	}{
		{"all", ledger.Scan{}, []int{1, 2, 1}},
		{"its source", ledger.Scan{Source: "kyc"}, []int{0, 1, 1}},
		{"another source", ledger.Scan{Source: "contiguity"}, []int{0, 0, 0}},
		{"its type", ledger.Scan{Type: kyc.SessionApproved.Name()}, []int{0, 1, 0}},
		{"later", ledger.Scan{From: noon.Add(time.Second)}, []int{0, 0, 0}},
		{"before", ledger.Scan{Until: noon}, []int{0, 1, 0}}, // what is not ours says no time
	} {
		t.Run(tt.name, func(t *testing.T) {
			inVaultBubble(t, func(t *testing.T, w *vaultWorld) {
				w.spill(queue.Message{Event: event("evt_1", person)})
				w.put(vault.SpillKey(noon), []byte("not ours: "+person))
				w.refuse("kyc", noon, person)
				w.large(event("evt_lost", person)) // no record, letter or message names it
				w.at = noon.Add(-15 * 24 * time.Hour)
				w.large(event("evt_old", person))
				plan, err := w.eraser().Find(t.Context(), search.Match{Contains: person}, tt.scan)
				if err != nil {
					t.Fatal(err)
				}
				w.equal("objects", []int{plan.Objects(vault.Bodies), plan.Objects(vault.Spill), plan.Objects(vault.Quarantine)}, tt.want)
				if all := tt.name == "all"; (plan.Waiting == 1) != all {
					t.Errorf("%d bodies may be of waiting events", plan.Waiting)
				}
			})
		})
	}
}

// What cannot be deleted from the vault keeps what finds the event again.
func TestEraseVaultDenied(t *testing.T) {
	inVaultBubble(t, func(t *testing.T, w *vaultWorld) {
		w.handleLarge(event("evt_large", person))
		objects, _ := w.vault.List(t.Context(), vault.Bodies, "", 10)
		w.fails = objects[0].Key
		x := w.eraser()
		if errs := w.run(x, w.find(x)); len(errs) != 1 || !errors.Is(errs[0], vault.ErrDenied) {
			t.Fatalf("%v", errs)
		}
		w.fails = ""
		if errs := w.run(x, w.find(x)); len(errs) != 1 || errs[0] != nil || len(w.left()) > 0 {
			t.Errorf("again: %v, left %q", errs, w.left())
		}
	})
}

// A withFolders vault has the folders that S3's console makes: empty objects without a name.
type withFolders struct{ *vaultmemory.Vault }

func (v withFolders) List(ctx context.Context, prefix, after string, limit int) ([]vault.Object, error) {
	found, err := v.Vault.List(ctx, prefix, after, limit)
	if after == "" {
		found = append([]vault.Object{{Key: prefix}}, found...)
	}
	return found, err
}

// A folder holds up no erasure.
func TestEraseVaultWithFolders(t *testing.T) {
	inVaultBubble(t, func(t *testing.T, w *vaultWorld) {
		w.fill()
		x := w.eraser()
		x.Vault = withFolders{w.vault}
		for _, err := range w.run(x, w.find(x)) {
			if err != nil {
				t.Error(err)
			}
		}
		if slices.ContainsFunc(w.left(), func(s string) bool { return strings.Contains(s, "person") }) {
			t.Errorf("left %q", w.left())
		}
	})
}

// A vault that does not answer while it is searched is an error, and not one without the data.
func TestEraseVaultUnread(t *testing.T) {
	inVaultBubble(t, func(t *testing.T, w *vaultWorld) {
		w.fill()
		x := w.eraser()
		for _, prefix := range []string{vault.Bodies, vault.Spill, vault.Quarantine} {
			x.Vault = unread{w.vault, prefix}
			if plan, err := x.Find(t.Context(), search.Match{Contains: person}, ledger.Scan{}); !errors.Is(err, vault.ErrDenied) {
				t.Errorf("with %s unread: %d items, %v", prefix, len(plan.Items), err)
			}
		}
	})
}

// An unread vault denies the objects of one prefix.
type unread struct {
	*vaultmemory.Vault
	prefix string
}

func (v unread) Get(ctx context.Context, key string) ([]byte, error) {
	if strings.HasPrefix(key, v.prefix) {
		return nil, vault.ErrDenied
	}
	return v.Vault.Get(ctx, key)
}

// A message that names another's object has only its own erased.
func TestEraseVaultOfAnother(t *testing.T) {
	inVaultBubble(t, func(t *testing.T, w *vaultWorld) {
		w.spill(queue.Message{Event: event("evt_other", stranger)})
		others, _ := w.vault.List(t.Context(), vault.Spill, "", 1)
		m := w.large(event("evt_mine", person))
		m.Origin.Stored.Key = others[0].Key
		w.spill(m)
		x := w.eraser()
		plan, err := x.Named(t.Context(), []string{"kyc#evt_mine"})
		if err != nil {
			t.Fatal(err)
		}
		w.run(x, plan)
		if left, _ := w.vault.List(t.Context(), vault.Spill, "", 9); len(left) != 1 || left[0].Key != others[0].Key {
			t.Errorf("left %v, want %s", left, others[0].Key)
		}
	})
}
