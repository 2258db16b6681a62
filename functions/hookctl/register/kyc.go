package register

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

// flags say what to set at the provider, and where to write the new secret.
type flags struct {
	api             cli.APIFlags
	staging         bool
	url             string
	slack, slackEnv string
	emails          []string
	secretOut       string
	yes             bool
}

func kycCommand(e *cli.Env) *cobra.Command {
	var f flags
	c := &cobra.Command{
		Use:   "kyc --url URL",
		Short: "Set the notification channels of Legal Talent KYC",
		Long: `register kyc sets the URL to which Legal Talent KYC sends its webhooks, and a new webhook
secret. It makes the secret itself, because the provider shows secrets only masked. It
first shows what would change, and asks.

With --secret-out it writes the new secret to a new file that only you can read. Otherwise
it shows the secret once, if standard output is a terminal. It never writes it into a
pipe.

It assumes that the provider uses the new secret at once. Until the source has it, too, the
webhooks are answered with 401.`,
		Example: `  go tool hookctl register kyc --url https://…/hooks/kyc
  go tool hookctl register kyc --url https://…/hooks/kyc --email risk@example.com --staging
  go tool hookctl register kyc --url https://…/hooks/kyc --token-env T --secret-out kyc.secret --yes`,
		Args: cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error {
			return registerKYC(ctx, e, f, e.Out.IsTerminal())
		}),
	}
	c.Flags().StringVar(&f.url, "url", "", "the webhook `URL`, https://…/hooks/<source>; required")
	c.Flags().StringVar(&f.slack, "slack", "", "also notify this incoming webhook `URL` of Slack")
	c.Flags().StringVar(&f.slackEnv, "slack-env", "", "read Slack's URL from this environment `VARIABLE`: everyone who\nknows the URL can post to it")
	c.Flags().StringSliceVar(&f.emails, "email", nil, "also notify these `ADDRESSES`, A,B, instead of the present ones")
	c.Flags().StringVar(&f.secretOut, "secret-out", "", "write the new secret to this `FILE`, which must not exist")
	c.Flags().BoolVar(&f.yes, "yes", false, "do not ask")
	c.MarkFlagsMutuallyExclusive("slack", "slack-env")
	f.api.Add(c, "the API's token")
	cli.AddStaging(c, &f.staging)
	return c
}

// registerKYC sets the channels. OnScreen says that standard output is a terminal.
func registerKYC(ctx context.Context, e *cli.Env, f flags, onScreen bool) error {
	change, err := f.change(e)
	if err != nil {
		return err
	}
	if f.secretOut == "" && !onScreen {
		return cli.Usagef("standard output is not a terminal to show the new secret on; give --secret-out FILE")
	}
	client, err := cli.KYCClient(e, f.api, f.staging)
	if err != nil {
		return err
	}
	tenant, err := client.TenantMe(ctx)
	if err != nil {
		return fmt.Errorf("read the present channels: %w", err)
	}
	printChange(e.Out, tenant.Channels, change)
	if err := e.Confirm(ctx, "Set this?", f.yes); err != nil {
		return err
	}
	change.WebhookSecret = newSecret()
	if err := setChannels(ctx, client, change, f.secretOut); err != nil {
		return err
	}
	printNext(e.Out, change, f.secretOut)
	return nil
}

// change reads the flags.
func (f flags) change(e *cli.Env) (change kyc.ChannelChange, err error) {
	slack := f.slack
	if f.slackEnv != "" {
		slack = e.Getenv(f.slackEnv)
	}
	if !cli.IsHTTPS(f.url) {
		return change, cli.BadValue("url", f.url, "an https URL, as https://…/hooks/kyc")
	}
	err = cli.CheckUsage(
		cli.Check{Fault: (f.slack != "" || f.slackEnv != "") && !cli.IsHTTPS(slack), Text: "Slack's URL has to be an https URL"},
		cli.Check{
			Fault: slices.ContainsFunc(f.emails, func(address string) bool { return !strings.Contains(address, "@") }),
			Text:  "--email takes addresses, as a@example.com,b@example.com",
		},
	)
	return kyc.ChannelChange{WebhookURL: f.url, Emails: f.emails, Slack: webhook.NewSecret(slack)}, err
}

// printChange prints the present channels and those after the change.
func printChange(out *cli.Writer, now *kyc.Channels, change kyc.ChannelChange) {
	if now == nil {
		out.Print("The provider's answer shows no notification channels: there may be none yet.")
		now = &kyc.Channels{}
	}
	line := func(name, before, after string) {
		if before == "" {
			before = "none"
		}
		if after == "" || after == before {
			out.Print("  %-15s %s, stays", name, before)
			return
		}
		out.Print("  %-15s %s -> %s", name, before, after)
	}
	line("webhook URL", now.WebhookURL, change.WebhookURL)
	line("webhook secret", masked(now.MaskedSecret), "a new one")
	line("e-mail", strings.Join(now.Emails, ", "), strings.Join(change.Emails, ", "))
	slack := ""
	if !change.Slack.IsEmpty() {
		slack = "the given one"
	}
	line("Slack", setOrNot(now.Slack), slack)
}

// masked returns the end of a secret, whether or not the provider masks it.
func masked(text string) string {
	const shown = 4
	if len(text) <= shown {
		return strings.Repeat("*", len(text))
	}
	return "****" + text[len(text)-shown:]
}

func setOrNot(s webhook.Secret) string {
	if s.IsEmpty() {
		return ""
	}
	return "one is set"
}

// newSecret returns a webhook secret of 256 bits.
func newSecret() webhook.Secret {
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails: it ends the program instead
	return webhook.NewSecret(base64.RawURLEncoding.EncodeToString(key[:]))
}

// setChannels writes the secret to a file before it sets it, so that it cannot be lost.
func setChannels(ctx context.Context, client *kyc.Client, change kyc.ChannelChange, secretOut string) error {
	if secretOut != "" {
		if err := writeNew(secretOut, change.WebhookSecret.Reveal()); err != nil {
			return fmt.Errorf("%w: write the secret: %w", cli.ErrNotChanged, err)
		}
	}
	got, err := client.SetNotificationChannels(ctx, change)
	if err == nil && got.WebhookURL != change.WebhookURL {
		return errors.New("the provider answers with another webhook URL than was set; check it there")
	}
	if hint, ok := errors.AsType[webhook.RetryHint](err); ok && (hint.Retry().NotSent || got4xx(err)) {
		if secretOut != "" {
			_ = os.Remove(secretOut) // the secret is not in use
		}
		return fmt.Errorf("%w: %w", cli.ErrNotChanged, err)
	}
	if err != nil {
		return fmt.Errorf("it may or may not have been set; register again, with another --secret-out: %w", err)
	}
	return nil
}

func got4xx(err error) bool {
	e, ok := errors.AsType[*kyc.Error](err)
	return ok && e.Status >= 400 && e.Status < 500
}

func writeNew(name, text string) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		_ = os.Remove(name) // otherwise another try would find it
	}
	return err
}

// printNext prints what to do next. It shows the secret if no file has it.
func printNext(out *cli.Writer, change kyc.ChannelChange, secretOut string) {
	where := "in " + secretOut
	if secretOut == "" {
		where = "shown this once"
	}
	out.Print("Set. The new webhook secret is %s.", where)
	if secretOut == "" {
		out.Print("\n  %s", change.WebhookSecret.Reveal())
	}
	source, provider := "kyc", ""
	if u, err := url.Parse(change.WebhookURL); err == nil && path.Base(path.Dir(u.Path)) == "hooks" {
		source = path.Base(u.Path)
	}
	if source != "kyc" {
		provider = `"provider": "kyc", `
	}
	out.Print(`
Put it first among the source's secrets now, and keep the previous one behind it for
webhooks that are still on their way:

  "%[1]s": {%[2]s"secrets": ["<the new one>", "<the previous one>"]}

On AWS:  go tool hookctl sources rotate %[1]s --stack NAME
It edits the secret that the stack's output SourcesSecret names. On this machine the
sources are in the variable SOURCES of go tool hookctl run.`, source, provider)
}
