package cli

import (
	"github.com/spf13/cobra"

	"webhookintake/shared/provider/kyc"
)

// AddStaging adds the flag that chooses the staging host of Legal Talent KYC.
func AddStaging(c *cobra.Command, staging *bool) {
	c.Flags().BoolVar(staging, "staging", false, "send requests to the provider's staging host")
	c.MarkFlagsMutuallyExclusive("staging", "api")
}

// KYCClient returns a client of Legal Talent KYC's API with the token that the flags name.
func KYCClient(e *Env, f APIFlags, staging bool) (*kyc.Client, error) {
	own := kyc.ProductionURL
	if staging {
		own = kyc.StagingURL
	}
	base, err := f.Base(own)
	if err != nil {
		return nil, err
	}
	token, err := e.Credential(f.Token)
	if err != nil {
		return nil, err
	}
	return kyc.NewClient(kyc.ClientOptions{Token: token, BaseURL: base})
}
