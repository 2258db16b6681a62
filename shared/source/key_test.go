package source_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// The keys of the tests, and the names that hashes bear of them.
const (
	keyA = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	keyB = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
)

func taxDocument(members string) string {
	return `{` + members + `"tax": {"provider": "compliancely", "secrets": ["` + good + `"]},
		"tax-by-tin": {"provider": "compliancely", "secrets": ["` + good + `"], "key": ["/tin"]}}`
}

// idOf is the id that the sources give to a signed webhook for the source.
func idOf(t *testing.T, s *source.Sources, name string) string {
	t.Helper()
	settings := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(good)}}
	r := compliancely.Provider{}.Sign(settings, "", []byte(`{"id":70001,"tin":"000000000","irs_code":0}`), time.Now())
	_, got, err := s.Verify(t.Context(), name, r)
	if err != nil {
		t.Fatal(err)
	}
	return got.ID
}

// Ids are keyed by the key of the version that is in use: one that comes, rotates, and
// falls back to the version before where it is malformed.
func TestKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hasher := func(key string) webhook.Hasher {
			h, _ := webhook.NewHasher(webhook.NewSecret(key))
			return h
		}
		v := newVault(taxDocument(""))
		var log bytes.Buffer
		s := source.Refreshing(v, source.RefreshOptions{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		for _, step := range []struct {
			name, members string
			key           webhook.Hasher
			logged        string
		}{
			{"no key", "", webhook.Hasher{}, `sources.tax-by-tin.key[0]: makes ids of a tax`},
			{"a key comes", `"$key": "` + keyA + `",`, hasher(keyA), ""},
			{"it rotates", `"$key": "` + keyB + `",`, hasher(keyB), ""},
			{"malformed", `"$key": "` + keyA[1:] + `",`, hasher(keyB), "sources.$key: want 32 random bytes"},
		} {
			v.put(taxDocument(step.members))
			time.Sleep(6 * time.Minute)
			if got, want := idOf(t, s, "tax"), step.key.Body([]byte(`{"id":70001,"tin":"000000000","irs_code":0}`)); got != want {
				t.Errorf("%s: id %s, want %s", step.name, got, want)
			}
			if got, want := idOf(t, s, "tax-by-tin"), step.key.Values([]byte(`["tin_match","000000000"]`)); got[:5] != want[:5] {
				t.Errorf("%s: id %s, want %s", step.name, got, want)
			}
			if got := log.String(); !strings.Contains(got, step.logged) || step.logged == "" && got != "" {
				t.Errorf("%s: logged %s, want %q", step.name, got, step.logged)
			}
			log.Reset()
		}
	})
}

func TestMalformedKey(t *testing.T) {
	t.Parallel()
	const want = "sources.$key: want 32 random bytes in padded base64; hookctl sources key makes them"
	for _, tt := range []struct{ name, members, want string }{
		{"short", `"$key": "c2hvcnQ="`, want},
		{"zeroes", `"$key": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="`, want},
		{"a number", `"$key": 7`, "sources.$key: want 32 random bytes in base64, as a string"},
		{"null", `"$key": null`, "sources.$key: want 32 random bytes in base64, as a string"},
		{"an object", `"$key": {"secrets": ["x"]}`, "sources.$key: want 32 random bytes in base64, as a string"},
		{"twice", `"$key": "` + keyA + `", "$key": "` + keyA + `"`, "sources.$key: occurs twice; keep one"},
		{"another name", `"$kez": "` + keyA + `"`, `sources."$kez": ` + badName + "\n" + `sources."$kez": want an object, as {"secrets": ["…"]}`},
	} {
		set, err := source.Parse([]byte(`{`+tt.members+`}`), options())
		if set != nil || errorText(err) != tt.want {
			t.Errorf("%s: Parse = %v, %v; want %s", tt.name, set, err, tt.want)
		}
	}
}
