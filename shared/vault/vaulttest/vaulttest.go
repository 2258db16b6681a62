package vaulttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"webhookintake/shared/vault"
)

// Open makes the vault for one case, empty, and cleans up with t.Cleanup.
type Open func(t *testing.T) vault.Vault

// A testCase proves the quoted sentence of the contract.
type testCase struct {
	name  string
	quote string
	prove func(t *testing.T, v vault.Vault)
}

// Run runs the suite, with its cases in parallel.
func Run(t *testing.T, open Open) {
	t.Helper()
	for _, c := range []testCase{
		{"bytes", "what was put is durable and is read back byte for byte", proveBytes},
		{"replace", "Put stores body under key, in place of what was there.", proveReplace},
		{"one key at once", "A reader sees the old object or the new one, never a mix.", proveNoMix},
		{"refused", "It returns ErrInvalid for a key that CheckKey refuses or a body over MaxSize.", proveRefused},
		{"absent", "It returns ErrNotFound if there is no object", proveAbsent},
		{"list", "It contains every object that was put before the call and is not deleted.", proveList},
		{"pages", "in the order of the keys' bytes, at most limit", provePages},
		{"delete twice", "It is not an error if there is none.", proveDelete},
		{"context", "it neither retries nor waits longer than its context", proveContext},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("the contract says: %s", c.quote)
				}
			})
			c.prove(t, open(t))
		})
	}
}

func proveBytes(t *testing.T, v vault.Vault) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	large := make([]byte, 7<<20)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(large) // it never fails
	mine := []byte("mine")
	put(t, v, "bodies/mine", mine)
	mine[0] = 'w' // which must not change what was put, as what was read must not
	if got, err := v.Get(t.Context(), "bodies/mine"); err == nil {
		clear(got)
	}
	if got, err := v.Get(t.Context(), "bodies/mine"); err != nil || string(got) != "mine" {
		t.Errorf("Get = %q, %v, want what was put", got, err)
	}
	for name, body := range map[string][]byte{
		"empty": {}, "one": {0}, "every": all, "text": []byte("{\"a\":\"ä\r\n\"}"), "blanks": []byte(" \n\x00 "), "large": large,
	} {
		key := vault.Bodies + name
		put(t, v, key, body)
		got, err := v.Get(t.Context(), key)
		if err != nil || !bytes.Equal(got, body) {
			t.Errorf("%s: put %d bytes, got %d other ones, %v", key, len(body), len(got), err)
		}
	}
}

func proveReplace(t *testing.T, v vault.Vault) {
	put(t, v, "spill/a", []byte("a long first body"))
	put(t, v, "spill/a", []byte("short"))
	if got, err := v.Get(t.Context(), "spill/a"); err != nil || string(got) != "short" {
		t.Errorf("Get = %q, %v, want the second body", got, err)
	}
}

func proveNoMix(t *testing.T, v vault.Vault) {
	const writers, size = 8, 64 << 10
	body := func(i int) []byte { return bytes.Repeat([]byte{byte('a' + i)}, size) }
	put(t, v, "bodies/k", body(0))
	var group sync.WaitGroup
	for i := range writers {
		group.Go(func() {
			if err := v.Put(t.Context(), "bodies/k", body(i)); err != nil {
				t.Errorf("Put: %v", err)
			}
		})
		group.Go(func() {
			got, err := v.Get(t.Context(), "bodies/k")
			if err != nil || len(got) != size || !bytes.Equal(got, bytes.Repeat(got[:1], size)) {
				t.Errorf("Get = %d bytes that are not those of one Put, %v", len(got), err)
			}
		})
	}
	group.Wait()
}

func proveRefused(t *testing.T, v vault.Vault) {
	for name, err := range map[string]error{
		"put a key of no prefix": v.Put(t.Context(), "elsewhere/a", nil),
		"put too much":           v.Put(t.Context(), "bodies/a", make([]byte, vault.MaxSize+1)),
		"delete a prefix":        v.Delete(t.Context(), vault.Bodies),
		"get a folder":           second(v.Get(t.Context(), "bodies/a/b")),
		"list everything":        second(v.List(t.Context(), "", "", 1)),
		"list none":              second(v.List(t.Context(), vault.Spill, "", 0)),
		"list too many":          second(v.List(t.Context(), vault.Spill, "", vault.MaxList+1)),
	} {
		if !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	if found := list(t, v, vault.Bodies, "", 1); len(found) > 0 {
		t.Errorf("what was refused is there: %v", found)
	}
}

func proveAbsent(t *testing.T, v vault.Vault) {
	if _, err := v.Get(t.Context(), "bodies/a"); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("Get = %v, want ErrNotFound", err)
	}
}

func proveList(t *testing.T, v vault.Vault) {
	put(t, v, "spill/1", []byte("one"))
	put(t, v, "spill/2", []byte("two and"))
	put(t, v, "bodies/3", nil)
	found := list(t, v, vault.Spill, "", 10)
	if len(found) != 2 || found[0].Key != "spill/1" || found[1].Key != "spill/2" || found[0].Size != 3 || found[1].Size != 7 {
		t.Errorf("List = %+v, want 1 of 3 bytes and 2 of 7", found)
	}
	for _, o := range found {
		if o.Put.IsZero() {
			t.Errorf("%s has no time", o.Key)
		}
	}
	if err := v.Delete(t.Context(), "spill/1"); err != nil {
		t.Fatal(err)
	}
	if found := list(t, v, vault.Spill, "", 10); len(found) != 1 || found[0].Key != "spill/2" {
		t.Errorf("after a Delete, List = %+v", found)
	}
}

func provePages(t *testing.T, v vault.Vault) {
	want := []string{"-", "-a", "0", "00", "1", "a", "a-b", "a.b", "ab", "b"} // in order of bytes
	for _, i := range rand.Perm(len(want)) {
		put(t, v, vault.Quarantine+want[i], nil)
	}
	var got []string
	for after := ""; ; {
		page := list(t, v, vault.Quarantine, after, 3)
		for _, o := range page {
			got = append(got, strings.TrimPrefix(o.Key, vault.Quarantine))
			after = o.Key
		}
		if len(page) < 3 {
			break
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("pages of three gave %v, want %v", got, want)
	}
	// What a page ended with may be deleted before the next one is read.
	if err := v.Delete(t.Context(), vault.Quarantine+"1"); err != nil {
		t.Fatal(err)
	}
	if page := list(t, v, vault.Quarantine, vault.Quarantine+"1", 1); len(page) != 1 || page[0].Key != vault.Quarantine+"a" {
		t.Errorf("after a deleted key came %v, want a", page)
	}
}

func proveDelete(t *testing.T, v vault.Vault) {
	put(t, v, "quarantine/a", nil)
	for range 2 {
		if err := v.Delete(t.Context(), "quarantine/a"); err != nil {
			t.Errorf("Delete: %v", err)
		}
	}
	if _, err := v.Get(t.Context(), "quarantine/a"); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("Get of a deleted object = %v, want ErrNotFound", err)
	}
}

func proveContext(t *testing.T, v vault.Vault) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for op, err := range map[string]error{
		"Put":    v.Put(ctx, "bodies/a", nil),
		"Get":    second(v.Get(ctx, "bodies/a")),
		"List":   second(v.List(ctx, vault.Bodies, "", 1)),
		"Delete": v.Delete(ctx, "bodies/a"),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s = %v, want the context's error", op, err)
		}
	}
}

func put(t *testing.T, v vault.Vault, key string, body []byte) {
	t.Helper()
	if err := v.Put(t.Context(), key, body); err != nil {
		t.Fatalf("Put(%s): %v", key, err)
	}
}

func list(t *testing.T, v vault.Vault, prefix, after string, limit int) []vault.Object {
	t.Helper()
	found, err := v.List(t.Context(), prefix, after, limit)
	if err != nil {
		t.Fatalf("List(%s, %s): %v", prefix, after, err)
	}
	return found
}

func second[T any](_ T, err error) error { return err }
