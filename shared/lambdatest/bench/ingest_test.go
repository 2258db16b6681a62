package bench

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

const secret = "whsec_bench"

// BenchmarkIngest measures ingest, the smallest possible function (floor), and one that
// only sends to SQS, in one run, and prints a table. The ratios mean more than the times,
// which depend on the machine.
func BenchmarkIngest(b *testing.B) {
	sqs := lambdatest.NewSQS()
	defer sqs.Server.Close()
	env := sqs.Env()
	env["SOURCES"] = `{"contiguity": {"secrets": ["` + secret + `"]}}`
	candidates := []candidate{
		{name: "floor", path: build(b, "./testdata/floor"), env: env},
		{name: "send only", path: build(b, "./testdata/sendonly"), env: env},
		{name: "ingest", path: build(b, "webhookintake/functions/ingest"), env: env},
	}
	l := load{
		warmUp: 100, iterations: 500, events: 1, timeout: 10 * time.Second, want: "accepted",
		event: func() []byte { return signedSample(b) },
	}
	for b.Loop() {
		table(os.Stdout, "ingest, acknowledging one event at a time", candidates, measure(b, l, candidates))
	}
}

func build(b *testing.B, pkg string) string {
	b.Helper()
	path, err := lambdatest.Build(b.Context(), pkg, b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	return path
}

// signedSample is a sample event, signed now.
func signedSample(b *testing.B) []byte {
	b.Helper()
	text, err := os.ReadFile("../../../events/http/contiguity.text.incoming.sms.json")
	if err != nil {
		b.Fatal(err)
	}
	var event map[string]any
	if err := json.Unmarshal(text, &event); err != nil {
		b.Fatal(err)
	}
	body := []byte(event["body"].(string))
	if event["isBase64Encoded"] == true {
		if body, err = base64.StdEncoding.DecodeString(string(body)); err != nil {
			b.Fatal(err)
		}
	}
	settings := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(secret)}}
	signed := contiguity.Provider{}.Sign(settings, "", body, time.Now())
	headers := maps.Clone(event["headers"].(map[string]any))
	for name, values := range signed.Header {
		headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	event["headers"] = headers
	if text, err = json.Marshal(event); err != nil {
		b.Fatal(err)
	}
	return text
}
