package sources_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWarnings(t *testing.T) {
	t.Parallel()
	const (
		signed  = "-signed"
		keyLike = "secrets[0] looks like an API key and not like a webhook secret"
		masked  = "secrets[0] has **** in place of hidden characters; copy the whole secret"
		whsec   = "secrets[0] begins with whsec_, as the signing secrets of Contiguity and of Standard Webhooks do"
	)
	for _, tt := range []struct {
		name, entry string
		want        []string
	}{
		{"contiguity", `{"provider": "contiguity", "secrets": ["whsec_0123abcd"]}`, nil},
		{"contiguity without whsec", `{"provider": "contiguity", "secrets": ["0123abcd"]}`,
			[]string{"secrets[0] does not begin with whsec_, as Contiguity's do"}},
		{"token with whsec", `{"provider": "contiguity-v1", "secrets": ["whsec_0123abcd"]}`, []string{whsec}},
		{"kyc with whsec", `{"provider": "kyc", "signed": "body", "secrets": ["whsec_0123abcd"]}`, []string{whsec}},
		{"compliancely with whsec", `{"provider": "compliancely", "secrets": ["whsec_0123abcd"]}`, []string{whsec}},
		{"compliancely", `{"provider": "compliancely", "secrets": ["0123abcd"]}`, nil},
		{"standard", `{"provider": "standard", "secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]}`, nil},
		{"standard with Contiguity's", `{"provider": "standard", "secrets": ["whsec_0123456789abcdef0123456789abcdef"]}`,
			[]string{"secrets[0] looks like one of Contiguity's, whose secrets are hexadecimal"}},
		{"kyc unpinned", `{"provider": "kyc", "secrets": ["0123abcd"]}`, []string{signed}},
		{"kyc with either", `{"provider": "kyc", "secrets": ["0123abcd"], "signed": "either"}`, []string{signed}},
		{"kyc pinned", `{"provider": "kyc", "secrets": ["0123abcd"], "signed": "timestamp.body"}`, nil},
		{"a URL outlives the window", `{"provider": "compliancely", "secrets": ["0123abcd"], "url_secrets": ["url-secret-0123456789"], "dedup_window_s": 86400}`,
			[]string{"a webhook can be replayed from 1 day after it came (dedup_window_s) until its URL expires, up to 30 days after the URL was made; " +
				"set --dedup-window 2592000, or make URLs that are valid for less"}},
		{"a window as long as a URL", `{"provider": "compliancely", "secrets": ["0123abcd"], "url_secrets": ["url-secret-0123456789"], "dedup_window_s": 2592000}`, nil},
		{"an API key", `{"provider": "compliancely", "secrets": ["sk_0123abcd"]}`, []string{keyLike}},
		{"an API token", `{"provider": "compliancely", "secrets": ["eyJ0.eyJ1.c2ln"]}`, []string{keyLike}},
		{"an Authorization header", `{"provider": "compliancely", "secrets": ["Bearer 0123abcd"]}`, []string{keyLike}},
		{"masked by a provider", `{"provider": "compliancely", "secrets": ["************9f0e"]}`, []string{masked}},
		{"masked by this command", `{"provider": "compliancely", "secrets": ["••••9f0e"]}`, []string{masked}},
		{"with a space", `{"provider": "compliancely", "secrets": ["0123abcd "]}`, []string{"secrets[0] has a blank as character 9; cut it"}},
		{"in quotes", `{"provider": "compliancely", "secrets": ["'0123abcd'"]}`, []string{"secrets[0] has quotation marks around it; cut them"}},
		{"twice in a source", `{"provider": "compliancely", "secrets": ["0123abcd", "0123abcd"]}`, []string{"secrets[1] is the same as secrets[0] of one"}},
		{"twice in two", `{"provider": "compliancely", "secrets": ["0123abcd", "first-source"]}`, []string{"secrets[1] is the same as secrets[0] of first"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := read(t, `{"first": {"provider": "compliancely", "secrets": ["first-source"]}, "one": `+tt.entry+`}`)
			if _, err := d.Validate(); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range d.Warnings() {
				if w.Source != "one" || strings.Contains(w.String(), "abcd") {
					t.Errorf("warning %q, want it of source one and without the secret", w)
				}
				if strings.HasPrefix(w.Text, "what is signed is not pinned") {
					w.Text = signed
				}
				got = append(got, w.Text)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}
