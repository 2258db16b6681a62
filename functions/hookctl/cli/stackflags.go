package cli

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli/stack"
)

// StackFlags name a deployed stack, and the region and profile to reach it with.
type StackFlags struct {
	Name, Region, Profile string
}

// Add adds the flags to a command. Use is the help of --stack; empty means the usual one.
func (f *StackFlags) Add(c *cobra.Command, use string) {
	use = cmp.Or(use, "work on the deployed stack with this `NAME`; without it, on the engines\nthat QUEUE_URL, DLQ_URL, TABLE_NAME and AWS_ENDPOINT_URL name")
	c.Flags().StringVar(&f.Name, "stack", "", use)
	c.Flags().StringVar(&f.Region, "region", "", "the stack's `REGION`; by default that of AWS's own settings")
	c.Flags().StringVar(&f.Profile, "profile", "", "`NAME` of a profile in AWS's own settings, for region and credentials")
}

// Stack finds the stack that the flags name, or else the engines of the environment.
func (e *Env) Stack(ctx context.Context, f StackFlags) (*stack.Stack, error) {
	settings, err := e.AWS(ctx, f.Region, f.Profile)
	if err != nil {
		return nil, fmt.Errorf("read AWS's settings: %w", err)
	}
	if f.Name == "" {
		return stack.FromEnvironment(settings, e.Getenv), nil
	}
	s, err := stack.Find(ctx, settings, e.Getenv, f.Name)
	if err != nil {
		return nil, err
	}
	// Another region may have a stack of that name too. A command that is suggested to the
	// user has to find this one.
	for _, more := range []struct{ flag, value string }{{"--region", f.Region}, {"--profile", f.Profile}} {
		if more.value != "" {
			s.Flags += " " + more.flag + " " + more.value
		}
	}
	return s, nil
}
