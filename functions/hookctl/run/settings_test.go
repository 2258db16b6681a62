package run

import (
	"context"
	"slices"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
)

// shop registers a handler that asks for some settings.
func shop(r *hook.Registry, getenv func(string) string) error {
	for _, name := range []string{"CONTIGUITY_TOKEN", "SHOP_URL", "AWS_REGION", "AUTO_REPLY_TEXT"} {
		_ = getenv(name)
	}
	hook.On(r, contiguity.TextIncomingSMS, "order", func(context.Context, hook.Event[contiguity.Text]) error { return nil })
	return nil
}

const (
	ownSources   = `{"contiguity":{"secrets":["` + clitest.Secret + `"]}}`
	halfASample  = `{"contiguity":{"secrets":["` + clitest.Secret + `"]},"kyc":{"secrets":["own-own-own","sample-only-kyc"]}}`
	sampleReply  = "Thanks, we got your message. (sample-only)"
	refusedStart = "a public sample secret"
)

func TestSamplesAreNotMixedWithOwnSettings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		env  map[string]string
		want []string // parts of the error; none: it starts
	}{
		{name: "nothing is set"},
		{name: "sample values", env: map[string]string{"CONTIGUITY_TOKEN": "my-sample-only-token", "AUTO_REPLY_TEXT": sampleReply}},
		{name: "no handler asks for it", env: map[string]string{"OTHER": "real"}},
		{name: "AWS", env: map[string]string{"AWS_REGION": "eu-central-1"}},
		{name: "own sources", env: map[string]string{"CONTIGUITY_TOKEN": "real", "SOURCES": ownSources}},
		{name: "a token", env: map[string]string{"CONTIGUITY_TOKEN": "real"},
			want: []string{refusedStart, "(CONTIGUITY_TOKEN)", "source compliancely", "--sources FILE"}},
		{name: "an address of the user's own handler", env: map[string]string{"SHOP_URL": "https://shop.example", "AUTO_REPLY_TEXT": "Hi"},
			want: []string{refusedStart, "(AUTO_REPLY_TEXT, SHOP_URL)"}},
		{name: "one sample secret among own ones", env: map[string]string{"CONTIGUITY_TOKEN": "real", "SOURCES": halfASample},
			want: []string{refusedStart, "source kyc"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := clitest.Call{Env: tt.env, Register: shop}.NewEnv(t.Output(), t.Output())
			from, err := readSources(e, "")
			if err != nil {
				t.Fatal(err)
			}
			r, err := registerHandlers(e, from.set)
			if (err != nil) != (len(tt.want) > 0) || (r == nil) != (err != nil) {
				t.Fatalf("registerHandlers = %v, %v", r, err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error = %v, want %q in it", err, want)
				}
			}
			if err != nil && strings.Contains(err.Error(), "real") {
				t.Errorf("it quotes a value: %v", err)
			}
		})
	}
}

// TestRunRefusesAMixture wants both forms of the command to refuse before they show anything.
func TestRunRefusesAMixture(t *testing.T) {
	for _, flag := range []string{"--fresh", "--watch"} {
		ctx, cancel := context.WithTimeout(t.Context(), patience) // else a fault would run on
		out, err := clitest.Call{
			Commands: commands, Args: []string{"run", "--addr", "127.0.0.1:0", "--data", t.TempDir(), flag},
			Env: map[string]string{"CONTIGUITY_TOKEN": "real"}, Register: shop,
		}.Run(ctx)
		cancel()
		if err == nil || !strings.Contains(err.Error(), refusedStart) || out != "" {
			t.Errorf("run %s = %v, want %q\n%s", flag, err, refusedStart, out)
		}
	}
}

// Upkeep calls somebody only if every source has a secret of the user's own.
func TestUpkeepIsNotMixedWithSamples(t *testing.T) {
	t.Parallel()
	const address = "https://hooks.slack.com/services/own"
	for _, tt := range []struct {
		name   string
		env    map[string]string
		own    bool     // it gets the settings
		unused []string // what the user is told about
	}{
		{"nothing is set", nil, false, nil},
		{"sample sources", map[string]string{"KYC_TOKEN": "sk_own", "OPS_SLACK_WEBHOOK_URL": address}, false, []string{"KYC_TOKEN", "OPS_SLACK_WEBHOOK_URL"}},
		{"one sample secret", map[string]string{"KYC_TOKEN": "sk_own", "SOURCES": halfASample}, false, []string{"KYC_TOKEN"}},
		{"own sources", map[string]string{"KYC_TOKEN": "sk_own", "SOURCES": ownSources}, true, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := clitest.Call{Env: tt.env}.NewEnv(t.Output(), t.Output())
			from, err := readSources(e, "")
			if err != nil {
				t.Fatal(err)
			}
			s := &server{sources: from}
			u := s.upkeep(e)
			if (u.Settings != nil) != tt.own || u.Digest == nil || !slices.Equal(s.unused, tt.unused) {
				t.Errorf("settings %v, unused %q; want %v, %q", u.Settings != nil, s.unused, tt.own, tt.unused)
			}
			if tt.own && u.Settings("KYC_TOKEN") != "sk_own" {
				t.Error("the token is not passed on")
			}
		})
	}
}
