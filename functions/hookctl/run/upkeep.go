package run

import (
	"context"
	"errors"
	"net/http"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/upkeep"
)

const upkeepHelp = `Every five minutes it does what the function upkeep does on AWS. What began to fail is shown
here, or posted to Slack if OPS_SLACK_WEBHOOK_URL is set. With KYC_TOKEN it asks Legal Talent
KYC for what webhooks did not report. Both need sources of your own. "hookctl upkeep" does it
at once.

`

// ownSettings are the settings with which upkeep calls somebody.
var ownSettings = []string{upkeep.KYCToken, upkeep.SlackSetting}

// upkeep returns how this run does what upkeep does. While a source has a public sample
// secret, it calls nobody: anyone could forge the webhooks that it would report.
func (s *server) upkeep(e *cli.Env) pipeline.Upkeep {
	u := pipeline.Upkeep{Done: s.kept, Digest: s.digest}
	for _, src := range s.sources.set { // all have the key of their document
		u.Hash = src.Settings.Hash
	}
	if sampleSource(s.sources.set) != "" {
		for _, name := range ownSettings {
			if isOwnSetting(name, e.Getenv(name), "") {
				s.unused = append(s.unused, name)
			}
		}
		return u
	}
	u.Settings = e.Getenv
	slack := upkeep.Slack(http.DefaultClient, func(context.Context) (func(string) string, error) { return e.Getenv, nil })
	u.Digest = func(ctx context.Context, text string) error {
		err := slack(ctx, text)
		if errors.Is(err, upkeep.ErrNoRecipient) {
			return s.digest(ctx, text)
		}
		return err
	}
	return u
}

// digest shows what began to fail on the terminal.
func (s *server) digest(_ context.Context, text string) error {
	s.watch.say(text)
	return nil
}

// kept says on the terminal that a task of upkeep failed. What one does shows by itself.
func (s *server) kept(r upkeep.Result) {
	if r.Error != "" {
		s.watch.say("upkeep: " + r.Task + " failed: " + r.Error)
	}
}
