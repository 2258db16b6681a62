package sample

import (
	"slices"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

// Types lists the typed events of all providers. A new provider's are added here.
func Types() []webhook.TypeInfo {
	return slices.Concat(contiguity.Types(), contiguity.V1Types(), kyc.Types(), compliancely.Types())
}

// NameOf is the name of a type's sample.
func NameOf(t webhook.TypeInfo) string { return t.Provider + "." + t.Name }
