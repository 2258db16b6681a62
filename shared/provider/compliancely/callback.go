package compliancely

import (
	"crypto/hmac"
	"encoding/hex"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"webhookintake/shared/webhook"
)

// A webhook's signature covers no time, so anybody who saw a request can send it again. If
// a source has URL secrets, a webhook must also come to a URL that one of them made, and
// that is valid for a limited time: ?w=<expiry, unix seconds>.<hex HMAC-SHA256 of the
// expiry>.
const (
	urlParameter = "w"
	urlPurpose   = "compliancely callback URL\n" // so that the MAC means nothing else

	// signedURLValid is how long the URL of a request of Sign is valid.
	signedURLValid = 24 * time.Hour
)

// CallbackURL returns the webhook URL to submit with a request to the provider, valid for
// that time from now: long enough for the result, and for the provider's retries. Secret is
// the first of the source's url_secrets. The error says what is wrong with the URL.
func CallbackURL(webhookURL string, secret webhook.Secret, valid time.Duration) (string, error) {
	return callbackURL(webhookURL, secret, time.Now().Add(valid))
}

func callbackURL(webhookURL string, secret webhook.Secret, until time.Time) (string, error) {
	u, err := url.Parse(webhookURL)
	if err != nil || u.Host == "" {
		return "", &webhook.FieldError{Field: "url", Problem: "give an absolute URL, as https://…/hooks/compliancely"}
	}
	if secret.IsEmpty() {
		return "", &webhook.FieldError{Field: webhook.FieldURLs, Problem: "give the first of the source's url_secrets"}
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return "", fmt.Errorf("read the URL's query: %w", err)
	}
	query.Set(urlParameter, urlToken(secret, until))
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// urlToken returns the value that makes a URL valid until then.
func urlToken(secret webhook.Secret, until time.Time) string {
	expiry := strconv.FormatInt(until.Unix(), 10)
	return expiry + "." + hex.EncodeToString(urlMAC(secret, expiry))
}

func urlMAC(secret webhook.Secret, expiry string) []byte {
	return webhook.MAC(secret, []byte(urlPurpose), []byte(expiry))
}

// checkURL checks that one of the secrets made the request's URL, and that it is still valid.
// It returns when the URL expires. Its error is one of the signature codes.
func checkURL(secrets []webhook.Secret, r webhook.Request) (expires time.Time, err error) {
	offered := r.Query[urlParameter]
	if len(offered) == 0 {
		return time.Time{}, webhook.ErrSignatureMissing
	}
	err = webhook.ErrSignatureMismatch
	for _, token := range offered[:min(len(offered), webhook.MaxSignatures)] {
		expiry, digits, _ := strings.Cut(token, ".")
		seconds, ok := webhook.ParseSeconds(expiry)
		mac, decoded := hex.DecodeString(digits)
		if !ok || decoded != nil || len(mac) != webhook.MACLen {
			return time.Time{}, webhook.ErrSignatureMalformed
		}
		for _, secret := range secrets {
			switch made := hmac.Equal(mac, urlMAC(secret, expiry)); {
			case made && r.At.Unix() <= seconds:
				return time.Unix(seconds, 0).UTC(), nil
			case made:
				err = webhook.ErrTimestampOutsideWindow
			}
		}
	}
	return time.Time{}, err
}
