package bench

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

const secret = "whsec_bench"

// BenchmarkIngest measures ingest beside the least that a function can be (floor) and
// one that does nothing but send to SQS, in one run, and prints a table. The ratios
// mean more than the times, which are this machine's.
func BenchmarkIngest(b *testing.B) {
	sqs := lambdatest.NewSQS()
	defer sqs.Server.Close()
	env := sqs.Env()
	env["SOURCES"] = `{"contiguity": {"secrets": ["` + secret + `"]}}`
	event := func() []byte { return signedSample(b) }
	candidates := []candidate{
		{name: "floor", path: build(b, "./testdata/floor"), env: env, event: event, want: "accepted"},
		{name: "send only", path: build(b, "./testdata/sendonly"), env: env, event: event, want: "accepted"},
		{name: "ingest", path: build(b, "webhookintake/functions/ingest"), env: env, event: event, want: "accepted"},
	}
	for b.Loop() {
		table(os.Stdout, candidates, measure(b, candidates))
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

// table prints the results, and those of the last program as multiples of the others'.
func table(out io.Writer, candidates []candidate, results []result) {
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', tabwriter.AlignRight)
	row := func(name string, cells ...any) {
		fmt.Fprintf(w, name+strings.Repeat("\t%v", len(cells))+"\t\n", cells...)
	}
	row("", "start", "CPU/event", "p50", "p99", "zip")
	for i, r := range results {
		row(candidates[i].name, ms(r.start), ms(r.cpu), ms(r.p50), ms(r.p99), fmt.Sprintf("%.2f MB", float64(r.zip)/1e6))
	}
	last := len(results) - 1
	us := results[last]
	for i, r := range results[:last] {
		row(candidates[last].name+" / "+candidates[i].name,
			ratio(us.start, r.start), ratio(us.cpu, r.cpu), ratio(us.p50, r.p50), ratio(us.p99, r.p99), ratio(us.zip, r.zip))
	}
	_ = w.Flush()
}

func ms(d time.Duration) string { return fmt.Sprintf("%.3f ms", float64(d.Nanoseconds())/1e6) }

func ratio[T time.Duration | int](a, b T) string {
	if b == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", float64(a)/float64(b))
}
