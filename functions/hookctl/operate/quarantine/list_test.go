package quarantine_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/quarantine"
	"webhookintake/shared/vault"
	kept "webhookintake/shared/vault/quarantine"
	"webhookintake/shared/webhook"
)

func (w *world) key(at time.Time, source string, code webhook.Code, notKept int) string {
	w.Helper()
	key := kept.NewKey(kept.Entry{At: at, Source: source, Code: code, NotKept: notKept})
	if err := w.vault.Put(w.Context(), key, nil); err != nil {
		w.Fatal(err)
	}
	return key
}

func TestFind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, right)
	first := w.key(noon, "kyc", webhook.ErrSignatureMismatch, 0)
	w.key(noon.Add(time.Minute), "kyc", webhook.ErrSignatureMismatch, 1074)
	w.key(noon.Add(2*time.Minute), "kyc", webhook.ErrSignatureMissing, 2)
	w.key(noon.Add(3*time.Minute), "a-b", webhook.ErrSignatureMismatch, 0)
	if err := w.vault.Put(t.Context(), vault.Quarantine+"0-foreign", nil); err != nil {
		t.Fatal(err)
	}
	parsed, _ := kept.ParseKey(first)
	all := w.find(quarantine.Filter{})
	want := []quarantine.Count{
		{"kyc", webhook.ErrSignatureMismatch, 2, 1074}, {"kyc", webhook.ErrSignatureMissing, 1, 2}, {"a-b", webhook.ErrSignatureMismatch, 1, 0},
	}
	if diff := cmp.Diff(want, all.Counts); diff != "" || all.Foreign != 1 {
		t.Errorf("counts (-want +got), and %d foreign:\n%s", all.Foreign, diff)
	}
	for _, tt := range []struct {
		name   string
		filter quarantine.Filter
		want   int
	}{
		{"all", quarantine.Filter{}, 4},
		{"source", quarantine.Filter{Sources: []string{"a-b", "other"}}, 1},
		{"code", quarantine.Filter{Codes: []webhook.Code{webhook.ErrSignatureMissing}}, 1},
		{"from", quarantine.Filter{From: noon.Add(time.Minute)}, 3},
		{"until", quarantine.Filter{Until: noon.Add(time.Minute)}, 1},
		{"id", quarantine.Filter{IDs: []string{parsed.ID}}, 1},
		{"start of an id", quarantine.Filter{IDs: []string{parsed.ID[:8]}}, 1},
		{"nothing", quarantine.Filter{IDs: []string{"no-such-id"}}, 0},
		{"both", quarantine.Filter{Sources: []string{"kyc"}, Codes: []webhook.Code{webhook.ErrSignatureMismatch}}, 2},
	} {
		if got := w.find(tt.filter).Entries; len(got) != tt.want {
			t.Errorf("%s: %d match, want %d", tt.name, len(got), tt.want)
		}
	}
}

// A list goes on where the vault's ended, and an error is one.
func TestFindPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, right)
	for i := range 2*vault.MaxList + 1 {
		w.key(noon.Add(time.Duration(i)*time.Millisecond), "kyc", webhook.ErrSignatureMismatch, 1)
	}
	var read []int
	list, err := quarantine.Find(t.Context(), operate.NewQuarantine(w.vault, nil), quarantine.Filter{}, func(n int) { read = append(read, n) })
	if err != nil || len(list.Entries) != 2*vault.MaxList+1 || list.Counts[0].Refused() != 2*len(list.Entries) {
		t.Errorf("found %d, %+v, %v", len(list.Entries), list.Counts, err)
	}
	if diff := cmp.Diff([]int{1000, 2000, 2001}, read); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
	w.fault = func(string, string) (bool, error) { return false, vault.ErrNoBucket }
	if _, err := quarantine.Find(t.Context(), operate.NewQuarantine(w.vault, nil), quarantine.Filter{}, nil); !errors.Is(err, vault.ErrNoBucket) {
		t.Errorf("Find = %v", err)
	}
}
