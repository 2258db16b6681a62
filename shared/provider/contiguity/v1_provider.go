package contiguity

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"webhookintake/shared/webhook"
)

// tokenParameter is the query parameter of a v1 webhook's URL that has the token.
const tokenParameter = "token"

// V1 is the format v1 of Contiguity, for accounts made before November 2024. It has neither
// signatures nor ids. The zero value is ready to use.
//
// A token that you choose and put into the webhook's URL, as ?token=…, authenticates
// requests; the secrets of the source are the tokens. That is weaker than a signature: the
// token is part of every request, anybody who reads it in an access log can send anything,
// and an old request can be repeated. Use a long random token, and move the account to v2.
type V1 struct{}

var _ webhook.Provider = V1{}

// Name returns "contiguity-v1".
func (V1) Name() string { return "contiguity-v1" }

// Open reads the type from crumbs.type and the time from crumbs.timestamp. The id is a hash
// of the body, because v1 has none: the same text from the same number within a second is
// the same event. Data is the whole body.
func (V1) Open(body []byte) (webhook.Envelope, error) { return openV1(body, webhook.Hasher{}) }

func openV1(body []byte, hash webhook.Hasher) (webhook.Envelope, error) {
	o, err := webhook.ParseObject(body)
	if err != nil {
		return webhook.Envelope{}, err
	}
	if presentOf(o.Get("crumbs")) == nil {
		return webhook.Envelope{}, webhook.ErrMissingType
	}
	crumbs, err := o.Object("crumbs")
	if err != nil {
		return webhook.Envelope{}, webhook.ErrInvalidType
	}
	channel, err := crumbs.Type("type")
	if err != nil {
		return webhook.Envelope{}, err
	}
	return webhook.Envelope{
		ID:       hash.Body(body),
		Identity: webhook.BodyHash,
		Type:     v1Type(channel),
		Time:     v1Time(crumbs),
		Data:     body,
	}, nil
}

// v1Type is the event type of a channel's messages. For an unknown channel it is the name
// of the channel.
func v1Type(channel string) string {
	switch channel {
	case "sms":
		return typeTextIncomingSMS
	case "whatsapp":
		return typeWhatsAppIncoming
	case "imessage":
		return typeIMessageIncoming
	}
	return channel
}

// v1Time reads a time that is a number in some bodies and a string in others. An event
// without a time is still an event.
func v1Time(crumbs webhook.Object) time.Time {
	if text, ok := crumbs.Text("timestamp"); ok {
		return webhook.UnixTime(text)
	}
	return crumbs.Seconds("timestamp")
}

// Sign implements [webhook.Provider]. It puts the first token into the query; there is
// neither a signature nor an id.
func (V1) Sign(s webhook.Settings, _ string, body []byte, at time.Time) webhook.Request {
	return webhook.Request{
		Header: http.Header{},
		Query:  url.Values{tokenParameter: {s.SigningSecret().Reveal()}},
		Body:   body,
		At:     at,
	}
}

// tokenVerifier has the settings of [V1.Configure]. It does not change.
type tokenVerifier struct {
	secrets []webhook.Secret
	hash    webhook.Hasher
}

// Verify implements [webhook.Verifier].
func (v *tokenVerifier) Verify(r webhook.Request) (webhook.Verified, error) {
	offered := tokens(r)
	if len(offered) == 0 {
		return webhook.Verified{}, webhook.ErrSignatureMissing
	}
	secret, ok := v.match(offered)
	if !ok {
		return webhook.Verified{}, webhook.ErrSignatureMismatch
	}
	envelope, err := openV1(r.Body, v.hash)
	if err != nil {
		return webhook.Verified{}, err
	}
	return webhook.Verified{Envelope: envelope, Secret: secret}, nil
}

// HeaderNames implements [webhook.HeaderNamer]. The token is in the query.
func (*tokenVerifier) HeaderNames() []string { return nil }

// tokens returns the offered tokens: decoded, and as they were sent, because the person who
// wrote the URL may not have known that "+" and "%" mean something else in it. Of each kind
// at most [webhook.MaxSignatures] are tried.
func tokens(r webhook.Request) []string {
	offered := r.Query[tokenParameter]
	offered = slices.Clip(offered[:min(len(offered), webhook.MaxSignatures)])
	raw := 0
	for pair := range strings.SplitSeq(r.RawQuery, "&") {
		token, ok := strings.CutPrefix(pair, tokenParameter+"=")
		if !ok || !strings.ContainsAny(token, "+%;") { // without these it is what was decoded
			continue
		}
		if raw++; raw > webhook.MaxSignatures {
			break
		}
		offered = append(offered, token)
	}
	return offered
}

// match compares hashes in constant time. They have equal lengths, so that the time does
// not depend on the length of a token either.
func (v *tokenVerifier) match(offered []string) (secret int, ok bool) {
	for i, s := range v.secrets {
		want := sha256.Sum256([]byte(s.Reveal()))
		for _, token := range offered {
			got := sha256.Sum256([]byte(token))
			if subtle.ConstantTimeCompare(want[:], got[:]) == 1 {
				return i, true
			}
		}
	}
	return 0, false
}
