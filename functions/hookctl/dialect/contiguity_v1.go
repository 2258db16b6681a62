package dialect

import (
	"fmt"
	"time"

	"webhookintake/shared/provider/contiguity"
)

func contiguityV1Dialect() Dialect {
	return Dialect{
		Provider:     contiguity.V1{},
		Types:        contiguity.V1Types(),
		SampleSource: `{"secrets": ["sample-only-contiguity-v1"]}`,
		Refresh:      refreshCrumbs,
		Probe: func(id, eventType string, at time.Time) map[string]any {
			return map[string]any{"crumbs": map[string]any{"type": eventType, "timestamp": at.Unix()}, "id": id}
		},
		TokenInURL:    true,
		OddSecret:     notASigningSecret,
		AfterRotation: "Put the new token into the webhook's URL in Contiguity's Console now, as ?token=…",
	}
}

// refreshCrumbs also changes the sender. The events have no ids, and a second text of the
// same number within one second would be the same event.
func refreshCrumbs(body []byte, at time.Time) []byte {
	start, end, ok := findMember(body, "crumbs")
	if !ok {
		return body
	}
	crumbs := setMember(body[start:end], "timestamp", unixSeconds(at))
	sender := fmt.Appendf(nil, `"+1500%08d"`, randomBelow(100_000_000))
	return setMember(body, "crumbs", setMember(crumbs, "from", sender))
}
