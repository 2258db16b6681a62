package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/provider/standard"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/memory"
	"webhookintake/shared/webhook"
)

// A probe is queued under its own name and counted nowhere. A forged one is refused, counted
// as a stranger's, and not kept.
func TestProbe(t *testing.T) {
	t.Parallel()
	const key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	secret := newSecret(t, `{"$key": "`+key+`"}`)
	sqs, v := newSQS(t), memory.New(memory.Options{})
	env := withVault(t, sqs, v, "")
	env["QUARANTINE"] = "true"
	env["SOURCES"], env["SOURCES_SECRET_ARN"] = "", "arn:aws:secretsmanager:us-east-1:123456789012:secret:sources"
	env["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = secret.URL
	p := lambdatest.Run(t, program.Path(t), env)

	hash, _ := webhook.NewHasher(webhook.NewSecret(key))
	derived, _ := hash.ProbeSecret()
	probe := func(s webhook.Secret) request {
		const body = `{"type":"` + webhook.ProbeType + `"}`
		r := standard.Provider{}.Sign(webhook.Settings{Secrets: []webhook.Secret{s}}, "probe_1", []byte(body), time.Now())
		return request{source: webhook.Probe, header: r.Header, body: body}
	}
	if got := send(t, p, probe(derived)); got.StatusCode != http.StatusOK {
		t.Fatalf("a probe: %+v", got)
	}
	if sent := sqs.Sent(); len(sent) != 1 || sent[0].Attributes["source"] != webhook.Probe || sent[0].Attributes["provider"] != webhook.Probe {
		t.Errorf("sent %+v", sent)
	}
	if strings.Contains(p.Stdout(), `"Received":1`) {
		t.Errorf("it counts: %s", p.Stdout())
	}
	// The key itself, whose name is in every id, is not the secret.
	for _, forged := range []webhook.Secret{webhook.NewSecret("whsec_" + key), webhook.NewSecret("whsec_YW5vdGhlciBvbmU=")} {
		if got := send(t, p, probe(forged)); got.StatusCode != http.StatusUnauthorized {
			t.Errorf("a forged probe: %+v", got)
		}
	}
	if !strings.Contains(p.Stdout(), `"code":"signature_mismatch","function":"test","source":"unknown"`) || strings.Contains(p.Stdout(), `"Accepted":1`) {
		t.Errorf("stdout = %s", p.Stdout())
	}
	if kept, err := v.List(t.Context(), vault.Quarantine, "", 10); err != nil || len(kept) > 0 {
		t.Errorf("kept %v, %v", kept, err)
	}
}
