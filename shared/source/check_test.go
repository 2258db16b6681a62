package source_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

const (
	good        = "s3cr3t-s3cr3t-s3cr3t-s3cr3t"
	placeholder = "is a placeholder, as documentation has it; copy the provider's own secret"
)

func TestSecretProblem(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"good", good, ""},
		{"as short as it may be", "s3cr3t-8", ""},
		{"base64", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD/w==", ""},
		{"not ASCII", "gehe1m-für-alle", ""},
		{"one character", "s", "has 1 characters, and a secret has at least 8; copy the whole secret"},
		{"seven", "s3cr3t7", "has 7 characters, and a secret has at least 8; copy the whole secret"},
		{"byte-order mark", "\ufeff" + good, "has a byte-order mark as character 1; cut it"},
		{"zero-width space", "s3c\u200br3t-s3cr3t", "has an invisible character (U+200B) as character 4; cut it"},
		{"zero-width joiner", good + "\u200d", "has an invisible character (U+200D) as character 28; cut it"},
		{"soft hyphen", "s3cr3t\u00ads3cr3t", "has an invisible character (U+00AD) as character 7; cut it"},
		{"blank at the end", good + " ", "has a blank as character 28; cut it"},
		{"no-break space", "\u00a0" + good, "has a blank as character 1; cut it"},
		{"line break", good + "\n", "has a line break as character 28; cut it"},
		{"control character", good + "\x1b", "has a control character (U+001B) as character 28; cut it"},
		{"masked", "whsec_****abcd", "has **** in place of hidden characters; copy the whole secret"},
		{"masked with bullets", "whsec_••••••••", "has **** in place of hidden characters; copy the whole secret"},
		{"with its version", "v1,whsec_C2FVsBQIhrscChlQIMV", `begins with "v1,"; cut that, and begin with whsec_`},
		{"quoted", `"` + good + `"`, "has quotation marks around it; cut them"},
		{"the documentation's", "whsec_…", placeholder},
		{"three dots", "...", placeholder},
		{"cut short", "whsec_C2FVsBQI...", placeholder},
		{"in brackets", "<your secret>", placeholder},
		{"yours", "YOUR_WEBHOOK_SECRET", placeholder},
		{"yours with a prefix", "whsec_your-secret", placeholder},
		{"has dots and yours within", "all.your.base-is-your-own", ""},
		{"not UTF-8", good + "\xff", "is not UTF-8 text; copy it again"},
	} {
		if got := source.SecretProblem(webhook.NewSecret(tt.text)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestFaultsAndWarnings(t *testing.T) {
	t.Parallel()
	const (
		key     = `"$key": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="`
		persons = `makes ids of a tax or social security number, which can be guessed back without "$key"; make one with hookctl sources key`
	)
	for _, tt := range []struct {
		name, doc        string
		faults, warnings []string
	}{
		{name: "none", doc: `{"plain": {"secrets": ["` + good + `"]}}`},
		{name: "short", doc: doc("s3cr3t-8"), warnings: []string{"sources.plain.secrets[0]: has 8 characters; 24 or more are hard to guess"}},
		{name: "one secret of two providers", doc: `{"plain": {"secrets": ["` + good + `"]}, "timed": {"secrets": ["` + good + `x", "` + good + `"]}}`,
			faults: []string{"sources.timed.secrets[1]: is a secret of source plain too, of another provider; give each provider its own"}},
		{name: "one secret of two sources of a provider", doc: `{"plain": {"secrets": ["` + good + `"]}, "b": {"provider": "plain", "secrets": ["` + good + `"]}}`},
		{name: "the stack's own source", doc: `{"probe": {"provider": "plain", "secrets": ["` + good + `"]}}`,
			faults: []string{"sources.probe: the stack tests itself through a source of this name; give yours another"}},
		{name: "keys that name persons", doc: `{"timed": {"secrets": ["` + good + `"], "key": ["/id", "/tin", "/owner/taxpayerId", "/SSN", "/tax_status", "/social_security", "/tinsel"]}}`,
			faults: []string{
				"sources.timed.key[1]: " + persons, "sources.timed.key[2]: " + persons,
				"sources.timed.key[3]: " + persons, "sources.timed.key[5]: " + persons,
			}},
		{name: "the same with a key", doc: `{` + key + `, "timed": {"secrets": ["` + good + `"], "key": ["/tin", "/owner/taxpayerId"]}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			set, err := source.Parse([]byte(tt.doc), options())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.faults, lines(set.Faults())); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.warnings, lines(set.Warnings())); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

func lines(err error) []string {
	if err == nil {
		return nil
	}
	return strings.Split(err.Error(), "\n")
}
