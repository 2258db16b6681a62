package main

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/upkeep"
)

// With a wrong environment the program must exit, and name every variable at fault.
func TestWrongEnvironment(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		vars map[string]string // changes to a correct environment
		want []string          // the lines that it prints begin with these
	}{
		{name: "nothing", vars: map[string]string{"QUEUE_URL": "", "TABLE_NAME": "", "SOURCES_SECRET_ARN": "", "AWS_REGION": "", "AWS_ACCESS_KEY_ID": ""},
			want: []string{"AWS_REGION:", "AWS_ACCESS_KEY_ID:", "TABLE_NAME:", "QUEUE_URL:", "SOURCES_SECRET_ARN:"}},
		{name: "everything", vars: map[string]string{
			"LOG_LEVEL": "loud", "QUEUE_URL": "queue", "VAULT_BUCKET": "Vault", "AWS_ENDPOINT_URL_SQS": "localhost:9324",
			"AWS_ENDPOINT_URL_SECRETS_MANAGER": "ftp://localhost", "AWS_ENDPOINT_URL_S3": "localhost", "AWS_ENDPOINT_URL_DYNAMODB": "localhost",
		}, want: []string{"LOG_LEVEL:", "AWS_ENDPOINT_URL_DYNAMODB:", "QUEUE_URL:", "AWS_ENDPOINT_URL_SQS:", "AWS_ENDPOINT_URL_S3:",
			"VAULT_BUCKET:", "AWS_ENDPOINT_URL_SECRETS_MANAGER:"}},
		{name: "settings in the clear", vars: map[string]string{"HANDLERS": `{"KYC_TOKEN":"sk_7331"}`}, want: []string{"HANDLERS: is only for sam local"}},
		{name: "a digest without its stack", vars: map[string]string{"HANDLERS_SECRET_ARN": "arn:x"}, want: []string{"STACK_NAME:"}},
		{name: "mail without its stack", vars: map[string]string{"DIGEST_TOPIC_ARN": topicARN, "AWS_ENDPOINT_URL_SNS": "localhost"}, want: []string{"AWS_ENDPOINT_URL_SNS:", "STACK_NAME:"}},
		{name: "another topic", vars: map[string]string{"DIGEST_TOPIC_ARN": "alarms"}, want: []string{"DIGEST_TOPIC_ARN: give the ARN of an SNS topic"}},
		{name: "memory on AWS", vars: map[string]string{"QUEUE_URL": "memory:", "TABLE_NAME": "memory:", "VAULT_BUCKET": ""},
			want: []string{"TABLE_NAME:", "QUEUE_URL:"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			env := newWorld(t, nil, nil).env
			maps.Copy(env, tt.vars)
			_, err := lambdatest.Start(t.Context(), lambdatest.Options{Path: program.Path(t), Env: env})
			exit, ok := errors.AsType[*lambdatest.ExitError](err)
			if !ok || exit.Code != 1 {
				t.Fatalf("Start = %v, want the program to end with code 1", err)
			}
			lines := strings.Split(strings.TrimSuffix(exit.Stderr, "\n"), "\n")
			if lines[0] != "upkeep: the environment is not right:" || len(lines) != len(tt.want)+1 {
				t.Fatalf("printed %q, want %d faults", lines, len(tt.want))
			}
			for i, want := range tt.want {
				if !strings.HasPrefix(lines[i+1], want) {
					t.Errorf("line %d = %q, want it to begin with %q", i+1, lines[i+1], want)
				}
			}
		})
	}
}

// Under sam local nothing is needed, and the settings are in HANDLERS. Without a bucket there
// is nothing to drain.
func TestSAMLocal(t *testing.T) {
	t.Parallel()
	for handlers, want := range map[string]string{
		"":                            "kyc: off, because KYC_TOKEN is not among the handlers' settings",
		`{"KYC_TOKEN":"sample-only"}`: "kyc: off, because KYC_TOKEN is not among the handlers' settings",
		`{"KYC_TOKEN":"sk_7331","KYC_API_URL":"nowhere"}`: "kyc: not asked",
	} {
		p := lambdatest.Run(t, program.Path(t), map[string]string{
			"AWS_SAM_LOCAL": "true", "QUEUE_URL": "memory:", "TABLE_NAME": "memory:", "HANDLERS": handlers,
		})
		if got := report(t, p); len(got.Tasks) != 1 || got.Tasks[0].Summary != want+upkeep.NotListed || !got.BusyUntil.IsZero() {
			t.Errorf("HANDLERS=%s: report = %+v, want %q", handlers, got, want)
		}
	}
}
