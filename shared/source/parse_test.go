package source_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

func TestParseSample(t *testing.T) {
	t.Parallel()
	o := options()
	o.AllowSample = true
	if _, err := source.Parse([]byte(doc("whsec_sample-only")), o); err != nil {
		t.Errorf("with AllowSample: %v", err)
	}
}

const (
	unknownField = "there is no such field; remove it, or correct its name"
	badName      = `not a source's name: give 1 to 63 of a-z, 0-9 and -, not starting with -, and not "payload"`
)

func TestParseFaults(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 64)
	for _, tt := range []struct {
		name string
		doc  string
		want []string // every line of the error
	}{
		{"no JSON", `{"plain": {"secrets": ["s3cr3t"]`,
			[]string{"sources: not one JSON document: look at line 1, character 32"}},
		{"second line", "{\n  \"plain\": {\"secrets\": [s3cr3t]}}",
			[]string{"sources: not one JSON document: look at line 2, character 25"}},
		{"text after the document", doc("s3cr3t") + "s3cr3t",
			[]string{"sources: not one JSON document: look at line 1, character 35"}},
		{"empty", "", []string{"sources: not one JSON document: look at line 1, character 1"}},
		{"not UTF-8", doc("s3cr3t\xff"), []string{"sources: not valid UTF-8; save the document as UTF-8"}},
		{"a list", `["s3cr3t"]`, []string{`sources: want a JSON object, as {"name": …}`}},
		{"null", `null`, []string{`sources: want a JSON object, as {"name": …}`}},
		{"source is a string", `{"plain": "s3cr3t"}`, []string{`sources.plain: want an object, as {"secrets": ["…"]}`}},
		{"name twice", `{"plain": {"secrets": ["a"]}, "plain": {"secrets": ["b"]}}`,
			[]string{"sources.plain: this name occurs twice; give each source one entry"}},
		{"field twice", `{"plain": {"secrets": ["s3cr3t"], "secrets": ["s3cr3t"]}}`,
			[]string{"sources.plain.secrets: occurs twice; keep one"}},
		{"field in capitals", `{"plain": {"secrets": ["s3cr3t"], "Secrets": ["s3cr3t"]}}`,
			[]string{"sources.plain.Secrets: " + unknownField}},
		{"field with a line break", `{"plain": {"secrets": ["s3cr3t"], "a\nb": 1}}`,
			[]string{`sources.plain."a\nb": ` + unknownField}},
		{"name in capitals", `{"Plain": {"provider": "plain", "secrets": ["s3cr3t"]}}`, []string{`sources."Plain": ` + badName}},
		{"name with a line break", `{"a\n": {"provider": "plain", "secrets": ["s3cr3t"]}}`, []string{`sources."a\n": ` + badName}},
		{"no name", `{"": {"provider": "plain", "secrets": ["s3cr3t"]}}`, []string{`sources."": ` + badName}},
		{"name starts with -", `{"-a": {"provider": "plain", "secrets": ["s3cr3t"]}}`, []string{`sources."-a": ` + badName}},
		{"long name", `{"` + long + `": {"provider": "plain", "secrets": ["s3cr3t"]}}`, []string{`sources."` + long + `": ` + badName}},
		{"reserved name", `{"payload": {"provider": "plain", "secrets": ["s3cr3t"]}}`, []string{`sources.payload: ` + badName}},
		{"unknown provider", `{"plian": {"secrets": ["s3cr3t"]}}`,
			[]string{"sources.plian.provider: no provider of that name; give one of plain, timed"}},
		{"a secret for a provider", `{"plain": {"provider": "s3cr3t", "secrets": ["a"]}}`,
			[]string{"sources.plain.provider: no provider of that name; give one of plain, timed"}},
		{"provider is null", `{"unknown": {"provider": null, "secrets": ["s3cr3t"]}}`,
			[]string{"sources.unknown.provider: want a string"}},
		{"no secrets", `{"plain": {}}`, []string{"sources.plain.secrets: give at least one, as a list of strings"}},
		{"no secrets in the list", `{"plain": {"secrets": []}}`, []string{"sources.plain.secrets: give at least one, as a list of strings"}},
		{"empty secret", `{"plain": {"secrets": ["s3cr3t", ""]}}`, []string{"sources.plain.secrets[1]: is empty; remove it or give the secret"}},
		{"null secret", `{"plain": {"secrets": [null]}}`, []string{"sources.plain.secrets[0]: is empty; remove it or give the secret"}},
		{"secret is no list", `{"plain": {"secrets": "s3cr3t"}}`, []string{"sources.plain.secrets: want a list of strings"}},
		{"secret is a number", `{"plain": {"secrets": ["s3cr3t", 31337]}}`, []string{"sources.plain.secrets: want a list of strings"}},
		{"sample secret", doc("whsec_sample-only-s3cr3t"),
			[]string{"sources.plain.secrets[0]: is a public sample secret; give the provider's own"}},
		{"sample secret of URLs", `{"timed": {"secrets": ["s3cr3t"], "url_secrets": ["s3cr3t", "sample-only-s3cr3t"]}}`,
			[]string{"sources.timed.url_secrets: this provider does not use it; remove it", "sources.timed.url_secrets[1]: is a public sample secret; give the provider's own"}},
		{"field the provider does not use", `{"plain": {"secrets": ["s3cr3t"], "tolerance_s": 1}}`,
			[]string{"sources.plain.tolerance_s: this provider does not use it; remove it"}},
		{"tolerance is no number", `{"timed": {"secrets": ["s3cr3t"], "tolerance_s": "s3cr3t"}}`,
			[]string{"sources.timed.tolerance_s: want a whole number of seconds"}},
		{"tolerance overflows", `{"timed": {"secrets": ["s3cr3t"], "tolerance_s": 1e30}}`,
			[]string{"sources.timed.tolerance_s: want a whole number of seconds"}},
		{"all at once", `{
			"Bad": {"provider": "s3cr3t", "secrets": [""], "nonsense": 1},
			"plain": {"secret": ["s3cr3t"], "signed": "body", "product": 7},
			"timed": {"secrets": ["sample-only"], "tolerance_s": -1}}`,
			[]string{
				`sources."Bad": ` + badName,
				`sources."Bad".nonsense: ` + unknownField,
				`sources."Bad".provider: no provider of that name; give one of plain, timed`,
				`sources."Bad".secrets[0]: is empty; remove it or give the secret`,
				"sources.plain.secret: " + unknownField,
				"sources.plain.product: want a string",
				"sources.plain.secrets: give at least one, as a list of strings",
				"sources.plain.signed: this provider does not use it; remove it",
				"sources.timed.tolerance_s: give seconds, 0 to leave the time unchecked",
				"sources.timed.secrets[0]: is a public sample secret; give the provider's own",
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			set, err := source.Parse([]byte(tt.doc), options())
			if err == nil {
				t.Fatalf("Parse = %v, want faults", set)
			}
			if diff := cmp.Diff(tt.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			if strings.Contains(err.Error(), "s3cr3t") {
				t.Error("the error shows a secret")
			}
			if _, ok := errors.AsType[*webhook.FieldError](err); !ok {
				t.Errorf("no FieldError in %T", err)
			}
		})
	}
}

// moody refuses every setting with an error of another type.
type moody struct {
	plain
	err error
}

func (m moody) Configure(webhook.Settings) (webhook.Verifier, error) { return nil, m.err }

func TestParseProviderErrors(t *testing.T) {
	t.Parallel()
	field := &webhook.FieldError{Field: "header", Problem: "no"}
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"any error", errors.New("bad s3cr3t"), "sources.plain: the provider refuses the settings"},
		{"wrapped FieldError", errors.Join(errors.Join(field)), "sources.plain.header: no"},
		{"wrapped without a FieldError", wrapped{errors.New("bad s3cr3t")}, "sources.plain: the provider refuses the settings"},
		{"wrapped join", wrapped{errors.Join(field)}, "sources.plain.header: no"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := source.ParseOptions{Providers: []webhook.Provider{moody{plain{name: "plain"}, tt.err}}}
			_, err := source.Parse([]byte(doc("s3cr3t")), o)
			if err == nil || err.Error() != tt.want {
				t.Errorf("Parse = %v, want %q", err, tt.want)
			}
		})
	}
}

type wrapped struct{ err error }

func (w wrapped) Error() string { return "settings: " + w.err.Error() }
func (w wrapped) Unwrap() error { return w.err }
