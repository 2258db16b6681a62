package source_test

import (
	"errors"
	"testing"

	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// env is an environment.
func env(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

func TestFromEnv(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:Sources"
	for _, tt := range []struct {
		name string
		vars map[string]string
		want string // the error's text
		arn  string // for which a fetcher was made
	}{
		{name: "document", vars: map[string]string{"SOURCES": doc("a-secret"), "SOURCES_SECRET_ARN": ""}},
		{name: "secret", vars: map[string]string{"SOURCES": "", "SOURCES_SECRET_ARN": arn}, arn: arn},
		{name: "both", vars: map[string]string{"SOURCES": doc("a-secret"), "SOURCES_SECRET_ARN": arn},
			want: "SOURCES: is set as well as SOURCES_SECRET_ARN; keep one of them"},
		{name: "neither", want: "SOURCES: give the sources here, or their secret in SOURCES_SECRET_ARN"},
		{name: "badly copied secret", vars: map[string]string{"SOURCES": doc("\ufeffs3cr3t-s3cr3t")},
			want: "read SOURCES: sources.plain.secrets[0]: has a byte-order mark as character 1; cut it"},
		{name: "faulty document", vars: map[string]string{"SOURCES": `{"plain": {"secrets": "s3cr3t"}}`},
			want: "read SOURCES: sources.plain.secrets: want a list of strings"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := newVault(doc("a-secret"))
			var asked string
			newFetcher := func(arn string) source.Fetcher { asked = arn; return v }
			s, err := source.FromEnv(env(tt.vars), newFetcher, source.RefreshOptions{Parse: options()})
			if got := errorText(err); got != tt.want {
				t.Fatalf("error = %q, want %q", got, tt.want)
			}
			if asked != tt.arn || v.fetched() != 0 {
				t.Errorf("fetcher made for %q, want %q, and nothing fetched", asked, tt.arn)
			}
			if err != nil {
				if _, ok := errors.AsType[*webhook.FieldError](err); !ok {
					t.Errorf("no FieldError in %v", err)
				}
				return
			}
			if err := verify(t, s, "a-secret"); err != nil {
				t.Errorf("Verify = %v", err)
			}
		})
	}
}
