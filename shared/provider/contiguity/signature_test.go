package contiguity_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

// A vector computed with openssl and Python, not with Sign.
const (
	vectorSecret = "whsec_demo_not_real"
	vectorBody   = `{"id":"evt_demo01","type":"imessage.incoming","timestamp":1790000000,"api_version":"v2025.9.7",` +
		`"data":{"from":"+15005550001","to":"+15005550002","body":"ping","timestamp":1790000000,"attachments":[]}}`
	vectorV1 = "86ef0dff11c9a5cecce3928293fc229e982333192f62d50363f21629b88160c0"
)

var vectorAt = time.Unix(1790000000, 0)

func verify(t *testing.T, toleranceS *int64, at time.Time, lines ...string) error {
	t.Helper()
	v, err := contiguity.Provider{}.Configure(webhook.Settings{
		Secrets: []webhook.Secret{webhook.NewSecret(vectorSecret)}, ToleranceS: toleranceS,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = v.Verify(webhook.Request{
		Header: http.Header{"Contiguity-Signature": lines}, Body: []byte(vectorBody), At: at,
	})
	return err
}

func TestKnownAnswer(t *testing.T) {
	t.Parallel()
	if len(vectorBody) != 200 {
		t.Fatalf("the vector's body has 200 bytes, this one %d", len(vectorBody))
	}
	if err := verify(t, nil, vectorAt, "t=1790000000,v1="+vectorV1); err != nil {
		t.Errorf("Verify = %v", err)
	}
	s := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(vectorSecret)}}
	signed := contiguity.Provider{}.Sign(s, "", []byte(vectorBody), vectorAt)
	if got := signed.Header.Get("contiguity-signature"); got != "t=1790000000,v1="+vectorV1 {
		t.Errorf("Sign = %s", got)
	}
}

func TestHeader(t *testing.T) {
	t.Parallel()
	zeros := strings.Repeat("0", 64)
	right, wrong := "v1="+vectorV1, "v1="+zeros
	many := strings.Repeat(","+wrong, 9)
	for _, tt := range []struct {
		name string
		line string
		want error
	}{
		{"upper-case hex", "t=1790000000,v1=" + strings.ToUpper(vectorV1), nil},
		{"several v1, right one last", "t=1790000000," + wrong + "," + right, nil},
		{"several v1, right one first", "t=1790000000," + right + "," + wrong, nil},
		{"spaces around", " t=1790000000 ,\t" + right + " ", nil},
		{"other schemes beside", "v0=abc,t=1790000000,v2=x," + right + ",k=", nil},
		{"two times, the second signed", "t=1789999999," + wrong + ",t=1790000000," + right, nil},
		{"right one is the 10th", "t=1790000000" + many + "," + right, nil},
		{"right one is the 11th", "t=1790000000," + wrong + many + "," + right, webhook.ErrSignatureMismatch},
		{"garbage after the 10th", "t=1790000000," + wrong + many + ",garbage", webhook.ErrSignatureMismatch},
		{"signature of the other time", "t=1790000000," + wrong + ",t=1789999999," + right, webhook.ErrSignatureMismatch},
		{"leading zero in t", "t=01790000000," + right, webhook.ErrSignatureMismatch},
		{"v1 before t", right + ",t=1790000000", webhook.ErrSignatureMalformed},
		{"no t", right, webhook.ErrSignatureMalformed},
		{"no v1", "t=1790000000", webhook.ErrSignatureMalformed},
		{"other scheme only", "t=1790000000,v0=" + vectorV1, webhook.ErrSignatureMalformed},
		{"t without v1 first", "t=1,t=1790000000," + right, webhook.ErrSignatureMalformed},
		{"t without v1 last", "t=1790000000," + right + ",t=1", webhook.ErrSignatureMalformed},
		{"one v1 too short", "t=1790000000," + right + ",v1=00", webhook.ErrSignatureMalformed},
		{"v1 too long", "t=1790000000," + right + "00", webhook.ErrSignatureMalformed},
		{"v1 not hex", "t=1790000000,v1=" + strings.Repeat("g", 64), webhook.ErrSignatureMalformed},
		{"t negative", "t=-1790000000," + right, webhook.ErrSignatureMalformed},
		{"t with plus", "t=+1790000000," + right, webhook.ErrSignatureMalformed},
		{"t with fraction", "t=1790000000.0," + right, webhook.ErrSignatureMalformed},
		{"t with exponent", "t=179e7," + right, webhook.ErrSignatureMalformed},
		{"t with inner space", "t= 1790000000," + right, webhook.ErrSignatureMalformed},
		{"t empty", "t=," + right, webhook.ErrSignatureMalformed},
		{"t of 13 digits", "t=1790000000000," + right, webhook.ErrSignatureMalformed},
		{"t overflowing", "t=99999999999999999999," + right, webhook.ErrSignatureMalformed},
		{"trailing comma", "t=1790000000," + right + ",", nil},
		{"leading comma", ",t=1790000000," + right, nil},
		{"a suffix", "t=1790000000," + right + ";x", nil},
		{"text after it", "t=1790000000," + right + ",garbage", nil},
		{"a suffix of hex digits", "t=1790000000," + right + "abc;x", webhook.ErrSignatureMalformed},
		{"a suffix in a short v1", "t=1790000000," + right[:40] + ";" + right[40:], webhook.ErrSignatureMalformed},
		{"garbage alone", "garbage", webhook.ErrSignatureMalformed},
		{"semicolons", "t=1790000000;" + right, webhook.ErrSignatureMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := verify(t, nil, vectorAt, tt.line); !errors.Is(err, tt.want) {
				t.Errorf("Verify = %v, want %v", err, tt.want)
			}
		})
	}
}

// A retry may be signed again while a proxy keeps the old line: one within the tolerance is
// enough.
func TestWindowOfSeveralTimes(t *testing.T) {
	t.Parallel()
	s := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(vectorSecret)}}
	sign := func(at time.Time) string {
		return contiguity.Provider{}.Sign(s, "", []byte(vectorBody), at).Header.Get("Contiguity-Signature")
	}
	old, fresh := sign(vectorAt.Add(-time.Hour)), sign(vectorAt)
	for _, lines := range [][]string{{old, fresh}, {fresh, old}, {old + "," + fresh}} {
		if err := verify(t, nil, vectorAt, lines...); err != nil {
			t.Errorf("Verify of %d lines = %v", len(lines), err)
		}
	}
	if err := verify(t, nil, vectorAt, old, old); !errors.Is(err, webhook.ErrTimestampOutsideWindow) {
		t.Errorf("Verify of two old ones = %v", err)
	}
}
