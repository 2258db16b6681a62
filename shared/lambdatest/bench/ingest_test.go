package bench

import (
	"crypto/rand"
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

// BenchmarkIngest measures ingest, the smallest possible function (floor), one that only
// sends to SQS, and one for Node that verifies and sends, in one run, and prints a table. The ratios mean more than the times,
// which depend on the machine.
func BenchmarkIngest(b *testing.B) {
	sqs := lambdatest.NewSQS()
	defer sqs.Server.Close()
	env := sqs.Env()
	env["SOURCES"] = `{"contiguity": {"secrets": ["` + secret + `"]}}`
	candidates := append(node(b, "Node", "ingest.mjs"),
		candidate{name: "floor", path: build(b, "./testdata/floor")},
		candidate{name: "send only", path: build(b, "./testdata/sendonly")},
		candidate{name: "ingest", path: build(b, "webhookintake/functions/ingest")},
	)
	for i := range candidates {
		candidates[i].env = env
	}
	for _, size := range sizes {
		b.Run(size.name, func(b *testing.B) {
			l := load{
				starts: size.starts, warmUp: size.iterations / 5, iterations: size.iterations, events: 1,
				timeout: 10 * time.Second, want: "accepted",
				event: func() []byte { return signedSample(b, size.bytes) },
			}
			for b.Loop() {
				report(b, "ingest, acknowledging one event of "+size.name+" at a time", candidates, measure(b, l, candidates))
			}
		})
	}
}

// sizes are lengths of bodies, and how many invocations of a length are measured. A body of
// 900 kB is nearly the largest that SQS takes as it is.
var sizes = []struct {
	name               string
	bytes              int // 0 means the sample as it is
	starts, iterations int
}{
	{"0.3 kB", 0, 51, 500}, {"100 kB", 100_000, 0, 60}, {"900 kB", 900_000, 0, 30},
}

// longText returns a text of about that length, as JSON has it.
func longText(bytes int) string {
	return strings.Repeat(`Is my order \"12\" on its way? `, bytes/32)
}

func build(b *testing.B, pkg string) string {
	b.Helper()
	path, err := lambdatest.Build(b.Context(), pkg, b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	return path
}

// signedSample is a sample event, signed now. Its text has about the number of bytes given; 0
// leaves it as it is.
func signedSample(b *testing.B, length int) []byte {
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
	if length > 0 {
		body = smsBody("evt_"+rand.Text(), longText(length))
		event["isBase64Encoded"], event["body"] = false, string(body)
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
