package main

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

	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

// A registerFlags says what is set at the provider, and where its new secret goes.
type registerFlags struct {
	api             kycFlags
	url             string
	slack, slackEnv string
	emails          []string
	secretOut       string
	yes             bool
}

func (a *app) registerCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "register",
		Short: "Tell a provider where to send its webhooks",
		Long: `register enters the webhook URL at a provider that has an API for it: kyc. Contiguity's
is entered in its Console, and Compliancely takes one with each request.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return &usageError{errors.New("name a provider: kyc")}
		},
	}
	c.AddCommand(a.registerKYCCommand())
	return c
}

func (a *app) registerKYCCommand() *cobra.Command {
	var flags registerFlags
	c := &cobra.Command{
		Use:   "kyc --url URL",
		Short: "Set the notification channels of Legal Talent KYC",
		Long: `register kyc sets where Legal Talent KYC sends its webhooks, and a new webhook secret that
it makes itself, as the provider shows one only masked. It shows first what would change,
and asks.

The new secret is written to a new file that only you can read, with --secret-out, or
shown once where standard output is a terminal. It is never written into a pipe.

The provider is taken to change the secret at once: until the new one is among the
source's secrets too, its webhooks are answered with 401.`,
		Example: `  go tool hookctl register kyc --url https://…/hooks/kyc
  go tool hookctl register kyc --url https://…/hooks/kyc --email risk@example.com --staging
  go tool hookctl register kyc --url https://…/hooks/kyc --token-env T --secret-out kyc.secret --yes`,
		Args: cobra.NoArgs,
		RunE: a.command(func(ctx context.Context, _ []string) error {
			return a.registerKYC(ctx, flags, isTerminal(a.stdout))
		}),
	}
	c.Flags().StringVar(&flags.url, "url", "", "the webhook `URL`, https://…/hooks/<source>; needed")
	c.Flags().StringVar(&flags.slack, "slack", "", "notify an incoming webhook of Slack's, too: its `URL`")
	c.Flags().StringVar(&flags.slackEnv, "slack-env", "", "the same from this environment `VARIABLE`, as whoever knows\nthe URL can post to it")
	c.Flags().StringSliceVar(&flags.emails, "email", nil, "notify these `ADDRESSES` too, A,B, in place of those that are there")
	c.Flags().StringVar(&flags.secretOut, "secret-out", "", "write the new secret to this `FILE`, which must not exist")
	c.Flags().BoolVar(&flags.yes, "yes", false, "do not ask")
	c.MarkFlagsMutuallyExclusive("slack", "slack-env")
	flags.api.add(c)
	return c
}

// registerKYC sets the channels. OnScreen says that a person reads standard output.
func (a *app) registerKYC(ctx context.Context, f registerFlags, onScreen bool) error {
	change, err := a.channelChange(f)
	if err != nil {
		return err
	}
	if f.secretOut == "" && !onScreen {
		return &usageError{errors.New("standard output is no terminal to show the new secret on; give --secret-out FILE")}
	}
	client, err := a.kycClient(f.api)
	if err != nil {
		return err
	}
	tenant, err := client.TenantMe(ctx)
	if err != nil {
		return fmt.Errorf("read the present channels: %w", err)
	}
	a.showChange(tenant.Channels, change)
	if err := a.confirm(ctx, "Set this?", f.yes); err != nil {
		return err
	}
	change.WebhookSecret = newSecret()
	if err := setChannels(ctx, client, change, f.secretOut); err != nil {
		return err
	}
	a.showRegistered(change, f.secretOut)
	return nil
}

// channelChange understands the flags.
func (a *app) channelChange(f registerFlags) (change kyc.ChannelChange, err error) {
	slack := f.slack
	if f.slackEnv != "" {
		slack = a.getenv(f.slackEnv)
	}
	for _, check := range []struct {
		fault bool
		text  string
	}{
		{!isHTTPS(f.url), "--url has to be an https URL, as https://…/hooks/kyc"},
		{(f.slack != "" || f.slackEnv != "") && !isHTTPS(slack), "Slack's URL has to be an https URL"},
		{slices.ContainsFunc(f.emails, func(e string) bool { return !strings.Contains(e, "@") }), "--email takes addresses, as a@example.com,b@example.com"},
	} {
		if check.fault {
			return change, &usageError{errors.New(check.text)}
		}
	}
	return kyc.ChannelChange{WebhookURL: f.url, Emails: f.emails, Slack: webhook.NewSecret(slack)}, nil
}

func (a *app) kycClient(f kycFlags) (*kyc.Client, error) {
	otherwise := kyc.ProductionURL
	if f.staging {
		otherwise = kyc.StagingURL
	}
	base, err := f.base(otherwise)
	if err != nil {
		return nil, err
	}
	token, err := a.credential(f.token)
	if err != nil {
		return nil, err
	}
	return kyc.NewClient(kyc.ClientOptions{Token: token, BaseURL: base})
}

// showChange says what is there and what would be.
func (a *app) showChange(now *kyc.Channels, change kyc.ChannelChange) {
	if now == nil {
		fmt.Fprintln(a.stdout, "The provider's answer shows no notification channels: there may be none yet.")
		now = &kyc.Channels{}
	}
	line := func(name, before, after string) {
		if before == "" {
			before = "none"
		}
		if after == "" || after == before {
			fmt.Fprintf(a.stdout, "  %-15s %s, stays\n", name, before)
			return
		}
		fmt.Fprintf(a.stdout, "  %-15s %s -> %s\n", name, before, after)
	}
	line("webhook URL", now.WebhookURL, change.WebhookURL)
	line("webhook secret", masked(now.MaskedSecret), "a new one")
	line("e-mail", strings.Join(now.Emails, ", "), strings.Join(change.Emails, ", "))
	slack := ""
	if !change.Slack.IsEmpty() {
		slack = "the one given"
	}
	line("Slack", setOrNot(now.Slack), slack)
}

// masked shows the end of a masked secret, and no more should the provider not mask it.
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
	return "one that is set"
}

// newSecret makes a webhook secret of 256 bits.
func newSecret() webhook.Secret {
	var key [32]byte
	_, _ = rand.Read(key[:]) // it never fails: it ends the program instead
	return webhook.NewSecret(base64.RawURLEncoding.EncodeToString(key[:]))
}

// setChannels writes the secret down before it is set, so that it cannot be lost.
func setChannels(ctx context.Context, client *kyc.Client, change kyc.ChannelChange, secretOut string) error {
	if secretOut != "" {
		if err := writeNew(secretOut, change.WebhookSecret.Reveal()); err != nil {
			return fmt.Errorf("%w: write the secret: %w", errNotChanged, err)
		}
	}
	got, err := client.SetNotificationChannels(ctx, change)
	if err == nil && got.WebhookURL != change.WebhookURL {
		return errors.New("the provider answers with another webhook URL than was set; look at it there")
	}
	if hint, ok := errors.AsType[webhook.RetryHint](err); ok && (hint.Retry().NotSent || got4xx(err)) {
		if secretOut != "" {
			_ = os.Remove(secretOut) // a secret that nobody has
		}
		return fmt.Errorf("%w: %w", errNotChanged, err)
	}
	if err != nil {
		return fmt.Errorf("it may have been set or not; register again, with another --secret-out: %w", err)
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
		_ = os.Remove(name) // it would be in the way of another try
	}
	return err
}

// showRegistered says what to do next. The secret is shown where it is in no file.
func (a *app) showRegistered(change kyc.ChannelChange, secretOut string) {
	where := "in " + secretOut
	if secretOut == "" {
		where = "shown this once"
	}
	fmt.Fprintf(a.stdout, "Set. The new webhook secret is %s.\n", where)
	if secretOut == "" {
		fmt.Fprintf(a.stdout, "\n  %s\n", change.WebhookSecret.Reveal())
	}
	source, provider := "kyc", ""
	if u, err := url.Parse(change.WebhookURL); err == nil && path.Base(path.Dir(u.Path)) == "hooks" {
		source = path.Base(u.Path)
	}
	if source != "kyc" {
		provider = `"provider": "kyc", `
	}
	fmt.Fprintf(a.stdout, `
Put it first among the source's secrets now, and keep the previous one behind it for
webhooks that are still on their way:

  "%[1]s": {%[2]s"secrets": ["<the new one>", "<the previous one>"]}

On AWS:  go tool hookctl sources rotate %[1]s --stack NAME
It edits the secret whose name is the stack's output SourcesSecret. Here they are in the
variable SOURCES of go tool hookctl run.
`, source, provider)
}
