package sources

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/provider/compliancely"
)

// errNoURLSecret says that a source takes webhooks at any URL.
var errNoURLSecret = errors.New("the source has no url_secrets")

func urlCommand(e *cli.Env) *cobra.Command {
	var f flags
	var valid string
	var makeSecret bool
	c := &cobra.Command{
		Use:   "url NAME",
		Short: "Make a webhook URL of Compliancely that is valid for a limited time",
		Long: `url prints the webhook URL of a source of Compliancely for a request that you submit now. A
signed webhook of Compliancely has no time, so anybody who saw one can send it again. If the
source has url_secrets, a webhook must also come to such a URL, which contains the time until
which it is valid.

--make-secret gives the source a new secret for URLs, and keeps the former one. From then
on, webhooks to URLs without a valid token are answered with 401, even those of requests
that you submitted before.`,
		Example: `  go tool hookctl sources url compliancely --make-secret --stack webhook-intake
  go tool hookctl sources url compliancely --valid 30d --stack webhook-intake`,
		Args:              cli.Args(1, 1),
		ValidArgsFunction: cli.Words(cli.SourceNames()...),
		RunE: e.Run(func(ctx context.Context, args []string) error {
			if makeSecret {
				return makeURLSecret(ctx, e, f, args[0])
			}
			d, err := days(valid)
			if err != nil {
				return err
			}
			return printURL(ctx, e, f, args[0], d)
		}),
	}
	f.addChange(c)
	c.Flags().StringVar(&valid, "valid", "30d", "how long the URL is valid, as 30d or 12h")
	c.Flags().BoolVar(&makeSecret, "make-secret", false, "give the source a new secret for URLs")
	return c
}

// days reads a duration that may be a number of days.
func days(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if number, ok := strings.CutSuffix(text, "d"); ok {
		var n int
		n, err = strconv.Atoi(number)
		d = time.Duration(n) * 24 * time.Hour
	}
	if err != nil || d <= 0 || d > 10*365*24*time.Hour {
		return 0, cli.BadValue("valid", text, "a duration of at most 10 years, as 30d or 12h")
	}
	return d, nil
}

func printURL(ctx context.Context, e *cli.Env, f flags, name string, valid time.Duration) error {
	editor, s, err := f.editor(ctx, e)
	if err != nil {
		return err
	}
	base, err := editor.Load(ctx)
	if err != nil {
		return err
	}
	if !base.Document.Has(name) {
		_, err := base.Document.Finish(name) // its error lists the sources
		return err
	}
	secrets := base.Document.URLSecrets(name)
	if len(secrets) == 0 {
		return fmt.Errorf("%w: make one with  go tool hookctl sources url %s --make-secret%s", errNoURLSecret, name, s.Flags)
	}
	hook, err := s.HookURL(name)
	if err != nil {
		return err
	}
	made, err := compliancely.CallbackURL(hook, secrets[0], valid)
	if err != nil {
		return err
	}
	set, err := base.Document.Validate()
	if err != nil {
		return err
	}
	if gap := sources.ReplayGap(set[name].Settings, valid); gap != "" {
		e.Err.Text("%s %s", e.Err.Bad("warning:"), gap)
	}
	e.Out.Print("%s", made)
	return nil
}

func makeURLSecret(ctx context.Context, e *cli.Env, f flags, name string) error {
	return f.change(ctx, e, name, func(d sources.Document) (sources.Document, error) {
		return d.MakeURLSecret(name)
	}, func(_ sources.Document, s *stack.Stack) string {
		return fmt.Sprintf("%s\nMake the URL for each request:  go tool hookctl sources url %s --valid 30d%s", inUse, name, s.Flags)
	})
}
