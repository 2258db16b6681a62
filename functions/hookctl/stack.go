package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/stack"
)

// A stackFlags says which deployed stack is meant, and as whom it is asked.
type stackFlags struct {
	name, region, profile string
}

// add says of --stack what the command does with it; empty means that it works on.
func (f *stackFlags) add(c *cobra.Command, what string) {
	what = cmp.Or(what, "work on the deployed stack with this `NAME`; without it on the engines that\nQUEUE_URL, DLQ_URL, TABLE_NAME and AWS_ENDPOINT_URL_… name, as for the functions")
	c.Flags().StringVar(&f.name, "stack", "", what)
	c.Flags().StringVar(&f.region, "region", "", "the stack's `REGION`, by default that of AWS's own settings")
	c.Flags().StringVar(&f.profile, "profile", "", "`NAME` of a profile in AWS's own settings, for region and credentials")
}

// stack finds what a command works on.
func (a *app) stack(ctx context.Context, f stackFlags) (*stack.Stack, error) {
	settings, err := a.awsConfig(ctx, f.region, f.profile)
	if err != nil {
		return nil, fmt.Errorf("read AWS's settings: %w", err)
	}
	if f.name == "" {
		return stack.FromEnvironment(settings, a.getenv), nil
	}
	s, err := stack.Find(ctx, settings, a.getenv, f.name)
	if err != nil {
		return nil, err
	}
	// A stack of that name may be elsewhere too: what is said to be run next has to find this one.
	for _, more := range []struct{ flag, value string }{{"--region", f.region}, {"--profile", f.profile}} {
		if more.value != "" {
			s.Flags += " " + more.flag + " " + more.value
		}
	}
	return s, nil
}

// awsConfig reads the settings that AWS's own command line reads: environment, profiles,
// what the machine is.
func awsConfig(ctx context.Context, region, profile string) (aws.Config, error) {
	return config.LoadDefaultConfig(ctx, config.WithRegion(region), config.WithSharedConfigProfile(profile))
}
