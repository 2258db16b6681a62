package source_test

import (
	"context"
	"errors"
	"testing"

	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

func TestHashes(t *testing.T) {
	t.Parallel()
	const bad = `{"$key": "short"}`
	a, _ := webhook.NewHasher(webhook.NewSecret(keyA))
	b, _ := webhook.NewHasher(webhook.NewSecret(keyB))
	withA, withB := `{"$key": "`+keyA+`"}`, `{"$key": "`+keyB+`"}`
	for _, tt := range []struct {
		name              string
		current, previous string // empty: no such version
		want              []webhook.Hasher
		err               bool
	}{
		{name: "no version"},
		{name: "no key", current: "{}", want: []webhook.Hasher{{}}},
		{name: "one version", current: withA, want: []webhook.Hasher{a}},
		{name: "the key rotated", current: withB, previous: withA, want: []webhook.Hasher{b, a}},
		{name: "the key came", current: withA, previous: "{}", want: []webhook.Hasher{a, {}}},
		{name: "the key stayed", current: withA, previous: withA, want: []webhook.Hasher{a}},
		{name: "an invalid version falls back", current: bad, previous: withA, want: []webhook.Hasher{a}},
		{name: "another fault does not count", current: `{"$key": "` + keyA + `", "x": {}}`, want: []webhook.Hasher{a}},
		{name: "no valid version", current: bad, previous: "[", err: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := &vault{versions: map[source.Stage]string{}}
			for stage, doc := range map[source.Stage]string{source.Current: tt.current, source.Previous: tt.previous} {
				if doc != "" {
					v.versions[stage] = doc
				}
			}
			got, err := source.Hashes(t.Context(), v)
			if (err != nil) != tt.err || len(got) != len(tt.want) {
				t.Fatalf("Hashes = %d of them, %v, want %d", len(got), err, len(tt.want))
			}
			for i, want := range tt.want {
				if got[i].Body(nil) != want.Body(nil) {
					t.Errorf("hasher %d has another key", i)
				}
			}
		})
	}
}

// The previous version that cannot be read holds up nothing.
func TestHashesPreviousUnread(t *testing.T) {
	t.Parallel()
	a, _ := webhook.NewHasher(webhook.NewSecret(keyA))
	got, err := source.Hashes(t.Context(), fetch(func(stage source.Stage) ([]byte, error) {
		if stage == source.Previous {
			return nil, errors.New("down")
		}
		return []byte(`{"$key": "` + keyA + `"}`), nil
	}))
	if err != nil || len(got) != 1 || got[0].Body(nil) != a.Body(nil) {
		t.Errorf("Hashes = %d of them, %v, want that of the current version", len(got), err)
	}
}

type fetch func(source.Stage) ([]byte, error)

func (f fetch) Fetch(_ context.Context, stage source.Stage) ([]byte, error) { return f(stage) }

func TestHashesUnread(t *testing.T) {
	t.Parallel()
	v := newVault("{}")
	down := errors.New("down")
	v.fail(down)
	if got, err := source.Hashes(t.Context(), v); !errors.Is(err, down) || got != nil {
		t.Errorf("Hashes = %v, %v, want the error", got, err)
	}
}
