package dialect_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

func TestEveryTypeHasASample(t *testing.T) {
	t.Parallel()
	for _, info := range dialect.Types() {
		s, err := dialect.Find(dialect.NameOf(info))
		if err != nil {
			t.Errorf("%v: write bodies/%s.json, as every typed event has a sample", err, dialect.NameOf(info))
			continue
		}
		if s.Type != info.Name || s.Provider.Name() != info.Provider {
			t.Errorf("sample of %s is %s of %s", info.Name, s.Type, s.Provider.Name())
		}
	}
}

// TestSamplesAreAuthentic verifies each sample, signed years later, as ingest does.
func TestSamplesAreAuthentic(t *testing.T) {
	t.Parallel()
	set := dialect.Sources()
	for _, s := range dialect.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			src, ok := set[s.Provider.Name()]
			if !ok {
				t.Fatalf("there is no sample source %s", s.Provider.Name())
			}
			r := dialect.Sign(src.Provider, src.Settings, s.Body, dialect.Time())
			r.At = dialect.Time().AddDate(2, 0, 0)
			got, err := src.Verifier.Verify(r)
			if err != nil || got.Type != s.Type {
				t.Errorf("Verify = type %q, %v; want %s", got.Type, err, s.Type)
			}
			wrong := dialect.SignWrong(src.Provider, src.Settings, s.Body, dialect.Time())
			if _, err := src.Verifier.Verify(wrong); !errors.Is(err, webhook.ErrSignatureMismatch) {
				t.Errorf("Verify of another secret's signature = %v, want %v", err, webhook.ErrSignatureMismatch)
			}
		})
	}
}

// TestSamplesFitTheirTypes decodes each sample as a handler of its type would, and wants a
// field set, because a field with another name is ignored without an error.
func TestSamplesFitTheirTypes(t *testing.T) {
	t.Parallel()
	decoded := map[string]bool{}
	for _, tt := range []struct {
		name   string
		decode func(body []byte) (any, error)
		want   string // a field that is not empty
	}{
		{"contiguity.text.incoming.sms", decode(contiguity.TextIncomingSMS), "Body"},
		{"contiguity.text.incoming.mms", decode(contiguity.TextIncomingMMS), "Attachments"},
		{"contiguity.imessage.incoming", decode(contiguity.IMessageIncoming), "Body"},
		{"contiguity.text.delivery.confirmed", decode(contiguity.TextDeliveryConfirmed), "MessageID"},
		{"contiguity.text.delivery.failed", decode(contiguity.TextDeliveryFailed), "Error"},
		{"contiguity.whatsapp.incoming", decode(contiguity.WhatsAppIncoming), "Body"},
		{"contiguity.email.incoming", decode(contiguity.EmailIncoming), "Attachments"},
		{"contiguity.numbers.substitution", decode(contiguity.NumbersSubstitution), "UsedNumber"},
		{"contiguity.otp.reverse.verified", decode(contiguity.OTPReverseVerified), "Number"},
		{"contiguity.identity.verification_session.started", decode(contiguity.VerificationSessionStarted), "ClientReferenceID"},
		{"contiguity.identity.verification_session.processing", decode(contiguity.VerificationSessionProcessing), "ID"},
		{"contiguity.identity.verification_session.verified", decode(contiguity.VerificationSessionVerified), "Report"},
		{"contiguity.identity.verification_session.failed", decode(contiguity.VerificationSessionFailed), "Error"},
		{"contiguity.identity.verification_session.requires_input", decode(contiguity.VerificationSessionRequiresInput), "Error"},
		{"contiguity.identity.verification_session.manually_approved", decode(contiguity.VerificationSessionManuallyApproved), "Metadata"},
		{"contiguity.identity.verification_session.manually_denied", decode(contiguity.VerificationSessionManuallyDenied), "Metadata"},
		{"contiguity.identity.verification_report.generated", decode(contiguity.VerificationReportGenerated), "ID"},
		{"contiguity-v1.text.incoming.sms", decode(contiguity.V1TextIncomingSMS), "Crumbs"},
		{"contiguity-v1.whatsapp.incoming", decode(contiguity.V1WhatsAppIncoming), "Crumbs"},
		{"contiguity-v1.imessage.incoming", decode(contiguity.V1IMessageIncoming), "Crumbs"},
		{"kyc.session.created", decode(kyc.SessionCreated), "SessionID"},
		{"kyc.session.completed", decode(kyc.SessionCompleted), "SessionID"},
		{"kyc.session.processed", decode(kyc.SessionProcessed), "FinalDecision"},
		{"kyc.session.approved", decode(kyc.SessionApproved), "Status"},
		{"kyc.session.rejected", decode(kyc.SessionRejected), "Status"},
		{"kyc.session.manual_review", decode(kyc.SessionManualReview), "Status"},
		{"compliancely.tin_match", decode(compliancely.TINMatch), "IRSCode"},
		{"compliancely.tax_exempt", decode(compliancely.TaxExempt), "WebhookURLs"},
		{"compliancely.sos", decode(compliancely.SecretaryOfState), "States"},
		{"compliancely.bulk_tin", decode(compliancely.BulkTIN), "ResultFileURL"},
		{"compliancely.transcript", decode(compliancely.Transcript), "Transcripts"},
	} {
		s, err := dialect.Find(tt.name)
		if err != nil {
			t.Error(err)
			continue
		}
		decoded[s.Name] = true
		data, err := tt.decode(s.Body)
		if err != nil {
			t.Error(err)
			continue
		}
		if reflect.ValueOf(data).FieldByName(tt.want).IsZero() {
			t.Errorf("%s: %s is empty in the sample", tt.name, tt.want)
		}
	}
	for _, info := range dialect.Types() {
		if !decoded[dialect.NameOf(info)] {
			t.Errorf("no row decodes the sample of %s: add one", info.Key)
		}
	}
}

func decode[T any](typ webhook.Type[T]) func([]byte) (any, error) {
	return func(body []byte) (any, error) {
		data, _, err := typ.Decode(body)
		return data, err
	}
}

// TestOrder wants each provider's samples together: the typed ones in the order in which
// they are listed, then the others.
func TestOrder(t *testing.T) {
	t.Parallel()
	var got []string
	for _, s := range dialect.Samples() {
		if slices.Contains([]string{"kyc", "compliancely", "standard"}, s.Provider.Name()) {
			got = append(got, s.Name)
		}
	}
	want := []string{
		"kyc.kyc.session.created", "kyc.kyc.session.completed", "kyc.kyc.session.processed", "kyc.kyc.session.approved",
		"kyc.kyc.session.rejected", "kyc.kyc.session.manual_review", "kyc.kyc.watchlist.match",
		"compliancely.tin_match", "compliancely.tax_exempt", "compliancely.sos", "compliancely.bulk_tin", "compliancely.transcript",
		"standard.contact.created",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
}

func TestFindHelps(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		want []string
		not  string
	}{
		{"session.approv", []string{`"session.approv"`, "kyc.kyc.session.approved"}, "contiguity."},
		{"", []string{"contiguity.", "kyc.", "compliancely."}, "\x00"},
		{"nothing-like-it", []string{"contiguity.", "kyc.", "compliancely."}, "\x00"},
	} {
		_, err := dialect.Find(tt.name)
		if err == nil {
			t.Errorf("Find(%q) found one", tt.name)
			continue
		}
		for _, want := range tt.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("Find(%q) = %v, want %q in it", tt.name, err, want)
			}
		}
		if strings.Contains(err.Error(), tt.not) {
			t.Errorf("Find(%q) = %v, want no %q in it", tt.name, err, tt.not)
		}
	}
}

func TestFreshDiffersInIDAndTimeAlone(t *testing.T) {
	t.Parallel()
	at := time.Unix(1900000000, 0)
	for _, s := range dialect.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			one, two := s.Fresh(at), s.Fresh(at)
			before, after := open(t, s, s.Body), open(t, s, one)
			if after.ID == before.ID || after.ID == open(t, s, two).ID {
				t.Errorf("ids %s, %s, %s; want three", before.ID, after.ID, open(t, s, two).ID)
			}
			if !before.Time.IsZero() && !after.Time.Equal(at) {
				t.Errorf("time %v, want %v", after.Time, at)
			}
			if diff := cmp.Diff(without(t, s.Body), without(t, one)); diff != "" {
				t.Errorf("the rest (-sample +fresh):\n%s", diff)
			}
		})
	}
}

func open(t *testing.T, s dialect.Sample, body []byte) webhook.Envelope {
	t.Helper()
	e, err := s.Provider.Open(body)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// without returns the body's members except those that Fresh may change.
func without(t *testing.T, body []byte) map[string]any {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal(body, &members); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"id", "timestamp", "created"} {
		delete(members, name)
	}
	if crumbs, ok := members["crumbs"].(map[string]any); ok { // v1: the body is its own id
		delete(crumbs, "timestamp")
		delete(crumbs, "from")
	}
	return members
}

func TestWithID(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		sample, id, member, problem string
	}{
		{sample: "text.incoming.sms", id: "evt_mine", member: `"id":"evt_mine"`},
		{sample: "kyc.session.approved", id: `a"b`, member: `"id":"a\"b"`},
		{sample: "tin_match", id: "0070", member: `"id":70,`},
		{sample: "tin_match", id: "evt_mine", problem: "whole numbers"},
		{sample: "tin_match", id: "", problem: "whole numbers"},
		{sample: "tin_match", id: "-1", problem: "whole numbers"},
		{sample: "contiguity-v1.text.incoming.sms", id: "evt_mine", problem: "no ids"},
	} {
		s, err := dialect.Find(tt.sample)
		if err != nil {
			t.Fatal(err)
		}
		body, err := s.WithID(tt.id)
		switch {
		case tt.problem != "" && (err == nil || !strings.Contains(err.Error(), tt.problem)):
			t.Errorf("WithID(%q) of %s = %v, want %q in it", tt.id, tt.sample, err, tt.problem)
		case tt.problem == "" && err != nil:
			t.Errorf("WithID(%q) of %s: %v", tt.id, tt.sample, err)
		case !strings.Contains(string(body), tt.member):
			t.Errorf("WithID(%q) of %s = %s, want %s in it", tt.id, tt.sample, body, tt.member)
		}
	}
}

func TestSecretsArePublic(t *testing.T) {
	t.Parallel()
	for name, src := range dialect.Sources() {
		for _, secret := range src.Settings.Secrets {
			if !secret.IsSample() {
				t.Errorf("source %s has a secret that a deployed program would accept", name)
			}
		}
	}
	if _, err := source.Parse([]byte(dialect.SourcesDocument()), source.ParseOptions{}); err == nil {
		t.Error("a deployed program accepts the sample sources")
	}
}
