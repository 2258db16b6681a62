package sources

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/operate/sources"
)

// Command returns the command "sources".
func Command(e *cli.Env) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:   "sources",
		Short: "Show and change a stack's sources and their secrets",
		Long: `sources edits the document in the stack's secret of sources: which providers may send
webhooks, and with which secrets. A change takes effect without a deploy.

It writes only documents that ingest accepts as a whole, and only in place of the version
that it showed. Without a stack, SOURCES_SECRET_ARN names the secret and INGEST_LOG_GROUP the
log group.`,
	}, "", listCommand(e), setCommand(e), removeCommand(e), rotateCommand(e), revokeCommand(e), urlCommand(e),
		keyCommand(e), downgradeCommand(e), checkCommand(e))
}

// flags name a stack, and say how to change its sources.
type flags struct {
	stack  cli.StackFlags
	secret cli.SecretFlags
	yes    bool
}

func (f *flags) addStack(c *cobra.Command) {
	f.stack.Add(c, "the deployed stack's `NAME`")
}

func (f *flags) addChange(c *cobra.Command) {
	f.addStack(c)
	c.Flags().BoolVar(&f.yes, "yes", false, "do not ask")
}

// inUse says when a change takes effect.
const inUse = `It is in use after at most 5 minutes, or at once when a webhook does not match the former
secrets. No deploy is needed.`

// editor returns the editor of the stack's secret.
func (f flags) editor(ctx context.Context, e *cli.Env) (*sources.Editor, *stack.Stack, error) {
	s, err := e.Stack(ctx, f.stack)
	if err != nil {
		return nil, nil, err
	}
	id, err := s.Get(stack.SourcesSecret)
	if err != nil {
		return nil, nil, err
	}
	return &sources.Editor{Secret: sources.NewSecret(s.SecretsManager(), id)}, s, nil
}

func notChanged(err error) error { return fmt.Errorf("%w: %w", cli.ErrNotChanged, err) }

// change shows a change of one source, asks, and writes it. Next gets the document before
// the change, and returns what to do next.
func (f flags) change(
	ctx context.Context, e *cli.Env, name string,
	change func(sources.Document) (sources.Document, error),
	next func(before sources.Document, s *stack.Stack) string,
) error {
	return f.perform(ctx, e, func(base sources.Base, s *stack.Stack) (sources.Plan, error) {
		return sources.PlanChange(base, s.SourcesFormat(), name, change)
	}, next)
}

// changeAll shows a change of the whole document, asks, and writes it. A change that says
// nothing changes nothing. Next is as in change.
func (f flags) changeAll(
	ctx context.Context, e *cli.Env,
	change func(before sources.Document, s *stack.Stack) (after sources.Document, says []string, err error),
	next func(before sources.Document, s *stack.Stack) string,
) error {
	return f.perform(ctx, e, func(base sources.Base, s *stack.Stack) (sources.Plan, error) {
		after, says, err := change(base.Document, s)
		if err == nil {
			err = sources.Allowed(s.SourcesFormat(), base.Document, after)
		}
		return sources.Plan{Base: base, After: after, Says: says}, err
	}, next)
}

// perform shows a plan, asks, and writes it.
func (f flags) perform(
	ctx context.Context, e *cli.Env,
	plan func(base sources.Base, s *stack.Stack) (sources.Plan, error),
	next func(before sources.Document, s *stack.Stack) string,
) error {
	editor, s, err := f.editor(ctx, e)
	if err != nil {
		return err
	}
	base, err := editor.Load(ctx)
	if err != nil {
		return err
	}
	p, err := plan(base, s)
	if err != nil {
		return notChanged(err)
	}
	if len(p.Says) == 0 {
		e.Out.Print("Nothing changes: the source is already like this.")
		return nil
	}
	e.Out.Print("%s", strings.Join(p.Says, "\n"))
	if err := e.Confirm(ctx, "Write this?", f.yes); err != nil {
		return err
	}
	if err := editor.Write(ctx, base, p.After); err != nil {
		return err
	}
	e.Out.Print("Written. %s", next(base.Document, s))
	return nil
}

// always returns a next that does not depend on the document.
func always(text string) func(sources.Document, *stack.Stack) string {
	return func(sources.Document, *stack.Stack) string { return text }
}
