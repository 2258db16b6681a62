package samples

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/hook"
	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

// The samples as they run on AWS, with faults around them.

func asked() []webhook.Event {
	return []webhook.Event{hooktest.Webhook(contiguity.TextIncomingSMS, "evt_1", contiguity.Text{From: person, To: ours, Body: "are you open?"})}
}

// replying runs auto-reply against a service.
func replying(t *testing.T, api *service, faults ...hooktest.Fault) hooktest.Result {
	t.Helper()
	h := autoReply{client: api.contiguity(t), text: "Yes."}
	return hooktest.Run(t, func(r *hook.Registry) {
		hook.On(r, contiguity.TextIncomingSMS, "auto-reply", h.handle, hook.AtMostOnce)
	}, asked(), faults...)
}

// Whatever happens, no text is sent that may be the second one.
func TestOneReply(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		statuses []int
		fault    hooktest.Fault
		want     string
		calls    int
	}{
		{"delivered twice", []int{200}, hooktest.Twice(), "  0s handled: auto-reply done\n  0s duplicate\n", 1},
		{"the process dies", []int{200}, hooktest.CrashAfter("auto-reply"), "  0s crashed: auto-reply done\n  6m0s handled\n", 1},
		{"the answer is lost", []int{200}, hooktest.LoseReply("auto-reply"),
			"  0s unavailable: auto-reply uncommitted (the ledger's answer was lost)\n  5s in_progress\n  1m5s handled\n", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			api := newServiceOf(t, sent, tt.statuses...)
			got := replying(t, api, tt.fault)
			if diff := cmp.Diff("text.incoming.sms evt_1\n"+tt.want, got.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if n := len(api.got()); n != tt.calls {
				t.Errorf("%d calls, want %d", n, tt.calls)
			}
		})
	}
}

// A busy service gets the reply at the time that it asks for, and uses up no tries.
func TestReplyWaits(t *testing.T) {
	t.Parallel()
	api := newServiceOf(t, sent, http.StatusTooManyRequests, http.StatusOK)
	got := replying(t, api)
	if e := got.Events[0]; len(api.got()) != 2 || e.Outcome != "handled" || e.Deliveries[1].At != 30*time.Second {
		t.Errorf("%d calls, want a second one after 30s:\n%s", len(api.got()), got)
	}
}

// If it is unknown whether the text was sent, an operator must decide.
func TestReplyOfUnknownOutcome(t *testing.T) {
	t.Parallel()
	api := newService(t, http.StatusInternalServerError, `{}`)
	got := replying(t, api)
	if len(api.got()) != 1 || len(got.Letters) != 1 || got.Letters[0].Reason != "outcome_unknown" {
		t.Errorf("%d calls, want one and a letter:\n%s", len(api.got()), got)
	}
	wantSecret(t, got.String())
}

// An account is opened once.
func TestOneAccount(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]hooktest.Fault{
		"delivered twice": hooktest.Twice(), "the process dies": hooktest.CrashAfter("open-account"), "the answer is lost": hooktest.LoseReply("open-account"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			approved := hooktest.Webhook(kyc.SessionApproved, "evt_1", kyc.Session{SessionID: "s-1"})
			got := hooktest.Run(t, func(r *hook.Registry) {
				hook.OnWrites(r, kyc.SessionApproved, "open-account", openAccount{table: "accounts"}.handle)
			}, []webhook.Event{approved}, fault)
			if len(got.Writes) != 1 || got.Calls("open-account") != 1 {
				t.Errorf("%d writes of %d runs, want one:\n%s", len(got.Writes), got.Calls("open-account"), got)
			}
		})
	}
}

// A late status does not overwrite a newer one.
func TestNewestStatusStays(t *testing.T) {
	t.Parallel()
	h, msg := deliveryStatus{table: "deliveries"}, contiguity.Delivery{MessageID: "msg_1"}
	confirmed := hooktest.Webhook(contiguity.TextDeliveryConfirmed, "evt_1", msg)
	failed := hooktest.WebhookAt(contiguity.TextDeliveryFailed, "evt_2", msg, hooktest.Start.Add(-time.Hour))
	failed.Received = hooktest.Start.Add(time.Minute)
	got := hooktest.Run(t, func(r *hook.Registry) {
		hook.OnWrites(r, contiguity.TextDeliveryConfirmed, "delivery-status", h.handle, hook.SkipStale)
		hook.OnWrites(r, contiguity.TextDeliveryFailed, "delivery-status", h.handle, hook.SkipStale)
	}, []webhook.Event{confirmed, failed})
	if len(got.Writes) != 1 || got.Writes[0].Set["status"] != webhook.S("text.delivery.confirmed") {
		t.Errorf("writes %v, want the newer status:\n%s", got.Writes, got)
	}
}

// Of two channels, only the one that failed gets the alert again.
func TestOneChannelFails(t *testing.T) {
	t.Parallel()
	mail, slack := channel{}, channel{err: errDown}
	got := hooktest.Run(t, func(r *hook.Registry) {
		w := watchlistAlert{alert: slack.alert}
		hook.OnTypes(r, kyc.Provider{}, w.takes, "watchlist-slack", w.handle)
		w.alert = mail.alert
		hook.OnTypes(r, kyc.Provider{}, w.takes, "watchlist-email", w.handle)
	}, []webhook.Event{hooktest.Load(t, root+"events/http/kyc.kyc.watchlist.match.json")})
	if len(mail.texts) != 1 || len(slack.texts) != 12 || got.Letters[0].Error != "watchlist-slack: the channel is down" {
		t.Errorf("%d mails and %d posts, want 1 and 12:\n%s", len(mail.texts), len(slack.texts), got)
	}
}
