package sources

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/webhook"
)

// settings are the flags of a source's settings.
type settings struct{ provider, signed, product, header, tolerance, key, window string }

func setCommand(e *cli.Env) *cobra.Command {
	var f flags
	var s settings
	c := &cobra.Command{
		Use:   "set NAME",
		Short: "Add a source, or change one",
		Long: `set adds a source, or changes it. The name of a source is the last part of its webhooks'
URL. It is also the name of the provider, unless --provider names another.

set asks for the secret, or reads it from standard input if that is not a terminal. It
replaces all secrets of the source; to change the secret without refusing webhooks under
way, use rotate. If flags give only settings of an existing source, the source keeps its
secrets. To change both, give one of the flags for the secret, too.`,
		Example: `  go tool hookctl sources set contiguity --stack webhook-intake
  go tool hookctl sources set eu --provider contiguity --tolerance 600 --stack webhook-intake
  go tool hookctl sources set kyc --signed body --secret-file kyc.secret --stack webhook-intake --yes`,
		Args: cli.Args(1, 1),
	}
	f.addChange(c)
	f.secret.Add(c)
	c.ValidArgsFunction = cli.Words(cli.SourceNames()...)
	c.Flags().StringVar(&s.provider, "provider", "", "`NAME` of the provider that sends the webhooks")
	cli.Complete(c, "provider", dialect.Providers()...)
	c.Flags().StringVar(&s.signed, "signed", "", "`WHAT` kyc signs: body, timestamp.body or either; an empty value\nremoves this or any other setting")
	c.Flags().StringVar(&s.product, "product", "", "the event type of Compliancely's webhooks: one `PRODUCT`")
	c.Flags().StringVar(&s.header, "header", "", "`NAME` of Compliancely's signature header, if it is another")
	c.Flags().StringVar(&s.tolerance, "tolerance", "", "how far the signed time may be off, in `SECONDS`; 0 turns the check off")
	c.Flags().StringVar(&s.key, "key", "", "JSON `POINTERS`, /a/b,/c, whose values distinguish Compliancely's events")
	c.Flags().StringVar(&s.window, "dedup-window", "", "for how many `SECONDS` the same content of Compliancely or Contiguity v1 is a\nduplicate; by default 3600")
	c.RunE = e.Run(func(ctx context.Context, args []string) error {
		edit, err := s.edit(c.Flags().Changed)
		if err != nil {
			return err
		}
		return set(ctx, e, f, args[0], edit)
	})
	return c
}

// edit returns the change that the flags describe.
func (s settings) edit(given func(flag string) bool) (e sources.Edit, err error) {
	if given("provider") {
		e.Provider = &s.provider
	}
	add := func(flag, field, text string, value any) {
		if !given(flag) {
			return
		}
		one := sources.Setting{Field: field}
		if text != "" {
			one.Value, err = json.Marshal(value) // of a string, a number or strings, so it cannot fail
		}
		e.Settings = append(e.Settings, one)
	}
	seconds, wrong := strconv.ParseInt(s.tolerance, 10, 64)
	if s.tolerance != "" && wrong != nil {
		return e, cli.BadValue("tolerance", s.tolerance, "a whole number of seconds")
	}
	window, wrong := strconv.ParseInt(s.window, 10, 64)
	if s.window != "" && wrong != nil {
		return e, cli.BadValue("dedup-window", s.window, "a whole number of seconds")
	}
	add("dedup-window", webhook.FieldWindow, s.window, window)
	add("signed", webhook.FieldSigned, s.signed, s.signed)
	add("product", webhook.FieldProduct, s.product, s.product)
	add("header", webhook.FieldHeader, s.header, s.header)
	add("tolerance", webhook.FieldTolerance, s.tolerance, seconds)
	add("key", webhook.FieldKey, s.key, strings.Split(s.key, ","))
	return e, err
}

func set(ctx context.Context, e *cli.Env, f flags, name string, edit sources.Edit) error {
	return f.change(ctx, e, name, func(d sources.Document) (_ sources.Document, err error) {
		onlySettings := d.Has(name) && (edit.Provider != nil || len(edit.Settings) > 0) && !f.secret.Given()
		if !onlySettings {
			if edit.Secret, err = e.NeedSecret(f.secret); err != nil {
				return d, err
			}
		}
		return d.Set(name, edit)
	}, func(before sources.Document, s *stack.Stack) string {
		if before.Has(name) {
			return inUse
		}
		text := "Ingest has it after at most 5 minutes. No deploy is needed."
		if url, err := s.HookURL(name); err == nil {
			text += "\nIts webhooks go to " + url
		}
		return text
	})
}
