package hooktest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/provider/standard"
	"webhookintake/shared/webhook"
)

const saved = "../../../events/http/"

// contact is an event of a sender that uses the provider standard.
var contact = webhook.NewType[map[string]any](standard.Provider{}, "contact.created")

// again makes a webhook from the content of a sample, and compares both.
func again[T any](typ webhook.Type[T]) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		sample := hooktest.Load(t, saved+typ.Provider().Name()+"."+typ.Name()+".json")
		if sample.Type != typ.Name() || sample.Source != typ.Provider().Name() || sample.ID == "" || sample.Received.IsZero() {
			t.Fatalf("loaded %+v, received %v; want the sample's source, id and type", sample, sample.Received)
		}
		want, _, err := typ.Decode(sample.Raw)
		if err != nil {
			t.Fatal(err)
		}
		got := hooktest.Webhook(typ, sample.ID, want)
		if got.Type != sample.Type || got.Source != sample.Source || got.Provider != sample.Provider || !got.Received.Equal(hooktest.Start) {
			t.Errorf("made %+v, received %v; want it to arrive at the start, as %+v", got, got.Received, sample)
		}
		if made := strings.HasPrefix(sample.ID, "sha256:"); got.ID != sample.ID && !made {
			t.Errorf("id %s, want %s", got.ID, sample.ID)
		}
		data, envelope, err := typ.Decode(got.Raw)
		if err != nil {
			t.Fatal(err)
		}
		if inPayload := got.Time.Equal(sample.Time); !envelope.Time.Equal(got.Time) || !inPayload && !got.Time.Equal(hooktest.Start) {
			t.Errorf("the body says %v, the event %v; want the start, or what the payload says", envelope.Time, got.Time)
		}
		raw := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Raw" || p.Last().String() == ".Metadata" }, cmp.Ignore())
		if diff := cmp.Diff(want, data, raw, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("payload (-sample +made):\n%s", diff)
		}
	}
}

// Every typed event can be made, with the body that its provider sends: a handler sees
// the same payload as of the sample.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	rows := map[string]func(*testing.T){
		"contiguity.TextIncomingSMS":                     again(contiguity.TextIncomingSMS),
		"contiguity.TextIncomingMMS":                     again(contiguity.TextIncomingMMS),
		"contiguity.IMessageIncoming":                    again(contiguity.IMessageIncoming),
		"contiguity.TextDeliveryConfirmed":               again(contiguity.TextDeliveryConfirmed),
		"contiguity.TextDeliveryFailed":                  again(contiguity.TextDeliveryFailed),
		"contiguity.WhatsAppIncoming":                    again(contiguity.WhatsAppIncoming),
		"contiguity.EmailIncoming":                       again(contiguity.EmailIncoming),
		"contiguity.NumbersSubstitution":                 again(contiguity.NumbersSubstitution),
		"contiguity.OTPReverseVerified":                  again(contiguity.OTPReverseVerified),
		"contiguity.VerificationSessionStarted":          again(contiguity.VerificationSessionStarted),
		"contiguity.VerificationSessionProcessing":       again(contiguity.VerificationSessionProcessing),
		"contiguity.VerificationSessionVerified":         again(contiguity.VerificationSessionVerified),
		"contiguity.VerificationSessionFailed":           again(contiguity.VerificationSessionFailed),
		"contiguity.VerificationSessionRequiresInput":    again(contiguity.VerificationSessionRequiresInput),
		"contiguity.VerificationSessionManuallyApproved": again(contiguity.VerificationSessionManuallyApproved),
		"contiguity.VerificationSessionManuallyDenied":   again(contiguity.VerificationSessionManuallyDenied),
		"contiguity.VerificationReportGenerated":         again(contiguity.VerificationReportGenerated),
		"contiguity.V1TextIncomingSMS":                   again(contiguity.V1TextIncomingSMS),
		"contiguity.V1WhatsAppIncoming":                  again(contiguity.V1WhatsAppIncoming),
		"contiguity.V1IMessageIncoming":                  again(contiguity.V1IMessageIncoming),
		"kyc.SessionCreated":                             again(kyc.SessionCreated),
		"kyc.SessionCompleted":                           again(kyc.SessionCompleted),
		"kyc.SessionProcessed":                           again(kyc.SessionProcessed),
		"kyc.SessionApproved":                            again(kyc.SessionApproved),
		"kyc.SessionRejected":                            again(kyc.SessionRejected),
		"kyc.SessionManualReview":                        again(kyc.SessionManualReview),
		"compliancely.TINMatch":                          again(compliancely.TINMatch),
		"compliancely.TaxExempt":                         again(compliancely.TaxExempt),
		"compliancely.SecretaryOfState":                  again(compliancely.SecretaryOfState),
		"compliancely.BulkTIN":                           again(compliancely.BulkTIN),
		"compliancely.Transcript":                        again(compliancely.Transcript),
		"contact":                                        again(contact),
	}
	for name, row := range rows {
		t.Run(name, row)
	}
	for _, info := range slices.Concat(contiguity.Types(), contiguity.V1Types(), kyc.Types(), compliancely.Types()) {
		if rows[info.Key] == nil {
			t.Errorf("no row makes %s: add one", info.Key)
		}
	}
}

func TestWebhookPanics(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		make func()
		want []string
	}{
		{"no id", func() { hooktest.Webhook(contiguity.TextIncomingSMS, "", contiguity.Text{}) }, []string{"contiguity", "text.incoming.sms", "invalid_id"}},
		{"no JSON", func() { hooktest.Webhook(webhook.NewType[func()](kyc.Provider{}, "kyc.new"), "evt_1", nil) }, []string{"payload of kyc.new"}},
		{"no channel", func() { hooktest.Webhook(contiguity.V1TextIncomingSMS, "", contiguity.V1Message{}) }, []string{"contiguity-v1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				message := fmt.Sprint(recover())
				for _, want := range tt.want {
					if !strings.Contains(message, want) {
						t.Errorf("panic = %q, want %q in it", message, want)
					}
				}
			}()
			tt.make()
		})
	}
}

func TestLoadFails(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(saved + "contiguity.text.incoming.sms.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, old, new, want string }{
		{"no JSON", "{", "", "not an API Gateway event"},
		{"source of another name", `"source": "contiguity"`, `"source": "contiguity-eu"`, `source "contiguity-eu" is not named after a provider`},
		{"not base64", `"isBase64Encoded": false`, `"isBase64Encoded": true`, "not base64"},
		{"no body", `"body": "{`, `"body": "`, "malformed_body"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "event.json")
			if !strings.Contains(string(text), tt.old) {
				t.Fatalf("the sample has no %s", tt.old)
			}
			if err := os.WriteFile(file, []byte(strings.Replace(string(text), tt.old, tt.new, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			said := fails(func(t testing.TB) { hooktest.Load(t, file) })
			if len(said) != 1 || !strings.Contains(said[0], tt.want) || !strings.Contains(said[0], file) {
				t.Errorf("the test got %q, want the file and %q", said, tt.want)
			}
		})
	}
	if said := fails(func(t testing.TB) { hooktest.Load(t, "nowhere.json") }); len(said) != 1 || !strings.Contains(said[0], "nowhere.json") {
		t.Errorf("the test got %q", said)
	}
}

// If the provider gives no ids, the id is the one that ingest makes from the body.
func TestIDsOfTheBody(t *testing.T) {
	t.Parallel()
	one := hooktest.Webhook(compliancely.TINMatch, "evt_1", compliancely.TINResult{ID: 7, Status: compliancely.TINMatched})
	two := hooktest.Webhook(compliancely.TINMatch, "evt_1", compliancely.TINResult{ID: 7, Status: compliancely.TINDidNotMatch})
	if !strings.HasPrefix(one.ID, "sha256:") || one.ID == two.ID {
		t.Errorf("ids %s and %s, want two of two bodies", one.ID, two.ID)
	}
	if e := hooktest.Webhook(contact, "msg_1", map[string]any{"name": "x"}); e.ID != "msg_1" {
		t.Errorf("id %s, want the one that goes into the header", e.ID)
	}
}

func TestEvent(t *testing.T) {
	t.Parallel()
	e := hooktest.Event(contiguity.TextIncomingSMS, contiguity.Text{Body: "hello"})
	if e.Attempt != 1 || e.Data.Body != "hello" || e.Source != "contiguity" || e.Type != "text.incoming.sms" || !strings.Contains(string(e.Raw), `"hello"`) {
		t.Errorf("event = %+v, attempt %d, data %+v, raw %s", e, e.Attempt, e.Data, e.Raw)
	}
}
