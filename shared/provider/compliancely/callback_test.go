package compliancely

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/webhook"
)

// TestCallbackURL sends a signed webhook to URLs: only those that a URL secret made, and
// that are still valid, are accepted.
func TestCallbackURL(t *testing.T) {
	t.Parallel()
	const base = "https://in.example.org/hooks/compliancely?a=b"
	at := time.Unix(1790000000, 0)
	secret, previous, foreign := webhook.NewSecret("url-secret-2"), webhook.NewSecret("url-secret-1"), webhook.NewSecret("url-secret-0")
	s := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret("signing-secret")}, URLSecrets: []webhook.Secret{secret, previous}}
	v, err := Provider{}.Configure(s)
	if err != nil {
		t.Fatal(err)
	}
	made := func(secret webhook.Secret, until time.Time) url.Values {
		text, err := callbackURL(base, secret, until)
		u, failed := url.Parse(text)
		if err != nil || failed != nil || !strings.HasPrefix(text, "https://in.example.org/hooks/compliancely?") || u.Query().Get("a") != "b" {
			t.Fatalf("callbackURL = %s, %v, %v", text, err, failed)
		}
		return u.Query()
	}
	token := made(secret, at).Get("w")
	expiry, mac, _ := strings.Cut(token, ".")
	for _, tt := range []struct {
		name  string
		query url.Values
		want  error
	}{
		{"valid until now", made(secret, at), nil},
		{"previous secret", made(previous, at.Add(time.Hour)), nil},
		{"upper-case hex", url.Values{"w": {expiry + "." + strings.ToUpper(mac)}}, nil},
		{"expired", made(secret, at.Add(-time.Second)), webhook.ErrTimestampOutsideWindow},
		// Computed with Python. Without what the MAC is for, it would mean something else.
		{"known answer", url.Values{"w": {"1790000000.8bfb97898038344f2f78d14859041eb80bc2de161be9bf97cf16ee7a10d43870"}}, nil},
		{"MAC of the time alone", url.Values{"w": {"1790000000.7b145e2e319ac2e94334201ce7cec58d653e082d4e9b8899392fc9188bf7c97c"}}, webhook.ErrSignatureMismatch},
		{"another secret", made(foreign, at.Add(time.Hour)), webhook.ErrSignatureMismatch},
		{"the signing secret", made(s.Secrets[0], at.Add(time.Hour)), webhook.ErrSignatureMismatch},
		{"longer validity", url.Values{"w": {"1790000001." + mac}}, webhook.ErrSignatureMismatch},
		{"leading zero", url.Values{"w": {"0" + token}}, webhook.ErrSignatureMismatch},
		{"one of two", url.Values{"w": {made(foreign, at).Get("w"), token}}, nil},
		{"the tenth", url.Values{"w": append(slices.Repeat(made(foreign, at)["w"], 9), token)}, nil},
		{"the eleventh", url.Values{"w": append(slices.Repeat(made(foreign, at)["w"], 10), token)}, webhook.ErrSignatureMismatch},
		{"none", url.Values{}, webhook.ErrSignatureMissing},
		{"no query", nil, webhook.ErrSignatureMissing},
		{"empty", url.Values{"w": {""}}, webhook.ErrSignatureMalformed},
		{"no MAC", url.Values{"w": {expiry}}, webhook.ErrSignatureMalformed},
		{"cut", url.Values{"w": {token[:len(token)-2]}}, webhook.ErrSignatureMalformed},
		{"no time", url.Values{"w": {"." + mac}}, webhook.ErrSignatureMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := Provider{}.Sign(s, "", []byte(`{"id":1}`), at)
			r.Query = tt.query
			if _, err := v.Verify(r); !errors.Is(err, tt.want) {
				t.Errorf("Verify = %v, want %v", err, tt.want)
			}
		})
	}
	r := Provider{}.Sign(s, "", []byte(`{"id":1}`), at)
	r.Query = url.Values{"w": {made(foreign, at).Get("w"), made(previous, at.Add(time.Hour)).Get("w"), token}}
	if got, err := v.Verify(r); err != nil || !got.URLExpires.Equal(at.Add(time.Hour)) {
		t.Errorf("the URL expires %v, %v, want the time of the token that was accepted", got.URLExpires, err)
	}
}

func TestCallbackURLFaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, url string
		secret    webhook.Secret
	}{
		{"relative", "/hooks/compliancely", webhook.NewSecret("s")},
		{"no URL", "https://in.example.org/%zz", webhook.NewSecret("s")},
		{"odd query", "https://in.example.org/?%zz", webhook.NewSecret("s")},
		{"no secret", "https://in.example.org/hooks/compliancely", webhook.Secret{}},
	} {
		if got, err := CallbackURL(tt.url, tt.secret, time.Hour); err == nil {
			t.Errorf("%s: CallbackURL = %s", tt.name, got)
		}
	}
	got, err := CallbackURL("https://in.example.org/hooks/c", webhook.NewSecret("s"), time.Hour)
	if err != nil || strings.Contains(got, "url_secrets") || !strings.Contains(got, "?w=") {
		t.Errorf("CallbackURL = %s, %v", got, err)
	}
}
