package main

import (
	"errors"
	"strings"
	"testing"

	"webhookintake/shared/lambdatest"
)

// With a wrong environment the program must exit, and name every variable at fault.
func TestWrongEnvironment(t *testing.T) {
	t.Parallel()
	const sample = `{"contiguity": {"secrets": ["` + secret + `-sample-only"]}}`
	tests := []struct {
		name string
		vars map[string]string // changes to a correct environment
		want []string          // the lines that it prints begin with these
	}{
		{name: "nothing", vars: map[string]string{"SOURCES": "", "QUEUE_URL": "", "AWS_REGION": "", "AWS_ACCESS_KEY_ID": ""},
			want: []string{"SOURCES:", "QUEUE_URL:", "AWS_ACCESS_KEY_ID:", "AWS_REGION:"}},
		{name: "everything", vars: map[string]string{
			"LOG_LEVEL": "loud", "SOURCES_SECRET_ARN": "arn:x", "QUEUE_URL": "queue", "AWS_ENDPOINT_URL_SQS": "localhost:9324",
			"AWS_ENDPOINT_URL_SECRETS_MANAGER": "ftp://localhost",
		}, want: []string{"LOG_LEVEL:", "AWS_ENDPOINT_URL_SECRETS_MANAGER:", "SOURCES:", "QUEUE_URL:", "AWS_ENDPOINT_URL_SQS:"}},
		{name: "what Lambda sets", vars: map[string]string{"AWS_REGION": "", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
			want: []string{"AWS_ACCESS_KEY_ID:", "AWS_SECRET_ACCESS_KEY:", "AWS_REGION:"}},
		{name: "what Lambda sets, with a secret", vars: map[string]string{
			"SOURCES": "", "SOURCES_SECRET_ARN": "arn:x", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
			want: []string{"AWS_ACCESS_KEY_ID:", "AWS_SECRET_ACCESS_KEY:"}},
		{name: "faulty sources", vars: map[string]string{"SOURCES": `{"kyc": {"secrets": ["` + secret + `"], "product": "x"}, "b": {"secrets": [""]}}`},
			want: []string{"read SOURCES: sources.kyc.product:", "sources.b.provider:", "sources.b.secrets[0]:"}},
		{name: "vault", vars: map[string]string{"VAULT_BUCKET": "Vault", "SPILL": "yes", "QUARANTINE": "14", "AWS_ENDPOINT_URL_S3": "localhost"},
			want: []string{"AWS_ENDPOINT_URL_S3:", "VAULT_BUCKET:", "SPILL:", "QUARANTINE:"}},
		{name: "spill without a vault", vars: map[string]string{"SPILL": "true"}, want: []string{"SPILL:"}},
		{name: "quarantine without a vault", vars: map[string]string{"QUARANTINE": "true"}, want: []string{"QUARANTINE:"}},
		{name: "memory on AWS", vars: map[string]string{"QUEUE_URL": "memory:"}, want: []string{"QUEUE_URL:"}},
		{name: "sample secrets on AWS", vars: map[string]string{"SOURCES": sample, "AWS_SAM_LOCAL": "false"},
			want: []string{"read SOURCES: sources.contiguity.secrets[0]:"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := lambdatest.Start(t.Context(), lambdatest.Options{
				Path: program.Path(t), Env: with(newSQS(t), tt.vars),
			})
			exit, ok := errors.AsType[*lambdatest.ExitError](err)
			if !ok || exit.Code != 1 {
				t.Fatalf("Start = %v, want the program to end with code 1", err)
			}
			lines := strings.Split(strings.TrimSuffix(exit.Stderr, "\n"), "\n")
			if lines[0] != "ingest: the environment is not right:" || len(lines) != len(tt.want)+1 {
				t.Fatalf("printed %q, want %d faults", lines, len(tt.want))
			}
			for i, want := range tt.want {
				if !strings.HasPrefix(lines[i+1], want) {
					t.Errorf("line %d = %q, want it to begin with %q", i+1, lines[i+1], want)
				}
			}
			if strings.Contains(exit.Stderr, secret) {
				t.Errorf("a secret was printed: %s", exit.Stderr)
			}
		})
	}
}

// Under sam local the program accepts what it refuses elsewhere.
func TestLocal(t *testing.T) {
	t.Parallel()
	p := lambdatest.Run(t, program.Path(t), map[string]string{
		"AWS_SAM_LOCAL": "true", "QUEUE_URL": "memory:",
		"SOURCES": `{"contiguity": {"secrets": ["` + secret + `"]}, "kyc": {"secrets": ["sample-only"]}}`,
	})
	if got := send(t, p, signed("contiguity", "", sms)); got.StatusCode != 200 {
		t.Errorf("answer = %+v", got)
	}
	if got := send(t, p, altered(signed("contiguity", "", sms))); got.StatusCode != 401 {
		t.Errorf("answer = %+v", got)
	}
	if output := p.Stdout(); strings.Contains(output, "_aws") || strings.Count(output, "\n") != 1 || !strings.Contains(output, `"refused"`) {
		t.Errorf("stdout = %s, want the log line of what was refused, and no metrics", output)
	}
}
