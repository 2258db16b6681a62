package memory_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/vault"
	"webhookintake/shared/vault/memory"
	"webhookintake/shared/vault/vaulttest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	vaulttest.Run(t, func(*testing.T) vault.Vault { return memory.New(memory.Options{}) })
}

// TestFault: a call can be lost before it takes effect, and after.
func TestFault(t *testing.T) {
	t.Parallel()
	lost := errors.New("lost")
	for _, apply := range []bool{false, true} {
		var faulty bool
		v := memory.New(memory.Options{Fault: func(op, key string) (bool, error) {
			if !faulty {
				return true, nil
			}
			return apply, lost
		}})
		if err := v.Put(t.Context(), "spill/a", []byte("first")); err != nil {
			t.Fatal(err)
		}
		faulty = true
		errs := []error{v.Put(t.Context(), "spill/b", nil), v.Delete(t.Context(), "spill/a")}
		_, err := v.Get(t.Context(), "spill/a")
		errs = append(errs, err)
		_, err = v.List(t.Context(), vault.Spill, "", 1)
		for _, err := range append(errs, err) {
			if !errors.Is(err, lost) {
				t.Errorf("apply %v: a call returned %v", apply, err)
			}
		}
		faulty = false
		found, err := v.List(t.Context(), vault.Spill, "", 2)
		want := map[bool]string{false: "spill/a", true: "spill/b"}[apply]
		if err != nil || len(found) != 1 || found[0].Key != want {
			t.Errorf("apply %v: there is %v, %v, want %s", apply, found, err, want)
		}
	}
}

func TestSnapshot(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 28, 9, 0, 0, 5, time.UTC)
	before := memory.New(memory.Options{Now: func() time.Time { return at }})
	if err := before.Put(t.Context(), "bodies/a", []byte{0, 255}); err != nil {
		t.Fatal(err)
	}
	kept, err := before.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	after := memory.New(memory.Options{})
	if err := after.Restore(kept); err != nil {
		t.Fatal(err)
	}
	found, err := after.List(t.Context(), vault.Bodies, "", 1)
	want := []vault.Object{{Key: "bodies/a", Size: 2, Put: at.Truncate(time.Second)}}
	if diff := cmp.Diff(want, found); err != nil || diff != "" {
		t.Errorf("restored (-want +got), %v:\n%s", err, diff)
	}
	if err := after.Restore([]byte("{")); err == nil {
		t.Error("a damaged snapshot is restored")
	}
}
