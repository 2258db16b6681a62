package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/webhook"
)

// The program prints a line of metrics for each webhook, a log line if it refuses it, and
// nothing for a health check.
func TestOutput(t *testing.T) {
	t.Parallel()
	p := lambdatest.Run(t, program.Path(t), with(newSQS(t), nil))
	send(t, p, signed("contiguity", "", sms))
	send(t, p, altered(signed("contiguity", "", sms)))
	send(t, p, request{method: "GET", path: "/healthz"})
	send(t, p, request{source: phone})

	var got []map[string]any
	for line := range strings.Lines(p.Stdout()) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		// Of values that differ between runs, only the presence counts.
		for _, name := range []string{"time", "took_ms", "verifying_ms", "queueing_ms", "_aws", "AckTime", "request"} {
			if _, ok := fields[name]; ok {
				fields[name] = "…"
			}
		}
		got = append(got, fields)
	}
	want := []map[string]any{
		{"_aws": "…", "function": "test", "source": "contiguity", "Received": 1.0, "Accepted": 1.0, "AckTime": "…"},
		{"time": "…", "level": "WARN", "msg": "refused", "status": 401.0, "source": "contiguity", "took_ms": "…",
			"code": "signature_mismatch", "request": "…"},
		{"_aws": "…", "function": "test", "source": "contiguity", "code": "signature_mismatch", "Received": 1.0, "Rejected": 1.0},
		{"time": "…", "level": "WARN", "msg": "refused", "status": 404.0, "source": "unknown", "took_ms": "…",
			"code": "unknown_source", "request": "…"},
		{"_aws": "…", "function": "test", "source": "unknown", "code": "unknown_source", "Received": 1.0, "Rejected": 1.0},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stdout (-want +got):\n%s", diff)
	}
	if p.Stderr() != "" {
		t.Errorf("stderr = %s", p.Stderr())
	}
}

// The line of a webhook that came to a URL which expires says when: hookctl searches for it. A
// source that does not check URLs has no such time.
func TestURLExpiryIsLogged(t *testing.T) {
	t.Parallel()
	s := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(secret)}, URLSecrets: []webhook.Secret{webhook.NewSecret(secret + "-of-urls")}}
	p := lambdatest.Run(t, program.Path(t), with(newSQS(t), map[string]string{
		"SOURCES": `{"compliancely": {"secrets": ["` + secret + `"], "url_secrets": ["` + secret + `-of-urls"]},
			"anywhere": {"provider": "compliancely", "secrets": ["` + secret + `"]}}`,
	}))
	at := time.Now()
	signed := compliancely.Provider{}.Sign(s, "", []byte(`{"id":1}`), at)
	r := request{source: "compliancely", header: signed.Header, query: signed.Query.Encode(), body: `{"id":1}`}
	if got := send(t, p, r); got.StatusCode != http.StatusOK {
		t.Fatalf("answer = %+v", got)
	}
	if want := fmt.Sprintf(`"url_expires":%d`, at.Add(24*time.Hour).Unix()); !strings.Contains(p.Stdout(), want) {
		t.Errorf("stdout = %s, want %s", p.Stdout(), want)
	}
	r.source = "anywhere"
	if got := send(t, p, r); got.StatusCode != http.StatusOK || strings.Count(p.Stdout(), "url_expires") != 1 {
		t.Errorf("answer = %+v, stdout = %s, want the time once", got, p.Stdout())
	}
}

// The level applies to the log and not to metrics.
func TestLogLevel(t *testing.T) {
	t.Parallel()
	p := lambdatest.Run(t, program.Path(t), with(newSQS(t), map[string]string{"LOG_LEVEL": "error"}))
	send(t, p, signed("contiguity", "", sms))
	if got := p.Stdout(); strings.Contains(got, `"msg"`) || strings.Count(got, "\n") != 1 {
		t.Errorf("stdout = %s, want the metrics alone", got)
	}
}
