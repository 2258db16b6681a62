package contiguity_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/internal/resttest"
	"webhookintake/shared/provider/providertest"
	"webhookintake/shared/webhook"
)

func FuzzVerify(f *testing.F) { providertest.Fuzz(f, suite()) }

func BenchmarkVerify(b *testing.B) { providertest.Benchmark(b, suite()) }

// Open sees verified bodies only, but no body may make it panic, nor any type's Decode.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(sms))
	f.Add([]byte(v1SMS))
	f.Add(event("text.incoming", `{"attachments":[{"type":1}]}`))
	f.Add(event("communications.incoming.sms", `{"message":{}}`))
	f.Add(event("email.incoming", `{"from":"<a@b","to":{"name":null},"body":{"type":"HTML","content":"c"},"attachments":[{"type":"t"}]}`))
	f.Add([]byte(`{"id":"e","type":"identity.verification_session.failed","data":{"error":null,"a\ud800":1},"error":{"code":"c"}}`))
	f.Add([]byte(`{"id":"e","type":"t","timestamp":1e400,"data":7}`))
	f.Add([]byte(`{"message":7,"crumbs":{"type":"sms","timestamp":"-9223372036854775809"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, p := range []webhook.Provider{contiguity.Provider{}, contiguity.V1{}} {
			envelope, err := p.Open(body)
			if err != nil {
				if !slices.Contains(unusable(), err) {
					t.Fatalf("Open = %v", err)
				}
				continue
			}
			if !webhook.ValidName(envelope.ID) || !webhook.ValidName(envelope.Type) {
				t.Fatalf("opened as %q, %q", envelope.ID, envelope.Type)
			}
		}
		for name, err := range decodeAll(body) {
			if err == nil || errors.Is(err, webhook.ErrPayload) {
				continue
			}
			if !slices.ContainsFunc(unusable(), func(code error) bool { return errors.Is(err, code) }) {
				t.Fatalf("Decode as %s = %v", name, err)
			}
		}
	})
}

// unusable are what Open may say of a verified body.
func unusable() []error {
	return []error{webhook.ErrMalformedBody, webhook.ErrMissingID, webhook.ErrInvalidID,
		webhook.ErrMissingType, webhook.ErrInvalidType}
}

// decodeAll reads a body as every payload there is.
func decodeAll(body []byte) map[string]error {
	all := map[string]error{}
	for name, decode := range decoders() {
		_, all[name] = decode(body)
	}
	_, all["whatsapp"] = recode(contiguity.WhatsAppIncoming)(body)
	_, all["session"] = recode(contiguity.VerificationSessionFailed)(body)
	_, all["report"] = recode(contiguity.VerificationReportGenerated)(body)
	_, all["v1"] = recode(contiguity.V1TextIncomingSMS)(body)
	return all
}

// No header but the right one may be taken by VerifyRaw.
func FuzzVerifyRaw(f *testing.F) {
	f.Add("t=1790000000,v1="+vectorV1, []byte(vectorBody))
	f.Add("t=1790000000,v1="+strings.ToUpper(vectorV1)+",v1=", []byte(vectorBody))
	f.Add("", []byte("{}"))
	f.Add("v1=00,t=1,,", []byte(nil))
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		err := contiguity.VerifyRaw(body, header, vectorSecret, contiguity.VerifyOptions{Now: at(vectorAt)})
		if err == nil && (string(body) != vectorBody || !strings.Contains(strings.ToLower(header), "v1="+vectorV1)) {
			t.Fatalf("taken with header %q", header)
		}
		codes := []error{nil, webhook.ErrSignatureMissing, webhook.ErrSignatureMalformed,
			webhook.ErrSignatureMismatch, webhook.ErrTimestampOutsideWindow}
		if !slices.Contains(codes, err) {
			t.Fatalf("VerifyRaw = %v", err)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	resttest.FuzzAnswers(f, restCase(),
		`{"id":"req_1","timestamp":1,"data":{"message_id":"m"}}`, `{"timestamp":1e99,"data":[]}`,
		`{"id":"err_1","data":{"error":"slow down, +15005550001"}}`,
		`{"id":"`+apiToken+`","data":{"error":"`+apiToken+`\u0000 +1 500-555-0001"}}`)
}
