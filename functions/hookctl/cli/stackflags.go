package cli

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli/stack"
)

// StackFlags name a deployed stack, and the region and profile to reach it with.
type StackFlags struct {
	Name, Region, Profile string
}

// Add adds the flags to a command. Use is the help of --stack; empty means the usual one.
func (f *StackFlags) Add(c *cobra.Command, use string) {
	f.add(c, cmp.Or(use, usualUse)+byDefault+"\nor the stack of samconfig.toml")
}

// AddIntake adds the flags to a command that uses [Env.Intake]. Use is as for Add.
func (f *StackFlags) AddIntake(c *cobra.Command, use string) {
	f.add(c, cmp.Or(use, usualUse)+byDefault+"\nthe hookctl run of this clone, or the stack of samconfig.toml")
}

// AddNamed adds the flags to a command that uses a stack only if --stack names it.
func (f *StackFlags) AddNamed(c *cobra.Command, use string) { f.add(c, use) }

// The help of --stack: what most commands do with a stack, and which one they take without it.
const (
	usualUse  = "work on the deployed stack with this `NAME`"
	byDefault = "; by default that of\nHOOKCTL_STACK, the engines that QUEUE_URL, DLQ_URL and TABLE_NAME name,"
)

func (f *StackFlags) add(c *cobra.Command, use string) {
	c.Flags().StringVar(&f.Name, "stack", "", use)
	c.Flags().StringVar(&f.Region, "region", "", "the stack's `REGION`; by default that of AWS's own settings")
	c.Flags().StringVar(&f.Profile, "profile", "", "`NAME` of a profile in AWS's own settings, for region and credentials")
}

// tell prints once which stack is used, if the command line does not name it.
func (e *Env) tell(c stack.Choice) {
	if c.From != "" && !e.told {
		e.told = true
		e.Err.Print("hookctl: stack %s, named by %s", c.Name, c.From)
	}
}

// Stack finds the stack or the engines that [stack.Lookup.Choose] chooses.
func (e *Env) Stack(ctx context.Context, f StackFlags) (*stack.Stack, error) {
	chosen, err := stack.Lookup{Getenv: e.Getenv, Folder: e.Folder}.Choose(f.Name)
	if err != nil {
		return nil, err
	}
	e.tell(chosen)
	f = StackFlags{Name: chosen.Name, Region: cmp.Or(f.Region, chosen.Region), Profile: cmp.Or(f.Profile, chosen.Profile)}
	settings, err := e.AWS(ctx, f.Region, f.Profile)
	if err != nil {
		return nil, err
	}
	if f.Name == "" {
		return stack.FromEnvironment(settings, e.Getenv), nil
	}
	if settings.Region == "" {
		return nil, errNoRegion
	}
	s, err := stack.Find(ctx, settings, e.Getenv, f.Name)
	if err != nil {
		return nil, plainAWS(err)
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
