package dialect

import (
	"time"

	"webhookintake/shared/provider/compliancely"
)

func compliancelyDialect() Dialect {
	return Dialect{
		Provider:     compliancely.Provider{},
		Types:        compliancely.Types(),
		SampleSource: `{"secrets": ["sample-only-compliancely"]}`,
		Refresh:      func(body []byte, _ time.Time) []byte { return body }, // its events have no time
		Base64:       true,
		Probe: func(id, eventType string, _ time.Time) map[string]any {
			return map[string]any{"id": randomBelow(1 << 53), "note": eventType + " " + id}
		},
		OddSecret: notASigningSecret,
		AfterRotation: "Enter the new secret in Compliancely's web application now. Its retries end within about ten\n" +
			"minutes.",
		Traffic: &Traffic{
			Answer:    10 * time.Second,
			Waits:     []time.Duration{3 * time.Minute, 6 * time.Minute},
			NumberIDs: true,
			Assumed:   "Compliancely documents the tries, but not how long it waits for an answer: 10 s are assumed.",
		},
	}
}
