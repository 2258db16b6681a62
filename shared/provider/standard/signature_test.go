package standard_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/provider/standard"
	"webhookintake/shared/webhook"
)

// The vector that the libraries of github.com/standard-webhooks/standard-webhooks are
// tested with, such as libraries/go/webhook_test.go and
// libraries/javascript/src/webhook.test.ts; the wrong signature is theirs too.
const (
	vectorSecret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	vectorID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	vectorTimestamp = "1614265330"
	vectorBody      = `{"test": 2432232314}`
	vectorSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	vectorWrong     = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
)

// The example of an asymmetric signature in the specification, spec/standard-webhooks.md.
const asymmetric = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="

var vectorAt = time.Unix(1614265330, 0)

func settings(secrets ...string) webhook.Settings {
	var s webhook.Settings
	for _, secret := range secrets {
		s.Secrets = append(s.Secrets, webhook.NewSecret(secret))
	}
	return s
}

func verify(t *testing.T, s webhook.Settings, r webhook.Request) (webhook.Verified, error) {
	t.Helper()
	v, err := standard.Provider{}.Configure(s)
	if err != nil {
		t.Fatal(err)
	}
	return v.Verify(r)
}

// vector is the published request. Its body has no type, so what is signed rightly is
// refused as missing_type, which comes after the signature.
func vector(signatures ...string) webhook.Request {
	return webhook.Request{Body: []byte(vectorBody), At: vectorAt, Header: http.Header{
		"Webhook-Id": {vectorID}, "Webhook-Timestamp": {vectorTimestamp}, "Webhook-Signature": signatures,
	}}
}

const signedRightly = webhook.ErrMissingType

func TestKnownAnswers(t *testing.T) {
	t.Parallel()
	signed := standard.Provider{}.Sign(settings(vectorSecret), vectorID, []byte(vectorBody), vectorAt)
	if h := signed.Header; h.Get("webhook-signature") != vectorSignature ||
		h.Get("webhook-id") != vectorID || h.Get("webhook-timestamp") != vectorTimestamp {
		t.Errorf("Sign = %v", h)
	}
	unprefixed := strings.TrimPrefix(vectorSecret, "whsec_")
	unpadded := strings.TrimSuffix(vectorSignature, "=")
	nine := strings.Repeat(" "+vectorWrong, 9)
	for _, tt := range []struct {
		name, secret string
		lines        []string
		want         error
	}{
		{"published", vectorSecret, []string{vectorSignature}, signedRightly},
		{"secret without prefix", unprefixed, []string{vectorSignature}, signedRightly},
		{"published wrong one", vectorSecret, []string{vectorWrong}, webhook.ErrSignatureMismatch},
		{"published list", vectorSecret, []string{vectorWrong + " v2" + vectorWrong[2:] + " " + vectorSignature + " " + vectorWrong}, signedRightly},
		{"published cut to 8 characters", vectorSecret, []string{vectorSignature[:8]}, webhook.ErrSignatureMalformed},
		{"published without a value", vectorSecret, []string{"v1,"}, webhook.ErrSignatureMalformed},
		{"published nonsense", vectorSecret, []string{"v1,dawfeoifkpqwoekfpqoekf"}, webhook.ErrSignatureMalformed},
		{"beside an asymmetric one", vectorSecret, []string{vectorSignature + " " + asymmetric}, signedRightly},
		{"after an asymmetric one", vectorSecret, []string{asymmetric + " " + vectorSignature}, signedRightly},
		{"asymmetric alone", vectorSecret, []string{asymmetric}, webhook.ErrSignatureMalformed},
		{"the value under v1a", vectorSecret, []string{"v1a" + vectorSignature[2:]}, webhook.ErrSignatureMalformed},
		{"two lines", vectorSecret, []string{vectorWrong, vectorSignature}, signedRightly},
		{"two lines joined", vectorSecret, []string{vectorWrong + "," + vectorSignature}, signedRightly},
		{"two lines joined with space", vectorSecret, []string{vectorWrong + ", " + vectorSignature}, signedRightly},
		{"a list and a line joined", vectorSecret, []string{asymmetric + " " + vectorWrong + ", " + vectorSignature}, signedRightly},
		{"spaces around", vectorSecret, []string{" " + vectorSignature + "\t"}, signedRightly},
		{"the 10th", vectorSecret, []string{nine[1:] + " " + vectorSignature}, signedRightly},
		{"the 11th", vectorSecret, []string{vectorWrong + nine + " " + vectorSignature}, webhook.ErrSignatureMismatch},
		{"unpadded", vectorSecret, []string{unpadded}, webhook.ErrSignatureMalformed},
		{"padded twice", vectorSecret, []string{vectorSignature + "="}, webhook.ErrSignatureMalformed},
		{"with a line break", vectorSecret, []string{vectorSignature[:20] + "\n" + vectorSignature[20:]}, webhook.ErrSignatureMalformed},
		{"with bits over", vectorSecret, []string{unpadded[:len(unpadded)-1] + "F="}, webhook.ErrSignatureMalformed},
		{"alphabet of URLs", vectorSecret, []string{strings.NewReplacer("+", "-", "/", "_").Replace(vectorSignature)}, webhook.ErrSignatureMalformed},
		{"V1", vectorSecret, []string{"V1" + vectorSignature[2:]}, webhook.ErrSignatureMalformed},
		{"no version", vectorSecret, []string{vectorSignature[3:]}, webhook.ErrSignatureMalformed},
		{"empty version", vectorSecret, []string{vectorSignature[2:]}, webhook.ErrSignatureMalformed},
		{"a space for the comma", vectorSecret, []string{"v1 " + vectorSignature[3:]}, webhook.ErrSignatureMalformed},
		{"a space for the second comma", vectorSecret, []string{vectorSignature + " v1 " + vectorSignature[3:]}, webhook.ErrSignatureMalformed},
		{"a space after the comma", vectorSecret, []string{"v1, " + vectorSignature[3:]}, webhook.ErrSignatureMalformed},
		{"a separator at the end", vectorSecret, []string{vectorSignature + ","}, webhook.ErrSignatureMalformed},
		{"two spaces", vectorSecret, []string{vectorSignature + "  " + vectorSignature}, webhook.ErrSignatureMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := verify(t, settings(tt.secret), vector(tt.lines...)); !errors.Is(err, tt.want) {
				t.Errorf("Verify = %v, want %v", err, tt.want)
			}
		})
	}
}

func TestSignedHeaders(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, header string
		lines        []string
		want         error
	}{
		{"no id", "Webhook-Id", nil, webhook.ErrSignatureMissing},
		{"another id", "Webhook-Id", []string{vectorID + "x"}, webhook.ErrSignatureMismatch},
		{"empty id", "Webhook-Id", []string{""}, webhook.ErrSignatureMismatch},
		{"two ids", "Webhook-Id", []string{vectorID, vectorID}, webhook.ErrSignatureMalformed},
		{"two ids joined", "Webhook-Id", []string{vectorID + "," + vectorID}, webhook.ErrSignatureMismatch},
		{"spaces around the id", "Webhook-Id", []string{" " + vectorID + "\t"}, signedRightly},
		{"no time", "Webhook-Timestamp", nil, webhook.ErrSignatureMissing},
		{"another time", "Webhook-Timestamp", []string{"1614265331"}, webhook.ErrSignatureMismatch},
		{"leading zero", "Webhook-Timestamp", []string{"01614265330"}, webhook.ErrSignatureMismatch},
		{"two times", "Webhook-Timestamp", []string{vectorTimestamp, vectorTimestamp}, webhook.ErrSignatureMalformed},
		{"published word for a time", "Webhook-Timestamp", []string{"hello"}, webhook.ErrSignatureMalformed},
		{"milliseconds", "Webhook-Timestamp", []string{"1614265330000"}, webhook.ErrSignatureMalformed},
		{"negative", "Webhook-Timestamp", []string{"-1"}, webhook.ErrSignatureMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := vector(vectorSignature)
			r.Header[tt.header] = tt.lines
			if _, err := verify(t, settings(vectorSecret), r); !errors.Is(err, tt.want) {
				t.Errorf("Verify = %v, want %v", err, tt.want)
			}
		})
	}
}

func TestWindow(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		toleranceS *int64
		late       time.Duration
		signature  string
		want       error
	}{
		{"oldest accepted", nil, 300 * time.Second, vectorSignature, signedRightly},
		{"one second older", nil, 301 * time.Second, vectorSignature, webhook.ErrTimestampOutsideWindow},
		{"furthest ahead accepted", nil, -300 * time.Second, vectorSignature, signedRightly},
		{"one second further", nil, -301 * time.Second, vectorSignature, webhook.ErrTimestampOutsideWindow},
		{"wider by setting", new(int64(600)), 600 * time.Second, vectorSignature, signedRightly},
		{"beyond the setting", new(int64(600)), 601 * time.Second, vectorSignature, webhook.ErrTimestampOutsideWindow},
		{"unchecked, years old", new(int64(0)), 20 * 365 * 24 * time.Hour, vectorSignature, signedRightly},
		{"widest setting", new(int64(1<<63 - 1)), 20 * 365 * 24 * time.Hour, vectorSignature, signedRightly},
		// A sender without the secret must not learn whether the time is accepted.
		{"wrong signature, outside", nil, time.Hour, vectorWrong, webhook.ErrSignatureMismatch},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := settings(vectorSecret)
			s.ToleranceS = tt.toleranceS
			r := vector(tt.signature)
			r.At = vectorAt.Add(tt.late)
			if _, err := verify(t, s, r); !errors.Is(err, tt.want) {
				t.Errorf("Verify = %v, want %v", err, tt.want)
			}
		})
	}
}

func TestID(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, id string
		want     error
	}{
		{"usual", "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", nil},
		{"with points", "2026.09.21", nil},
		{"longest", strings.Repeat("~", 200), nil},
		{"too long", strings.Repeat("~", 201), webhook.ErrInvalidID},
		{"two words", "a b", webhook.ErrInvalidID},
		{"not ASCII", "é", webhook.ErrInvalidID},
		{"a brace", "a{b", webhook.ErrInvalidID},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body := []byte(`{"type":"t","id":"of the body"}`)
			r := standard.Provider{}.Sign(settings(vectorSecret), tt.id, body, vectorAt)
			got, err := verify(t, settings(vectorSecret), r)
			if !errors.Is(err, tt.want) {
				t.Fatalf("Verify = %v, want %v", err, tt.want)
			}
			if err == nil && got.ID != tt.id {
				t.Errorf("id %q, want the header's", got.ID)
			}
		})
	}
}

// The text of a recorded request divided differently: the signed text is the same, id and
// body differ. A part of the body that a stranger wrote must not become an event.
func TestRequestCutAnew(t *testing.T) {
	t.Parallel()
	const forged = `{"type":"account.deleted"}`
	body := `{"type":"note.created","data":{"text":".1614265330.` + forged
	r := standard.Provider{}.Sign(settings(vectorSecret), vectorID, []byte(body), vectorAt)
	id := vectorID + "." + vectorTimestamp + "." + strings.TrimSuffix(body, ".1614265330."+forged)
	r.Header.Set("webhook-id", id)
	r.Body = []byte(forged)
	if _, err := verify(t, settings(vectorSecret), r); !errors.Is(err, webhook.ErrInvalidID) {
		t.Errorf("Verify = %v, want %v", err, webhook.ErrInvalidID)
	}
}

func TestSignMakesAnID(t *testing.T) {
	t.Parallel()
	sign := func(body string) string {
		return standard.Provider{}.Sign(settings(vectorSecret), "", []byte(body), vectorAt).Header.Get("webhook-id")
	}
	one, two := sign(created), sign(vectorBody)
	if one != sign(created) || one == two || !webhook.ValidName(one) || !strings.HasPrefix(one, "msg_") {
		t.Errorf("ids %q and %q, want one for each body", one, two)
	}
}

func TestSignWithSecretThatIsNoBase64(t *testing.T) {
	t.Parallel()
	r := standard.Provider{}.Sign(settings("no base64!"), "", []byte(created), vectorAt)
	if _, err := verify(t, settings(vectorSecret), r); !errors.Is(err, webhook.ErrSignatureMismatch) {
		t.Errorf("Verify = %v", err)
	}
}

// TestSvixHeaders has the same request under the names that senders with Svix use.
func TestSvixHeaders(t *testing.T) {
	t.Parallel()
	s := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret("whsec_MDEyMzQ1Njc4OWFiY2RlZg==")}}
	v, err := standard.Provider{}.Configure(s)
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"type":"invoice.paid"}`)
	at := time.Unix(1790000000, 0)
	h := standard.Provider{}.Sign(s, "msg_1", body, at).Header
	id, timestamp, signature := h.Get("webhook-id"), h.Get("webhook-timestamp"), h.Get("webhook-signature")
	for _, tt := range []struct {
		name   string
		header map[string]string
		want   error
	}{
		{"svix", map[string]string{"svix-id": id, "svix-timestamp": timestamp, "svix-signature": signature}, nil},
		{"both", map[string]string{"svix-id": "x", "svix-signature": "v1,x",
			"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature}, nil},
		{"another id", map[string]string{"svix-id": "msg_2", "svix-timestamp": timestamp, "svix-signature": signature}, webhook.ErrSignatureMismatch},
		{"no id", map[string]string{"svix-timestamp": timestamp, "svix-signature": signature}, webhook.ErrSignatureMissing},
		{"mixed", map[string]string{"webhook-id": id, "svix-timestamp": timestamp, "svix-signature": signature}, webhook.ErrSignatureMissing},
		{"mixed the other way", map[string]string{"svix-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature}, webhook.ErrSignatureMissing},
		{"none", nil, webhook.ErrSignatureMissing},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := webhook.Request{Header: http.Header{}, Body: body, At: at}
			for name, value := range tt.header {
				r.Header.Set(name, value)
			}
			got, err := v.Verify(r)
			if !errors.Is(err, tt.want) || err == nil && got.ID != id {
				t.Errorf("Verify = %q, %v, want %v", got.ID, err, tt.want)
			}
			names := v.(webhook.HeaderNamer).HeaderNames()
			for name := range r.Header {
				if !slices.Contains(names, name) {
					t.Errorf("HeaderNames has no %s", name)
				}
			}
		})
	}
}
