package source

import (
	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/provider/standard"
	"webhookintake/shared/webhook"
)

// Providers returns the providers that a source may name. A new provider is added here.
func Providers() []webhook.Provider {
	return []webhook.Provider{
		contiguity.Provider{},
		contiguity.V1{},
		kyc.Provider{},
		compliancely.Provider{},
		standard.Provider{},
	}
}
