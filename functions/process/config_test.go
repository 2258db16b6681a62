package main

import (
	"maps"
	"strings"
	"testing"
	"time"
)

// deployed returns the environment that the template sets.
var deployed = map[string]string{
	"QUEUE_URL":            "https://sqs.eu-central-1.amazonaws.com/123456789012/q",
	"DLQ_URL":              "https://sqs.eu-central-1.amazonaws.com/123456789012/dlq",
	"TABLE_NAME":           "table",
	"FUNCTION_TIMEOUT_S":   "60",
	"VISIBILITY_TIMEOUT_S": "360",
	"QUEUE_RETENTION_S":    "604800",
	"DLQ_RETENTION_S":      "1209600",

	"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key",
}

// with returns the deployed environment with changes.
func with(changes map[string]string) func(string) string {
	env := maps.Clone(deployed)
	maps.Copy(env, changes)
	return func(name string) string { return env[name] }
}

func TestReadConfig(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		changes map[string]string
		want    string
	}{
		{name: "deployed"},
		{name: "empty counts as unset", changes: map[string]string{"FUNCTION_TIMEOUT_S": "", "KEEP_PAYLOADS": ""}},
		{name: "memory under sam local", changes: map[string]string{"AWS_SAM_LOCAL": "true", "QUEUE_URL": "memory:", "DLQ_URL": "memory:", "TABLE_NAME": "memory:"}},
		{
			name:    "memory elsewhere",
			changes: map[string]string{"TABLE_NAME": "memory:"},
			want:    "TABLE_NAME: memory keeps nothing and is only for sam local; give the table's name",
		},
		{
			name:    "everything at once",
			changes: map[string]string{"QUEUE_URL": "q", "TABLE_NAME": "", "FUNCTION_TIMEOUT_S": "1m", "AWS_REGION": "", "AWS_ENDPOINT_URL_SQS": "there"},
			want: "QUEUE_URL: give the queue's URL, as https://sqs.<region>.amazonaws.com/<account>/<name>\n" +
				"TABLE_NAME: give the table's name\n" +
				"AWS_ENDPOINT_URL_SQS: give a URL, as http://localhost:9324, or leave it empty\n" +
				"AWS_REGION: give the region, as us-east-1; Lambda sets it\n" +
				"FUNCTION_TIMEOUT_S: give whole seconds, as 60",
		},
		{name: "a vault", changes: map[string]string{"VAULT_BUCKET": "stack-vault-1a2b3c"}},
		{
			name:    "no name of a bucket",
			changes: map[string]string{"VAULT_BUCKET": "Vault", "AWS_ENDPOINT_URL_S3": "there"},
			want: "VAULT_BUCKET: give the name of a bucket, 3 to 63 of a-z, 0-9, hyphens and dots, or leave it empty\n" +
				"AWS_ENDPOINT_URL_S3: give a URL, as http://localhost:9324, or leave it empty",
		},
		{
			name:    "HANDLERS on AWS",
			changes: map[string]string{"HANDLERS": "{}"},
			want:    "HANDLERS: is only for sam local; put secret settings into the handlers' secret, and the others into variables of the function",
		},
		{
			name:    "HANDLERS that is not right",
			changes: map[string]string{"AWS_SAM_LOCAL": "true", "HANDLERS": `{"A": 1, "B": {}}`, "TABLE_NAME": ""},
			want:    "TABLE_NAME: give the table's name\nHANDLERS.A: want a string\nHANDLERS.B: want a string",
		},
		{
			name:    "times that do not fit",
			changes: map[string]string{"FUNCTION_TIMEOUT_S": "61"},
			want:    "times that do not fit together: VISIBILITY_TIMEOUT_S (6m0s) has to be at least 6 × FUNCTION_TIMEOUT_S (6m6s)",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := readConfig(with(tt.changes))
			got := ""
			if err != nil {
				got = strings.TrimPrefix(err.Error(), "the environment is not right:\n")
			}
			if got != tt.want {
				t.Errorf("readConfig = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestReadConfigTakesTheTimes(t *testing.T) {
	t.Parallel()
	c, err := readConfig(with(map[string]string{"FUNCTION_TIMEOUT_S": "30", "VISIBILITY_TIMEOUT_S": "200"}))
	if err != nil {
		t.Fatal(err)
	}
	if c.timing.Function != 30*time.Second || c.timing.Visibility != 200*time.Second {
		t.Errorf("timing = %+v", c.timing)
	}
}

// A record outlives what may wait in the vault.
func TestReadConfigCountsTheVault(t *testing.T) {
	t.Parallel()
	for bucket, want := range map[string]time.Duration{"": 0, "stack-vault-1a2b3c": 30 * 24 * time.Hour} {
		c, err := readConfig(with(map[string]string{"VAULT_BUCKET": bucket}))
		if err != nil {
			t.Fatal(err)
		}
		if c.timing.SpillRetention != want {
			t.Errorf("VAULT_BUCKET=%q: spilled events count for %v, want %v", bucket, c.timing.SpillRetention, want)
		}
	}
}

func TestKeepPayload(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		list, source string
		want         bool
	}{
		{"", "kyc", false},
		{"kyc", "kyc", true},
		{"contiguity, kyc", "kyc", true},
		{"contiguity", "kyc", false},
		{"all", "kyc", true},
	} {
		if got := keepPayload(tt.list)(tt.source); got != tt.want {
			t.Errorf("KEEP_PAYLOADS=%q keeps %s: %v, want %v", tt.list, tt.source, got, tt.want)
		}
	}
}
