package kyc_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

// Vectors computed with openssl and Python, not with Sign.
const (
	vectorSecret = "demo-kyc-secret"
	vectorBody   = `{"id":"evt_demo02","type":"kyc.session.processed","created":1790000000,` +
		`"data":{"session_id":"s-demo","status":"APPROVED","final_decision":"flagged"}}`
	overBody     = "sha256=23d58d5fccf3d75bcecfd68caa4ab5cf6361ef2fa1b594652b0396c4e8a56cd2"
	overTimeBody = "sha256=ab58404c3cfc61b2e5ab3fb24e2dd8c261820da8c29692aed31f85797265bfc6"
)

var vectorAt = time.Unix(1790000000, 0)

func settings(signed string) webhook.Settings {
	return webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(vectorSecret)}, Signed: signed}
}

func verify(t *testing.T, s webhook.Settings, r webhook.Request) error {
	t.Helper()
	v, err := kyc.Provider{}.Configure(s)
	if err != nil {
		t.Fatal(err)
	}
	_, err = v.Verify(r)
	return err
}

func TestKnownAnswers(t *testing.T) {
	t.Parallel()
	if len(vectorBody) != 149 {
		t.Fatalf("the vectors' body has 149 bytes, this one %d", len(vectorBody))
	}
	for _, tt := range []struct {
		signed, signature string
		want              error
	}{
		{"", overBody, nil},
		{"", overTimeBody, nil},
		{"either", overBody, nil},
		{"either", overTimeBody, nil},
		{"body", overBody, nil},
		{"body", overTimeBody, webhook.ErrSignatureMismatch},
		{"timestamp.body", overTimeBody, nil},
		{"timestamp.body", overBody, webhook.ErrSignatureMismatch},
		{"", strings.ToUpper(overBody[7:]), webhook.ErrSignatureMalformed},
		{"", "sha256=" + strings.ToUpper(overBody[7:]), nil},
		{"", "SHA256=" + overBody[7:], webhook.ErrSignatureMalformed},
		{"", "sha1=" + overBody[7:], webhook.ErrSignatureMalformed},
		{"", overBody[:69], webhook.ErrSignatureMalformed},
		{"", overBody + "00", webhook.ErrSignatureMalformed},
		{"", overBody + "," + "sha256=", webhook.ErrSignatureMalformed},
	} {
		t.Run(fmt.Sprintf("%s %.12s %d", tt.signed, tt.signature, len(tt.signature)), func(t *testing.T) {
			t.Parallel()
			r := webhook.Request{Body: []byte(vectorBody), At: vectorAt, Header: http.Header{
				"X-Webhook-Signature": {tt.signature}, "X-Webhook-Timestamp": {"1790000000"},
			}}
			if err := verify(t, settings(tt.signed), r); !errors.Is(err, tt.want) {
				t.Errorf("Verify = %v, want %v", err, tt.want)
			}
		})
	}
}

func TestSignKnownAnswers(t *testing.T) {
	t.Parallel()
	for signed, want := range map[string]string{
		"": overBody, "either": overBody, "body": overBody, "timestamp.body": overTimeBody,
	} {
		r := kyc.Provider{}.Sign(settings(signed), "evt_demo02", []byte(vectorBody), vectorAt)
		h := r.Header
		if h.Get("x-webhook-signature") != want || h.Get("X-Webhook-ID") != "evt_demo02" || h.Get("X-Webhook-Timestamp") != "1790000000" {
			t.Errorf("Sign with signed %q = %v", signed, h)
		}
	}
}

func TestTimestampHeader(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		lines []string
		want  error
	}{
		{"one digit", []string{"0"}, nil}, // of a signature over the body it is no part
		{"12 digits", []string{"999999999999"}, nil},
		{"spaces around", []string{" 1790000000\t"}, nil},
		{"absent", nil, webhook.ErrSignatureMissing},
		{"empty", []string{""}, webhook.ErrSignatureMalformed},
		{"blanks", []string{" \t"}, webhook.ErrSignatureMalformed},
		{"milliseconds", []string{"1790000000000"}, nil},
		{"a fraction", []string{"1790000000.25"}, nil},
		{"negative", []string{"-1"}, nil},
		{"ISO", []string{"2026-09-21T00:00:00Z"}, nil},
		{"any text", []string{"Mon, 21 Sep 2026"}, nil},
		{"two equal lines", []string{"1790000000", "1790000000"}, nil},
		{"two joined", []string{"1790000000,1790000000"}, nil},
		{"two different lines", []string{"1790000000", "1790000001"}, webhook.ErrSignatureMalformed},
		{"a part of a body", []string{`1790000000.{"id":`}, webhook.ErrSignatureMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := kyc.Provider{}.Sign(settings(""), "", []byte(vectorBody), vectorAt)
			r.Header["X-Webhook-Timestamp"] = tt.lines
			if err := verify(t, settings(""), r); !errors.Is(err, tt.want) {
				t.Errorf("Verify = %v, want %v", err, tt.want)
			}
			if len(tt.lines) == 0 {
				return
			}
			// The same, signed as it is.
			mac := webhook.MAC(webhook.NewSecret(vectorSecret), []byte(strings.Trim(tt.lines[0], " \t")), []byte("."), []byte(vectorBody))
			r.Header.Set("X-Webhook-Signature", "sha256="+hex.EncodeToString(mac))
			if err := verify(t, settings("timestamp.body"), r); !errors.Is(err, tt.want) {
				t.Errorf("signed: Verify = %v, want %v", err, tt.want)
			}
		})
	}
}

func TestSignedTimestampCannotChange(t *testing.T) {
	t.Parallel()
	r := kyc.Provider{}.Sign(settings("timestamp.body"), "", []byte(vectorBody), vectorAt)
	r.Header.Set("X-Webhook-Timestamp", "1790000001")
	if err := verify(t, settings("timestamp.body"), r); !errors.Is(err, webhook.ErrSignatureMismatch) {
		t.Errorf("Verify = %v", err)
	}
}

func TestIDHeader(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		lines []string
		want  error
	}{
		{"the body's", []string{"evt_demo02"}, nil},
		{"absent", nil, nil},
		{"the body's twice", []string{"evt_demo02", "evt_demo02"}, nil},
		{"the body's twice, joined", []string{"evt_demo02,evt_demo02"}, nil},
		{"the body's thrice, joined with spaces", []string{"evt_demo02, evt_demo02 ,evt_demo02"}, nil},
		{"another joined", []string{"evt_demo02,evt_demo03"}, webhook.ErrIDMismatch},
		{"nothing joined", []string{"evt_demo02,"}, webhook.ErrIDMismatch},
		{"another", []string{"evt_demo03"}, webhook.ErrIDMismatch},
		{"empty", []string{""}, webhook.ErrIDMismatch},
		{"other case", []string{"EVT_DEMO02"}, webhook.ErrIDMismatch},
		{"another beside", []string{"evt_demo02", "evt_demo03"}, webhook.ErrIDMismatch},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := kyc.Provider{}.Sign(settings(""), "", []byte(vectorBody), vectorAt)
			r.Header["X-Webhook-Id"] = tt.lines
			if err := verify(t, settings(""), r); !errors.Is(err, tt.want) {
				t.Errorf("Verify = %v, want %v", err, tt.want)
			}
			r.Body = append([]byte(vectorBody), ' ')
			if err := verify(t, settings(""), r); !errors.Is(err, webhook.ErrSignatureMismatch) {
				t.Errorf("Verify of another body = %v: the signature comes first", err)
			}
		})
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	outside := webhook.ErrTimestampOutsideWindow
	for _, tt := range []struct {
		name    string
		created string // JSON
		late    time.Duration
		secret  string
		want    error
	}{
		{"29 days old", "1790000000", 29 * day, "s", nil},
		{"a second older", "1790000000", 29*day + time.Second, "s", outside},
		{"a year old", "1790000000", 365 * day, "s", outside},
		{"a year ahead", "1790000000", -365 * day, "s", nil},
		{"1970", "0", 0, "s", outside},
		{"negative", "-5", 0, "s", outside},
		{"a float", "1.79e9", 30 * day, "s", outside},
		{"sample secret", "1790000000", 365 * day, "kyc-sample-only-x", nil},
		{"milliseconds", "1790000000000", 29 * day, "s", nil},
		{"milliseconds, a second older", "1790000000000", 29*day + time.Second, "s", outside},
		{"text", `"1790000000"`, 30 * day, "s", outside},
		{"milliseconds as text", `"1790000000000"`, 30 * day, "s", outside},
		{"ISO", `"2026-09-21T14:13:20Z"`, 29 * day, "s", nil},
		{"ISO, a second older", `"2026-09-21T14:13:20Z"`, 29*day + time.Second, "s", outside},
		// An event without a readable time has no age: the header is not signed.
		{"absent", "null", 365 * day, "s", nil},
		{"overflowing", "1e999", 0, "s", nil},
		{"no time", `"soon"`, 365 * day, "s", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(tt.secret)}}
			body := []byte(`{"id":"e","type":"t","created":` + tt.created + `}`)
			// The header's time is now: only the signed one counts.
			r := kyc.Provider{}.Sign(s, "e", body, vectorAt.Add(tt.late))
			if err := verify(t, s, r); !errors.Is(err, tt.want) {
				t.Errorf("Verify = %v, want %v", err, tt.want)
			}
		})
	}
}

// Without a created, the header's time counts, in any form, where it was signed.
func TestAgeBySignedHeader(t *testing.T) {
	t.Parallel()
	const month = 30 * 24 * time.Hour
	body := []byte(`{"id":"e","type":"t"}`)
	for _, tt := range []struct {
		name, timestamp, signed string
		late                    time.Duration
		want                    error
		at                      time.Time // of the event
	}{
		{"signed, new", "1790000000", kyc.SignedTimestampBody, 0, nil, vectorAt},
		{"signed, old", "1790000000", kyc.SignedTimestampBody, month, webhook.ErrTimestampOutsideWindow, time.Time{}},
		{"signed, old, milliseconds", "1790000000000", kyc.SignedTimestampBody, month, webhook.ErrTimestampOutsideWindow, time.Time{}},
		{"signed, old, ISO", "2026-09-21T14:13:20Z", kyc.SignedTimestampBody, month, webhook.ErrTimestampOutsideWindow, time.Time{}},
		{"signed, no time", "soon", kyc.SignedTimestampBody, month, nil, time.Time{}},
		{"not signed, old", "1790000000", kyc.SignedBody, month, nil, time.Time{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			parts := [][]byte{body}
			if tt.signed == kyc.SignedTimestampBody {
				parts = [][]byte{[]byte(tt.timestamp), []byte("."), body}
			}
			v, err := kyc.Provider{}.Configure(settings(kyc.SignedEither))
			if err != nil {
				t.Fatal(err)
			}
			got, err := v.Verify(webhook.Request{Body: body, At: vectorAt.Add(tt.late), Header: http.Header{
				"X-Webhook-Signature": {"sha256=" + hex.EncodeToString(webhook.MAC(webhook.NewSecret(vectorSecret), parts...))},
				"X-Webhook-Timestamp": {tt.timestamp},
			}})
			if !errors.Is(err, tt.want) || !got.Time.Equal(tt.at) {
				t.Errorf("Verify = %v at %v, want %v at %v", err, got.Time, tt.want, tt.at)
			}
			if err == nil && got.Signed != tt.signed {
				t.Errorf("signed %q, want %q", got.Signed, tt.signed)
			}
		})
	}
}

// A sample secret next to a real one does not exempt what the real one signed.
func TestAgeJudgedByMatchingSecret(t *testing.T) {
	t.Parallel()
	sample, real := webhook.NewSecret("sample-only"), webhook.NewSecret("real")
	both := webhook.Settings{Secrets: []webhook.Secret{sample, real}}
	r := kyc.Provider{}.Sign(webhook.Settings{Secrets: []webhook.Secret{real}}, "", []byte(vectorBody), vectorAt)
	r.At = vectorAt.Add(40 * 24 * time.Hour)
	if err := verify(t, both, r); !errors.Is(err, webhook.ErrTimestampOutsideWindow) {
		t.Errorf("Verify = %v", err)
	}
}
