package sources

import (
	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/kyc"
)

// AfterRotation says what to do at the provider once a new secret was put first.
func AfterRotation(provider string) string {
	switch provider {
	case contiguity.Provider{}.Name():
		return "Contiguity's Console made the new secret (Tokens, Webhook Signing), and signs with it: there is\n" +
			"nothing more to do there. It may sign with the old one for a short while."
	case contiguity.V1{}.Name():
		return "Put the new token into the webhook's URL in Contiguity's Console now, as ?token=…"
	case kyc.Provider{}.Name():
		return "Legal Talent KYC changes over at once, when the secret is set there. If \"register kyc\" made this\n" +
			"one, it is set already; if you made it, set it as the tenant's webhook_secret now."
	case compliancely.Provider{}.Name():
		return "Enter the new secret in Compliancely's web application now. What it tries again, it does within\n" +
			"about ten minutes."
	}
	return "Let the sender sign with the new secret now."
}
