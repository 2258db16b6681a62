package sources

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/shared/lambdatest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/memory"
	kept "webhookintake/shared/vault/quarantine"
	"webhookintake/shared/webhook"
)

// check and rotate say what can be released: only what the current secrets accept.
func TestSaysWhatCanBeReleased(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, secret, args, put string
		want                    bool
	}{
		{"check, with the right secret", clitest.Secret, "check", "", true},
		{"check, with another", clitest.Secret + "-mistyped", "check", "", false},
		{"rotated to the right secret", clitest.Secret + "-mistyped", "rotate contiguity --secret-env NEW --yes", clitest.Secret, true},
		{"rotated to another", clitest.Secret + "-mistyped", "rotate contiguity --secret-env NEW --yes", clitest.Secret + "-also", false},
		{"rotate, nothing written", clitest.Secret + "-mistyped", "rotate contiguity --secret-env NEW", clitest.Secret, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := memory.New(memory.Options{Now: func() time.Time { return clitest.Noon }})
			s3 := lambdatest.NewS3(v)
			t.Cleanup(s3.Server.Close)
			f := newFakeAWS(t, fmt.Sprintf(`{"contiguity":{"secrets":[%q]}}`, tt.secret))
			f.bucket = s3.Env()["VAULT_BUCKET"]
			settings := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(clitest.Secret)}}
			r := kept.Request{Source: "contiguity", Code: webhook.ErrSignatureMismatch,
				Request: contiguity.Provider{}.Sign(settings, "", []byte(`{"id":"evt_1","type":"t","data":{}}`), clitest.Noon)}
			data, err := kept.Encode(r)
			if err != nil {
				t.Fatal(err)
			}
			if err := v.Put(t.Context(), kept.NewKey(kept.Entry{At: r.At, Source: r.Source, Code: r.Code, NotKept: 1074}), data); err != nil {
				t.Fatal(err)
			}
			call := f.sources(strings.Fields(tt.args)...)
			call.Env["AWS_ENDPOINT_URL_S3"], call.Env["NEW"] = s3.Env()["AWS_ENDPOINT_URL_S3"], tt.put
			out, _ := call.Run(t.Context()) // the one that nobody confirms fails
			out = strings.Join(strings.Fields(out), " ")
			for _, want := range []string{
				"contiguity: 1075 requests were refused, and 1 of them kept. Of the newest 1 kept, 1 would be accepted now.",
				"go tool hookctl quarantine release --source contiguity --stack intake",
			} {
				if strings.Contains(out, want) != tt.want {
					t.Errorf("says %q: %v\n%s", want, !tt.want, out)
				}
			}
		})
	}
}

// The key neither changes nor goes while events wait whose sums it made. Refused requests do
// not hold up a downgrade, which says what it does to them.
func TestKeyWaitsForSpilled(t *testing.T) {
	t.Parallel()
	const warning = "go tool hookctl quarantine verify --stack intake"
	for _, tt := range []struct {
		args, key string
		waits     bool
		says      string
	}{
		{"key --replace", vault.SpillKey(clitest.Noon), true, ""},
		{"key --replace", vault.QuarantineKey(clitest.Noon, "kyc"), false, ""},
		{"downgrade", vault.SpillKey(clitest.Noon), true, ""},
		{"downgrade", vault.QuarantineKey(clitest.Noon, "kyc"), false, warning},
		{"downgrade", vault.Bodies + "a", false, ""},
	} {
		t.Run(tt.args+" with "+tt.key[:8], func(t *testing.T) {
			t.Parallel()
			v := memory.New(memory.Options{Now: func() time.Time { return clitest.Noon }})
			s3 := lambdatest.NewS3(v)
			t.Cleanup(s3.Server.Close)
			if err := v.Put(t.Context(), tt.key, []byte("an event")); err != nil {
				t.Fatal(err)
			}
			f := newFakeAWS(t, allNew)
			f.bucket, f.format = s3.Env()["VAULT_BUCKET"], "2"
			call := f.sources(append(strings.Fields(tt.args), "--yes")...)
			call.Env["AWS_ENDPOINT_URL_S3"] = s3.Env()["AWS_ENDPOINT_URL_S3"]
			out, err := call.Run(t.Context())
			if errors.Is(err, errSpilled) != tt.waits || !tt.waits && err != nil || len(f.written()) > 0 == tt.waits {
				t.Errorf("waits is %v, but %v, written %d times\n%s", tt.waits, err, len(f.written()), out)
			}
			if strings.Contains(out, warning) != (tt.says != "") {
				t.Errorf("want %q in\n%s", tt.says, out)
			}
		})
	}
}
