package vault_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/vault"
)

func TestBodyKey(t *testing.T) {
	t.Parallel()
	key := vault.BodyKey("contiguity#evt_1", "sha256:aa")
	if err := vault.CheckKey(key); err != nil {
		t.Error(err)
	}
	if strings.Contains(key, "evt_1") {
		t.Errorf("%s contains the id", key)
	}
	if again := vault.BodyKey("contiguity#evt_1", "sha256:aa"); again != key {
		t.Errorf("the same event has keys %s and %s", key, again)
	}
	for _, other := range []string{vault.BodyKey("contiguity#evt_2", "sha256:aa"), vault.BodyKey("contiguity#evt_1", "sha256:ab")} {
		if other == key {
			t.Errorf("two bodies have the key %s", key)
		}
	}
}

func TestSpillKey(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	first, same, later := vault.SpillKey(at), vault.SpillKey(at), vault.SpillKey(at.Add(time.Millisecond))
	for _, key := range []string{first, same, later} {
		if err := vault.CheckKey(key); err != nil {
			t.Error(err)
		}
	}
	if first == same {
		t.Errorf("two arrivals have the key %s", first)
	}
	if !slices.IsSorted([]string{max(first, same), later}) {
		t.Errorf("%s comes after %s", first, later)
	}
}

func TestCheckKey(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, key string
		valid     bool
	}{
		{"body", "bodies/0af", true},
		{"longest", "spill/" + strings.Repeat("a", 200), true},
		{"too long", "spill/" + strings.Repeat("a", 201), false},
		{"empty", "", false},
		{"prefix alone", "quarantine/", false},
		{"other prefix", "backups/a", false},
		{"folder", "spill/a/b", false},
		{"parent", "spill/..", false},
		{"upper case", "spill/A", false},
		{"line break", "spill/a\n", false},
		{"what a URL would change", "spill/a%2fb", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := vault.CheckKey(tt.key); (err == nil) != tt.valid || err != nil && !errors.Is(err, vault.ErrInvalid) {
				t.Errorf("CheckKey(%q) = %v, want valid %v", tt.key, err, tt.valid)
			}
		})
	}
}
