package compliancely_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/providertest"
	"webhookintake/shared/webhook"
)

// A vector computed with openssl and Python, not with Sign.
const (
	vectorSecret = "demo-cpl-secret"
	vectorBody   = `{"id":70001,"name":"Demo Bakery","tin":"000000000","status":"TIN Matched","created_by":"demo",` +
		`"irs_code":0,"irs_reason":"","irs_service_status":"RUNNING","last_irs_check_date":"2026-09-20T10:00:00Z",` +
		`"created_date":"2026-09-21T08:00:00Z","updated_date":"2026-09-21T08:00:05Z"}`
	vectorHex    = "990a8ddaba38d1de91110cee84716dfacd1ae9dcb1b89f42dcb4ddb40e478d1c"
	vectorBase64 = "mQqN2ro40d6REQzuhHFt+s0a6dyxuJ9C3LTdtA5HjRw="
)

func configure(t *testing.T, s webhook.Settings) webhook.Verifier {
	t.Helper()
	s.Secrets = []webhook.Secret{webhook.NewSecret(vectorSecret)}
	v, err := compliancely.Provider{}.Configure(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestKnownAnswers(t *testing.T) {
	t.Parallel()
	if len(vectorBody) != 275 {
		t.Fatalf("the vector's body has 275 bytes, this one %d", len(vectorBody))
	}
	unpadded := strings.TrimSuffix(vectorBase64, "=")
	urlAlphabet := strings.NewReplacer("+", "-", "/", "_").Replace(vectorBase64)
	for _, tt := range []struct {
		name, digest string
		want         error
	}{
		{"hex", vectorHex, nil},
		{"upper-case hex", strings.ToUpper(vectorHex), nil},
		{"hex with prefix", "sha256=" + vectorHex, nil},
		{"base64", vectorBase64, nil},
		{"base64 without padding", unpadded, nil},
		{"base64 with prefix", "sha256=" + vectorBase64, nil},
		{"base64 in the URL alphabet", urlAlphabet, nil},
		{"base64 in the URL alphabet, no padding", strings.TrimSuffix(urlAlphabet, "="), nil},
		{"spaces around", " " + vectorHex + "\t", nil},
		{"hex and base64", strings.Repeat("0", 64) + "," + vectorBase64, nil},
		{"base64 in other case", strings.ToLower(vectorBase64), webhook.ErrSignatureMismatch},
		{"base64 with bits over", strings.Replace(vectorBase64, "w=", "x=", 1), webhook.ErrSignatureMalformed},
		{"base64 padded twice", vectorBase64 + "=", webhook.ErrSignatureMalformed},
		{"base64 with a line break", unpadded[:20] + "\n" + unpadded[20:], webhook.ErrSignatureMalformed},
		{"43 characters, one a line break", strings.Repeat("A", 20) + "\n" + strings.Repeat("A", 22), webhook.ErrSignatureMalformed},
		{"44 characters without padding", unpadded + "A", webhook.ErrSignatureMalformed},
		{"prefix twice", "sha256=sha256=" + vectorHex, webhook.ErrSignatureMalformed},
		{"prefix alone", "sha256=", webhook.ErrSignatureMalformed},
		{"other prefix", "sha1=" + vectorHex, webhook.ErrSignatureMalformed},
		{"hex of 63", vectorHex[:63], webhook.ErrSignatureMalformed},
		{"hex of 66", vectorHex + "00", webhook.ErrSignatureMalformed},
		{"64 characters, not hex", strings.Repeat("g", 64), webhook.ErrSignatureMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := configure(t, webhook.Settings{}).Verify(webhook.Request{
				Header: http.Header{"Compliancely-Signature": {tt.digest}}, Body: []byte(vectorBody),
			})
			if !errors.Is(err, tt.want) {
				t.Errorf("Verify = %v, want %v", err, tt.want)
			}
		})
	}
}

func TestSignKnownAnswer(t *testing.T) {
	t.Parallel()
	s := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(vectorSecret)}}
	r := compliancely.Provider{}.Sign(s, "", []byte(vectorBody), providertest.At)
	if got := r.Header.Get("compliancely-signature"); got != vectorHex {
		t.Errorf("Sign = %s", got)
	}
}

func TestRenamedHeader(t *testing.T) {
	t.Parallel()
	v := configure(t, webhook.Settings{Header: "x-other"})
	verify := func(header string) error {
		_, err := v.Verify(webhook.Request{Header: http.Header{header: {vectorHex}}, Body: []byte(vectorBody)})
		return err
	}
	if err := verify("X-Other"); err != nil {
		t.Errorf("under its name: %v", err)
	}
	if err := verify("Compliancely-Signature"); !errors.Is(err, webhook.ErrSignatureMissing) {
		t.Errorf("under the documented name: %v, want signature_missing", err)
	}
}
