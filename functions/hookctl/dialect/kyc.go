package dialect

import (
	"fmt"
	"time"

	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

func kycDialect() Dialect {
	return Dialect{
		Provider:     kyc.Provider{},
		Types:        kyc.Types(),
		SampleSource: `{"secrets": ["sample-only-kyc"]}`,
		Refresh:      setTime("created"),
		Probe: func(id, eventType string, at time.Time) map[string]any {
			return map[string]any{"id": id, "type": eventType, "created": at.Unix(), "data": map[string]any{}}
		},
		OddSecret:   notASigningSecret,
		OddSettings: unpinnedSigning,
		AfterRotation: "Legal Talent KYC uses the new secret as soon as it is set there. If \"register kyc\" made this\n" +
			"one, it is set already; if you made it, set it as the tenant's webhook_secret now.",
		Traffic: &Traffic{
			Answer:  10 * time.Second,
			Waits:   []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute},
			Assumed: "KYC documents the 10 s, but not how often it tries; that is assumed.",
		},
	}
}

// unpinnedSigning is an OddSettings that finds a source which accepts either signing.
func unpinnedSigning(setting func(field string) string) string {
	if signed := setting(webhook.FieldSigned); signed == kyc.SignedBody || signed == kyc.SignedTimestampBody {
		return ""
	}
	return fmt.Sprintf(`what is signed is not pinned ("signed" is "either"): once a real delivery has shown it, set %s or %s`,
		kyc.SignedBody, kyc.SignedTimestampBody)
}
