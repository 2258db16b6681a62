package sources

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

const (
	aKey      = `"$key": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="`
	oneSource = `{"compliancely": {"secrets": ["hunter2-0123456789"]}}`
	allNew    = `{` + aKey + `, "compliancely": {"secrets": ["hunter2-0123456789"], "url_secrets": ["hunter2-url-secret"], "dedup_window_s": 86400}}`
)

// What an older ingest refuses is written only where the stack says that it reads it, and
// removed before a rollback.
func TestFormat(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, value, format, args string
		newer                     []string // what the written document has; nil where nothing is written
		fails                     string
	}{
		{"a new document", "", "2", "set kyc --signed body --secret-env NEW", []string{"$key"}, ""},
		{"a new document of an older stack", "", "1", "set kyc --signed body --secret-env NEW", []string{}, ""},
		{"a new document of a stack that does not say", "", "", "set kyc --signed body --secret-env NEW", []string{}, ""},
		{"a source beside others", oneSource, "2", "set kyc --signed body --secret-env NEW", []string{}, ""},
		{"a key", oneSource, "2", "key", []string{"$key"}, ""},
		{"a key that is there", allNew, "2", "key", nil, "say --replace"},
		{"another key", allNew, "2", "key --replace", []string{"$key", "compliancely.url_secrets", "compliancely.dedup_window_s"}, ""},
		{"a key for an older stack", oneSource, "1", "key", nil, "does not read this yet: $key"},
		{"a window", oneSource, "2", "set compliancely --dedup-window 86400", []string{"compliancely.dedup_window_s"}, ""},
		{"a window for an older stack", oneSource, "", "set compliancely --dedup-window 86400", nil, "does not read this yet: compliancely.dedup_window_s"},
		{"a secret for URLs", oneSource, "2", "url compliancely --make-secret", []string{"compliancely.url_secrets"}, ""},
		{"a secret for URLs of an older stack", oneSource, "1", "url compliancely --make-secret", nil, "does not read this yet"},
		{"downgrade", allNew, "2", "downgrade", []string{}, ""},
		{"downgrade of an older stack", allNew, "1", "downgrade", []string{}, ""},
		{"nothing to take out", oneSource, "2", "downgrade", nil, "nothing to take out"},
		{"a change of an older stack that has it already", allNew, "1", "set compliancely --product tin_match",
			[]string{"$key", "compliancely.url_secrets", "compliancely.dedup_window_s"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFakeAWS(t, tt.value)
			f.format = tt.format
			out, err := f.sources(append(strings.Fields(tt.args), "--yes")...).Run(t.Context())
			if tt.fails != "" {
				if cli.ExitCode(err) != cli.ExitFailed || !strings.Contains(err.Error(), tt.fails) || len(f.written()) > 0 {
					t.Fatalf("%v, written %d times; want %q", err, len(f.written()), tt.fails)
				}
				return
			}
			if err != nil || len(f.written()) != 1 {
				t.Fatalf("%v, written %d times\n%s", err, len(f.written()), out)
			}
			wantNewer(t, f.written()[0], tt.newer)
			if strings.Contains(out, "hunter2") || strings.Contains(out, "MDEyMzQ1") {
				t.Errorf("a secret shows:\n%s", out)
			}
		})
	}
}

// wantNewer checks that ingest takes the document, and what in it an older one refuses.
func wantNewer(t *testing.T, text string, want []string) {
	t.Helper()
	if _, err := source.Parse([]byte(text), source.ParseOptions{}); err != nil {
		t.Errorf("ingest refuses what was written: %v", err)
	}
	var got []string
	var document map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		t.Fatal(err)
	}
	if document["$key"] != nil {
		got = append(got, "$key")
	}
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(document["compliancely"], &fields) // there may be none
	for _, name := range []string{"url_secrets", "dedup_window_s"} {
		if fields[name] != nil {
			got = append(got, "compliancely."+name)
		}
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("written with %q, want %q", got, want)
	}
}

// A URL that is printed is one that ingest takes, for as long as was asked for.
func TestSourcesURL(t *testing.T) {
	t.Parallel()
	f := newFakeAWS(t, allNew)
	var stdout, stderr strings.Builder
	err := f.sources("url", "compliancely", "--valid", "30d").RunTo(t.Context(), &stdout, &stderr)
	out := stdout.String()
	u, parsed := url.Parse(strings.TrimSpace(out))
	if want := "can be replayed from 1 day after it came"; !strings.Contains(stderr.String(), want) {
		t.Errorf("on standard error %q, want %q", stderr.String(), want)
	}
	if err != nil || parsed != nil || !strings.HasPrefix(out, "https://in.example.com/hooks/compliancely?w=") {
		t.Fatalf("%v: %s", err, out)
	}
	set, err := source.Parse([]byte(allNew), source.ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	src := set["compliancely"]
	for after, want := range map[time.Duration]error{
		29 * 24 * time.Hour: nil,
		31 * 24 * time.Hour: webhook.ErrTimestampOutsideWindow,
	} {
		r := compliancely.Provider{}.Sign(src.Settings, "", []byte(`{"id":1}`), time.Now().Add(after))
		r.Query = u.Query()
		if _, err := src.Verifier.Verify(r); err != want { //nolint:errorlint // codes are compared as they are
			t.Errorf("after %v: %v, want %v", after, err, want)
		}
	}
	for _, tt := range []struct{ value, args, want string }{
		{oneSource, "url compliancely", "the source has no url_secrets: make one with  go tool hookctl sources url compliancely --make-secret --stack intake"},
		{oneSource, "url eu", `no such source "eu": there are compliancely`},
		{allNew, "url compliancely --valid soon", `--valid "soon": give a duration`},
		{allNew, "url compliancely --valid 0d", `--valid "0d": give a duration`},
	} {
		if _, err := newFakeAWS(t, tt.value).sources(strings.Fields(tt.args)...).Run(t.Context()); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.args, err, tt.want)
		}
	}
}

// Revoking leaves the new secret alone, and faults that were there do not keep it from it.
func TestSourcesRevoke(t *testing.T) {
	t.Parallel()
	f := newFakeAWS(t, twoSources)
	out, err := f.sources("revoke", "contiguity", "--secret-env", "NEW", "--yes").Run(t.Context())
	if err != nil || len(f.written()) != 1 || !strings.Contains(f.written()[0], `"contiguity": {"secrets": ["hunter2-the-new-5555"]}`) {
		t.Fatalf("%v: written %q\n%s", err, f.written(), out)
	}
	for _, want := range []string{"dropped      ••••3333", "dropped      ••••4444", "within 5 minutes", "events list --stack intake"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if _, err := f.sources("revoke", "eu", "--secret-env", "NEW", "--yes").Run(t.Context()); err == nil || !strings.Contains(err.Error(), `no such source "eu"`) {
		t.Errorf("revoke of no source: %v", err)
	}
}

// New faults are refused: here the secret of another provider.
func TestSecretOfAnotherProvider(t *testing.T) {
	t.Parallel()
	f := newFakeAWS(t, `{"kyc": {"secrets": ["hunter2-the-new-5555"]}}`)
	_, err := f.sources("set", "compliancely", "--secret-env", "NEW", "--yes").Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "sources.kyc.secrets[0]: is a secret of source compliancely too, of another provider") || len(f.written()) > 0 {
		t.Errorf("%v, written %q", err, f.written())
	}
}
