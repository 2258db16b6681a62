package dialect

import (
	"strings"
	"time"

	"webhookintake/shared/provider/contiguity"
)

func contiguityDialect() Dialect {
	return Dialect{
		Provider:     contiguity.Provider{},
		Types:        contiguity.Types(),
		SampleSource: `{"secrets": ["whsec_sample-only-contiguity"], "tolerance_s": 0}`,
		Refresh:      setTime("timestamp"),
		Probe: func(id, eventType string, at time.Time) map[string]any {
			return map[string]any{"id": id, "type": eventType, "timestamp": at.Unix(), "data": map[string]any{}}
		},
		OddSecret: func(secret string) string {
			if !strings.HasPrefix(secret, signingPrefix) {
				return "does not begin with whsec_, as Contiguity's do"
			}
			return ""
		},
		AfterRotation: "Contiguity's Console made the new secret (Tokens, Webhook Signing) and signs with it. You need\n" +
			"not do anything else there. It may sign with the old one for a short while. What it signed\n" +
			"with the new one before now was refused, and is kept: see hookctl quarantine verify.",
		Traffic: &Traffic{
			Answer:       5 * time.Second,
			Waits:        []time.Duration{5 * time.Second, 30 * time.Second},
			SignsEachTry: true,
			StopAfter:    20,
			Stop:         30 * time.Second,
			Assumed:      "Contiguity documents that it may give up and may stop sending, but not when: the numbers are assumed.",
		},
	}
}
