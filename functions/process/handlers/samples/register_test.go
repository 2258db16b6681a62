package samples

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/hook"
	"webhookintake/shared/webhook"
)

// register returns the handlers that Register registers with those settings, by event.
func register(t *testing.T, set map[string]string) map[string][]string {
	t.Helper()
	var r hook.Registry
	if err := Register(&r, func(name string) string { return set[name] }); err != nil {
		t.Fatal(err)
	}
	names := map[string][]string{}
	for _, event := range []string{
		"contiguity text.incoming.sms", "contiguity text.incoming.mms", "contiguity imessage.incoming", "contiguity whatsapp.incoming",
		"contiguity text.delivery.confirmed", "contiguity text.delivery.failed", "contiguity otp.reverse.verified",
		"contiguity identity.verification_session.verified",
		"kyc kyc.session.approved", "kyc kyc.session.of.any.name", "kyc kyc.watchlist.match", "kyc watchlist.of.any.name", "compliancely tin_match",
	} {
		provider, typ, _ := strings.Cut(event, " ")
		for _, h := range r.For(provider, typ) {
			names[event] = append(names[event], h.Name+options(h))
		}
	}
	return names
}

func options(h hook.Handler) (text string) {
	if h.Has(hook.AtMostOnce) {
		text += " at most once"
	}
	if h.Has(hook.SkipStale) {
		text += " newest"
	}
	return text
}

func TestRegister(t *testing.T) {
	for _, tt := range []struct {
		name string
		set  map[string]string
		want map[string][]string
		off  string // of the log, by handler
	}{
		{
			name: "nothing", want: map[string][]string{},
			off: `off.auto-reply="CONTIGUITY_TOKEN AUTO_REPLY_TEXT" ` +
				`off.imessage-reply="CONTIGUITY_TOKEN IMESSAGE_REPLY_TEXT IMESSAGE_REPLY_ATTACHMENT" ` +
				`off.whatsapp-reply="CONTIGUITY_TOKEN WHATSAPP_REPLY_TEXT" ` +
				`off.identity-thanks="CONTIGUITY_TOKEN IDENTITY_THANKS_TEXT" off.chat="CONTIGUITY_TOKEN CHATBOT_GREETING" ` +
				`off.delivery-status=DELIVERIES_TABLE off.otp-verified=VERIFIED_NUMBERS_TABLE off.open-account=ACCOUNTS_TABLE ` +
				`off.watchlist-slack=SLACK_WEBHOOK_URL off.watchlist-email="ALERT_EMAIL_FROM ALERT_EMAIL_TO" ` +
				`off.tin-mismatch-alert=SLACK_WEBHOOK_URL`,
		},
		{
			name: "a part",
			set: map[string]string{
				"CONTIGUITY_TOKEN": token, "WHATSAPP_REPLY_TEXT": "Yes.", "IMESSAGE_REPLY_TEXT": "Yes.",
				"DELIVERIES_TABLE": "deliveries", "VERIFIED_NUMBERS_TABLE": "numbers", "ACCOUNTS_TABLE": "accounts",
				"SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/1",
			},
			want: map[string][]string{
				"contiguity whatsapp.incoming":       {"whatsapp-reply at most once"},
				"contiguity text.delivery.confirmed": {"delivery-status newest"},
				"contiguity text.delivery.failed":    {"delivery-status newest"},
				"contiguity otp.reverse.verified":    {"otp-verified newest"},
				"kyc kyc.session.approved":           {"open-account"},
				"kyc kyc.watchlist.match":            {"watchlist-slack"},
				"kyc watchlist.of.any.name":          {"watchlist-slack"},
				"compliancely tin_match":             {"tin-mismatch-alert"},
			},
			off: `off.auto-reply=AUTO_REPLY_TEXT off.imessage-reply=IMESSAGE_REPLY_ATTACHMENT ` +
				`off.identity-thanks=IDENTITY_THANKS_TEXT off.chat=CHATBOT_GREETING off.watchlist-email="ALERT_EMAIL_FROM ALERT_EMAIL_TO"`,
		},
		{
			name: "the samples", set: samples(t),
			want: map[string][]string{
				"contiguity text.incoming.sms":                      {"auto-reply at most once", "chat", "chat-reply at most once"},
				"contiguity text.incoming.mms":                      {"auto-reply at most once", "chat", "chat-reply at most once"},
				"contiguity imessage.incoming":                      {"imessage-reply at most once", "chat", "chat-reply at most once"},
				"contiguity whatsapp.incoming":                      {"whatsapp-reply at most once", "chat", "chat-reply at most once"},
				"contiguity text.delivery.confirmed":                {"delivery-status newest"},
				"contiguity text.delivery.failed":                   {"delivery-status newest"},
				"contiguity otp.reverse.verified":                   {"otp-verified newest"},
				"contiguity identity.verification_session.verified": {"identity-thanks at most once"},
				"kyc kyc.session.approved":                          {"open-account"},
				"kyc kyc.watchlist.match":                           {"watchlist-slack", "watchlist-email"},
				"kyc watchlist.of.any.name":                         {"watchlist-slack", "watchlist-email"},
				"compliancely tin_match":                            {"tin-mismatch-alert"},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := logged(t)
			if diff := cmp.Diff(tt.want, register(t, tt.set)); diff != "" {
				t.Errorf("handlers (-want +got):\n%s", diff)
			}
			wantSecret(t, out.String())
			lines := strings.Count(out.String(), "\n")
			if tt.off == "" && lines == 0 {
				return
			}
			if lines != 1 || !strings.HasSuffix(out.String(), tt.off+"\n") || tt.off == "" {
				t.Errorf("log:\n%s\nwant one line that ends with\n%s", out, tt.off)
			}
		})
	}
}

func TestRegisterRefuses(t *testing.T) {
	t.Parallel()
	slackURL := map[string]string{"SLACK_WEBHOOK_URL": "http://hooks.slack.com/secret-part"}
	aws := map[string]string{"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key"}
	mail := func(from, to string) map[string]string {
		return with(aws, map[string]string{"ALERT_EMAIL_FROM": from, "ALERT_EMAIL_TO": to})
	}
	file := func(address string) map[string]string {
		return map[string]string{"CONTIGUITY_TOKEN": token, "IMESSAGE_REPLY_TEXT": "Yes.", "IMESSAGE_REPLY_ATTACHMENT": address}
	}
	for _, tt := range []struct {
		name string
		set  map[string]string
		want []string // the settings at fault
	}{
		{"all right", mail("Alerts <a@example.com>", "a@example.com, B <b@example.com>"), nil},
		{"Compliancely without a password", map[string]string{"SLACK_WEBHOOK_URL": "https://hooks.slack.com/x", "COMPLIANCELY_USERNAME": "secret-part"},
			[]string{"COMPLIANCELY_PASSWORD"}},
		{"Compliancely without a user", map[string]string{"SLACK_WEBHOOK_URL": "https://hooks.slack.com/x", "COMPLIANCELY_PASSWORD": "secret-part"},
			[]string{"COMPLIANCELY_USERNAME"}},
		{"Slack without TLS", slackURL, []string{"SLACK_WEBHOOK_URL"}},
		{"Slack without a host", map[string]string{"SLACK_WEBHOOK_URL": "https:///secret-part"}, []string{"SLACK_WEBHOOK_URL"}},
		{"Slack, no URL", map[string]string{"SLACK_WEBHOOK_URL": "https://%secret-part"}, []string{"SLACK_WEBHOOK_URL"}},
		{"token with a space", map[string]string{"CONTIGUITY_TOKEN": "secret-part "}, []string{"CONTIGUITY_TOKEN"}},
		{"token with a line break", map[string]string{"CONTIGUITY_TOKEN": "secret-part\n"}, []string{"CONTIGUITY_TOKEN"}},
		{"file without TLS", file("http://example.com/secret-part.pdf"), []string{"IMESSAGE_REPLY_ATTACHMENT"}},
		{"file without an extension", file("https://example.com/secret-part"), []string{"IMESSAGE_REPLY_ATTACHMENT"}},
		{"no address", mail("secret-part", "a@example.com"), []string{"ALERT_EMAIL_FROM"}},
		{"two senders", mail("secret-part@example.com, a@example.com", "a@example.com"), []string{"ALERT_EMAIL_FROM"}},
		{"no recipient", mail("a@example.com", "a@example.com; secret-part"), []string{"ALERT_EMAIL_TO"}},
		{"table", map[string]string{"DELIVERIES_TABLE": "secret-part of it"}, []string{"DELIVERIES_TABLE"}},
		{"other tables", map[string]string{"VERIFIED_NUMBERS_TABLE": "x", "ACCOUNTS_TABLE": "y"}, []string{"VERIFIED_NUMBERS_TABLE", "ACCOUNTS_TABLE"}},
		{"mail without AWS", map[string]string{"ALERT_EMAIL_FROM": "a@example.com", "ALERT_EMAIL_TO": "a@example.com"},
			[]string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}},
		{"two that answer", map[string]string{"CONTIGUITY_TOKEN": token, "CHATBOT_GREETING": "secret-part", "AUTO_REPLY_TEXT": "Yes."}, []string{"CHATBOT_GREETING"}},
		{"all at once", with(slackURL, file("x")), []string{"IMESSAGE_REPLY_ATTACHMENT", "SLACK_WEBHOOK_URL"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := Register(new(hook.Registry), func(name string) string { return tt.set[name] })
			if diff := cmp.Diff(tt.want, fields(err)); diff != "" {
				t.Errorf("Register = %v; faults (-want +got):\n%s", err, diff)
			}
			if err != nil && strings.Contains(err.Error(), "secret-part") {
				t.Errorf("the setting's value is in %v", err)
			}
		})
	}
}

func with(all ...map[string]string) map[string]string {
	set := map[string]string{}
	for _, one := range all {
		maps.Copy(set, one)
	}
	return set
}

// fields returns the settings that an error names.
func fields(err error) (names []string) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	for _, one := range joined.Unwrap() {
		if field, ok := errors.AsType[*webhook.FieldError](one); ok {
			names = append(names, field.Field)
		}
	}
	return names
}

// A handler without sample settings is not shown by hookctl run or sam local.
func TestSettingsHaveSamples(t *testing.T) {
	t.Parallel()
	set := samples(t)
	asked := map[string]bool{}
	if err := Register(new(hook.Registry), func(name string) string {
		asked[name] = true
		return set[name]
	}); err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		value, ok := set[name]
		if !ok {
			t.Errorf("functions/hookctl/cli/settings.json has no %s, so hookctl run does not show its handler", name)
		}
		if !strings.Contains(value, sampleOnly) {
			t.Errorf("the sample of %s does not contain %q, so with other settings that are real it would be used", name, sampleOnly)
		}
	}
}
