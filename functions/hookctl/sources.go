package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/sources"
	"webhookintake/functions/hookctl/stack"
	"webhookintake/shared/webhook"
)

// A sourcesFlags says whose sources are meant, and what of them is changed.
type sourcesFlags struct {
	stack  stackFlags
	secret secretFlags
	yes    bool
	finish bool // of rotate

	provider                                string
	signed, product, header, tolerance, key string
}

func (a *app) sourcesCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "sources",
		Short: "Show and change a stack's sources and their secrets",
		Long: `sources edits the document in the stack's secret of sources: which providers may send
webhooks, and with which secrets. A change is in use without a deploy.

It writes only documents that ingest takes as a whole, and only in place of the version
that it showed.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.sourcesListCommand(), a.sourcesSetCommand(), a.sourcesRemoveCommand(),
		a.sourcesRotateCommand(), a.sourcesCheckCommand())
	return c
}

func (f *sourcesFlags) addStack(c *cobra.Command) {
	f.stack.add(c, "the deployed stack's `NAME`; without it SOURCES_SECRET_ARN names\nthe secret, and INGEST_LOG_GROUP the log group")
}

func (f *sourcesFlags) addChange(c *cobra.Command) {
	f.addStack(c)
	c.Flags().BoolVar(&f.yes, "yes", false, "do not ask")
}

func (a *app) sourcesSetCommand() *cobra.Command {
	var f sourcesFlags
	c := &cobra.Command{
		Use:   "set NAME",
		Short: "Add a source, or change one",
		Long: `set adds the source of that name, or changes it. The name is the last part of the webhook's
URL, and the provider's, unless --provider says otherwise.

The secret is asked for, or read from standard input where that is no terminal. It takes
the place of all that the source has; to change it without refusing what is under way, use
rotate. Where only settings are given, the secrets of a source that is there stay, and
nothing is read: to change both, say where the secret is.`,
		Example: `  go tool hookctl sources set contiguity --stack webhook-intake
  go tool hookctl sources set eu --provider contiguity --tolerance 600 --stack webhook-intake
  go tool hookctl sources set kyc --signed body --secret-file kyc.secret --stack webhook-intake --yes`,
		Args: cobra.ExactArgs(1),
	}
	f.addChange(c)
	f.secret.add(c)
	c.Flags().StringVar(&f.provider, "provider", "", "whose webhooks the source takes, by the provider's `NAME`")
	c.Flags().StringVar(&f.signed, "signed", "", "`WHAT` kyc signs: body, timestamp.body or either; like the settings\nbelow, an empty value removes it")
	c.Flags().StringVar(&f.product, "product", "", "the event type of Compliancely's webhooks: one `PRODUCT`")
	c.Flags().StringVar(&f.header, "header", "", "`NAME` of Compliancely's signature header, where it is another")
	c.Flags().StringVar(&f.tolerance, "tolerance", "", "how far the signed time may be off, in `SECONDS`; 0 leaves it unchecked")
	c.Flags().StringVar(&f.key, "key", "", "JSON `POINTERS`, /a/b,/c, whose values tell Compliancely's events apart")
	c.RunE = a.command(func(ctx context.Context, args []string) error {
		edit, err := f.edit(c.Flags().Changed)
		if err != nil {
			return &usageError{err}
		}
		return a.setSource(ctx, f, args[0], edit)
	})
	return c
}

// edit understands the flags that were given.
func (f *sourcesFlags) edit(given func(flag string) bool) (e sources.Edit, err error) {
	if given("provider") {
		e.Provider = &f.provider
	}
	add := func(flag, field, text string, value any) {
		if !given(flag) {
			return
		}
		s := sources.Setting{Field: field}
		if text != "" {
			s.Value, err = json.Marshal(value) // of a string, a number or strings, so it cannot fail
		}
		e.Settings = append(e.Settings, s)
	}
	seconds, wrong := strconv.ParseInt(f.tolerance, 10, 64)
	if f.tolerance != "" && wrong != nil {
		return e, fmt.Errorf("--tolerance %q is no whole number of seconds", f.tolerance)
	}
	add("signed", webhook.FieldSigned, f.signed, f.signed)
	add("product", webhook.FieldProduct, f.product, f.product)
	add("header", webhook.FieldHeader, f.header, f.header)
	add("tolerance", webhook.FieldTolerance, f.tolerance, seconds)
	add("key", webhook.FieldKey, f.key, strings.Split(f.key, ","))
	return e, err
}

func (a *app) setSource(ctx context.Context, f sourcesFlags, name string, e sources.Edit) error {
	return a.changeSource(ctx, f, name, func(d sources.Document) (_ sources.Document, err error) {
		onlySettings := d.Has(name) && (e.Provider != nil || len(e.Settings) > 0) && !f.secret.given()
		if !onlySettings {
			if e.Secret, err = a.askSecret(f.secret); err != nil {
				return d, err
			}
		}
		return d.Set(name, e)
	}, func(before sources.Document, s *stack.Stack) string {
		if before.Has(name) {
			return inUse
		}
		text := "Known to ingest within 5 minutes. No deploy is needed."
		if url, err := s.HookURL(name); err == nil {
			text += "\nIts webhooks go to " + url
		}
		return text
	})
}

// inUse says when a change takes effect.
const inUse = `In use within 5 minutes, or at once when a webhook does not match the secrets before. No deploy
is needed.`

func (a *app) sourcesRemoveCommand() *cobra.Command {
	var f sourcesFlags
	c := &cobra.Command{
		Use:     "remove NAME",
		Short:   "Remove a source and its secrets",
		Long:    `remove takes a source out. Within 5 minutes its webhooks are answered with 404.`,
		Example: `  go tool hookctl sources remove eu --stack webhook-intake`,
		Args:    cobra.ExactArgs(1),
		RunE: a.command(func(ctx context.Context, args []string) error {
			return a.changeSource(ctx, f, args[0], func(d sources.Document) (sources.Document, error) {
				return d.Remove(args[0])
			}, func(sources.Document, *stack.Stack) string {
				return "Gone within 5 minutes. Secrets Manager keeps the document as it was, as AWSPREVIOUS, until the\nnext change."
			})
		}),
	}
	f.addChange(c)
	return c
}

func (a *app) sourcesRotateCommand() *cobra.Command {
	var f sourcesFlags
	c := &cobra.Command{
		Use:   "rotate NAME",
		Short: "Change a source's secret, with an overlap",
		Long: `rotate puts a new secret first among the source's, and keeps the one that was first behind
it: webhooks signed with either are taken. Older ones are dropped. It says what to do at
the provider next.

The secret is asked for, or read from standard input where that is no terminal. When
"sources check" shows that the provider signs with the new one alone, --finish drops the
other.`,
		Example: `  go tool hookctl sources rotate contiguity --stack webhook-intake
  go tool hookctl sources check --stack webhook-intake
  go tool hookctl sources rotate contiguity --finish --stack webhook-intake`,
		Args: cobra.ExactArgs(1),
		RunE: a.command(func(ctx context.Context, args []string) error {
			if f.finish {
				return a.finishSource(ctx, f, args[0])
			}
			return a.rotateSource(ctx, f, args[0])
		}),
	}
	f.addChange(c)
	f.secret.add(c)
	c.Flags().BoolVar(&f.finish, "finish", false, "end the overlap: drop all secrets but the first")
	for _, flag := range []string{"secret-file", "secret-env", "secret-prompt"} {
		c.MarkFlagsMutuallyExclusive("finish", flag)
	}
	return c
}

func (a *app) rotateSource(ctx context.Context, f sourcesFlags, name string) error {
	return a.changeSource(ctx, f, name, func(d sources.Document) (sources.Document, error) {
		if !d.Has(name) {
			return d.Finish(name) // it says which there are, before a secret is asked for
		}
		secret, err := a.askSecret(f.secret)
		if err != nil {
			return d, err
		}
		return d.Rotate(name, secret)
	}, func(before sources.Document, s *stack.Stack) string {
		return fmt.Sprintf("%s Until it is finished, webhooks signed with either secret are taken.\n\n%s\n\n"+
			"When this says so:  go tool hookctl sources check%[3]s\nend the overlap:    go tool hookctl sources rotate %[4]s --finish%[3]s",
			inUse, sources.AfterRotation(before.Entry(name).Provider), s.Flags, name)
	})
}

func (a *app) finishSource(ctx context.Context, f sourcesFlags, name string) error {
	return a.changeSource(ctx, f, name, func(d sources.Document) (sources.Document, error) {
		return d.Finish(name)
	}, func(sources.Document, *stack.Stack) string {
		return "Within 5 minutes, webhooks signed with a dropped secret are answered with 401. No deploy is needed."
	})
}

// editor finds the secret of the stack.
func (a *app) editor(ctx context.Context, f sourcesFlags) (*sources.Editor, *stack.Stack, error) {
	s, err := a.stack(ctx, f.stack)
	if err != nil {
		return nil, nil, err
	}
	id, err := s.Get(stack.SourcesSecret)
	if err != nil {
		return nil, nil, err
	}
	return &sources.Editor{Secret: sources.NewSecret(s.SecretsManager(), id)}, s, nil
}

// changeSource shows what a change of one source would be, asks, and writes it. Next says
// what to do then; it is given the document as it was.
func (a *app) changeSource(
	ctx context.Context, f sourcesFlags, name string,
	change func(sources.Document) (sources.Document, error),
	next func(before sources.Document, s *stack.Stack) string,
) error {
	editor, s, err := a.editor(ctx, f)
	if err != nil {
		return err
	}
	base, err := editor.Load(ctx)
	if err != nil {
		return err
	}
	after, err := change(base.Document)
	if err != nil {
		return fmt.Errorf("%w: %w", errNotChanged, err)
	}
	if _, err := after.Validate(); err != nil {
		return fmt.Errorf("%w: %w:\n%w", errNotChanged, sources.ErrInvalid, err)
	}
	changes := sources.Changes(base.Document, after, name)
	if len(changes) == 0 {
		fmt.Fprintln(a.stdout, "Nothing to change: the source is so already.")
		return nil
	}
	fmt.Fprintln(a.stdout, strings.Join(changes, "\n"))
	for _, w := range after.Warnings() {
		if w.Source == name {
			fmt.Fprintln(a.stdout, "warning:", w)
		}
	}
	if err := a.confirm(ctx, "Write this?", f.yes); err != nil {
		return err
	}
	if err := editor.Write(ctx, base, after); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "Written. %s\n", next(base.Document, s))
	return nil
}
