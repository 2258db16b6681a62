package bench

import (
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"webhookintake/shared/lambdatest"
)

// BenchmarkFirst measures the first event of a new process over TLS, with the processor of a
// function of 512 MB from the moment when it is ready, as on Lambda. It needs the right to
// set cgroup's quota; without it the processor is not limited, which the table says.
func BenchmarkFirst(b *testing.B) {
	sqs, dynamo := &lambdatest.SQS{}, lambdatest.NewDynamoDB()
	dynamo.Server.Close()
	queue, table := newTLS(b, sqs), newTLS(b, dynamo)
	roots := trusting(b, queue, table)
	env := map[string]string{
		"QUEUE_URL": queue.URL + "/123456789012/queue", "AWS_ENDPOINT_URL_SQS": queue.URL, "SSL_CERT_FILE": roots,
		"SOURCES": `{"contiguity": {"secrets": ["` + secret + `"]}}`,
		"DLQ_URL": "http://127.0.0.1:1/dead",
	}
	maps.Copy(env, map[string]string{
		"TABLE_NAME": "table", "AWS_ENDPOINT_URL_DYNAMODB": table.URL, "AWS_REGION": "us-east-1",
		"AWS_ACCESS_KEY_ID": "AKIDTEST", "AWS_SECRET_ACCESS_KEY": "aws-secret-key", "AWS_SESSION_TOKEN": "aws-session-token",
	})
	idle := lambdatest.Program{Package: "webhookintake/functions/process", Handlers: "testdata/idle/register.go"}
	b.Cleanup(func() { _ = idle.Remove() })
	for _, program := range []struct {
		name       string
		event      func() []byte
		want       string
		candidates []candidate
	}{
		{"ingest", func() []byte { return signedSample(b, 0) }, "accepted", []candidate{
			{name: "send only", path: build(b, "./testdata/sendonly"), env: env},
			{name: "ingest", path: build(b, "webhookintake/functions/ingest"), env: env},
		}},
		{"process", func() []byte { return newBatch(b, 1, 0) }, `"batchItemFailures":[]`, []candidate{
			{name: "two writes", path: build(b, "./testdata/floorprocess"), env: env},
			{name: "process", path: idle.Path(b), env: env},
		}},
	} {
		b.Run(program.name, func(b *testing.B) {
			for b.Loop() {
				printFirst(b, unpacked(b, program.candidates), program.event, program.want)
			}
		})
	}
}

func newTLS(b *testing.B, h http.Handler) *httptest.Server {
	b.Helper()
	s := httptest.NewTLSServer(h)
	b.Cleanup(s.Close)
	return s
}

// trusting writes a file of the system's trusted certificates and the servers'.
func trusting(b *testing.B, servers ...*httptest.Server) string {
	b.Helper()
	roots, err := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	if err != nil {
		b.Skip("the system's trusted certificates: ", err)
	}
	for _, s := range servers {
		roots = append(roots, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})...)
	}
	file := filepath.Join(b.TempDir(), "roots.pem")
	if err := os.WriteFile(file, roots, 0o600); err != nil {
		b.Fatal(err)
	}
	return file
}

// A first is what the first event of a process took.
type first struct{ start, event, cpu []time.Duration }

func printFirst(b *testing.B, candidates []candidate, event func() []byte, want string) {
	b.Helper()
	results := make([]first, len(candidates))
	limited := true
	for range 21 {
		for i, c := range candidates {
			p := start(b, c)
			limited = limit(p.ID()) && limited
			response, err := p.Invoke(b.Context(), event(), time.Minute)
			if err != nil || !strings.Contains(string(response.Payload), want) {
				b.Fatalf("%s: %v %s\n%s%s", c.name, err, response.Payload, p.Stdout(), p.Stderr())
			}
			r := &results[i]
			r.start, r.event, r.cpu = append(r.start, p.Ready()), append(r.event, response.Took), append(r.cpu, p.CPU())
			stop(b, p)
		}
	}
	processor := "0.29 of a processor"
	if !limited {
		processor = "a whole processor, as it could not be limited"
	}
	fmt.Printf("\nthe first event over TLS, after the start with %s\n", processor)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tstart\tfirst event\tCPU of both\t")
	for i, c := range candidates {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t\n", c.name, ms(quantile(results[i].start, 50)), ms(quantile(results[i].event, 50)), ms(quantile(results[i].cpu, 50)))
	}
	_ = w.Flush()
}

// limit gives the process what a function of 512 MB has: 512/1769 of a processor.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
func limit(pid int) bool {
	const group, period = "/sys/fs/cgroup/cpu/webhook-intake-bench", 20_000
	if err := os.MkdirAll(group, 0o700); err != nil {
		return false
	}
	for _, setting := range []struct {
		file  string
		value int
	}{{"cpu.cfs_period_us", period}, {"cpu.cfs_quota_us", period * 512 / 1769}, {"cgroup.procs", pid}} {
		if os.WriteFile(filepath.Join(group, setting.file), []byte(strconv.Itoa(setting.value)), 0o600) != nil {
			return false
		}
	}
	return true
}
