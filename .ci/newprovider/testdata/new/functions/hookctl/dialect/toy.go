package dialect

import (
	"time"

	"webhookintake/shared/provider/toy"
)

func toyDialect() Dialect {
	return Dialect{
		Provider:     toy.Provider{},
		Types:        toy.Types(),
		SampleSource: `{"secrets": ["sample-only-toy"]}`,
		Refresh:      setTime("timestamp"),
		Probe: func(id, eventType string, at time.Time) map[string]any {
			return map[string]any{"id": id, "type": eventType, "timestamp": at.Unix(), "data": map[string]any{}}
		},
		OddSecret:     notASigningSecret,
		AfterRotation: "Set the new secret at the toy now.",
	}
}
