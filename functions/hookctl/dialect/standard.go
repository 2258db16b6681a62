package dialect

import (
	"strings"
	"time"

	"webhookintake/shared/provider/standard"
)

func standardDialect() Dialect {
	return Dialect{
		Provider:     standard.Provider{},
		OpenTypes:    true,
		SampleSource: `{"secrets": ["whsec_sample-only-standard-key"], "tolerance_s": 0}`,
		Refresh:      setTime("timestamp"),
		Probe: func(id, eventType string, at time.Time) map[string]any {
			return map[string]any{"id": id, "type": eventType, "timestamp": at.Unix(), "data": map[string]any{}}
		},
		OddSecret: func(secret string) string {
			key, ok := strings.CutPrefix(secret, signingPrefix)
			if ok && len(key) >= 32 && strings.Trim(key, "0123456789abcdef") == "" {
				return "looks like one of Contiguity's, whose secrets are hexadecimal"
			}
			return ""
		},
		AfterRotation: "Have the sender sign with the new secret now.",
	}
}
