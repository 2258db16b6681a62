package contiguity

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"time"

	"webhookintake/shared/webhook"
)

// tokenParameter is the part of a v1 webhook's URL that holds the token.
const tokenParameter = "token"

// V1 is Contiguity as accounts made before November 2024 know it: the format v1, which
// is neither signed nor numbered. The zero value is ready to use.
//
// What vouches for a request is a token that you choose and write into the webhook's
// URL, as ?token=…; a source's secrets are the tokens. That is weaker than a signature:
// the token travels with every request, whoever reads it in a log of addresses can send
// what they like, and an old request can be sent again. Give a long random one, and move
// the account to v2.
type V1 struct{}

var _ webhook.Provider = V1{}

// Name is "contiguity-v1".
func (V1) Name() string { return "contiguity-v1" }

// Configure takes secrets: the tokens, of which any one will do.
func (V1) Configure(s webhook.Settings) (webhook.Verifier, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	return &tokenVerifier{secrets: slices.Clone(s.Secrets)}, nil
}

// Open reads the type from crumbs.type and the time from crumbs.timestamp. The id is a
// hash of the body, as v1 has none: the same text from the same number within a second
// is the same event. Data is the whole body.
func (V1) Open(body []byte) (webhook.Envelope, error) {
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
	sum := sha256.Sum256(body)
	return webhook.Envelope{
		ID:   "sha256:" + hex.EncodeToString(sum[:]),
		Type: v1Type(channel),
		Time: v1Time(crumbs),
		Data: body,
	}, nil
}

// v1Type is the event type of what came over a channel. A channel that nobody knows
// gives its own name.
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

// v1Time reads a time that is a number in some bodies and a string in others. Without
// one an event is still an event.
func v1Time(crumbs webhook.Object) time.Time {
	if text, ok := crumbs.Text("timestamp"); ok {
		return webhook.UnixTime(text)
	}
	return crumbs.Seconds("timestamp")
}

// Sign makes the request that the provider would send for body: with the first token
// in the query of its URL. There is no signature and no id.
func (V1) Sign(s webhook.Settings, _ string, body []byte, at time.Time) webhook.Request {
	return webhook.Request{
		Header: http.Header{},
		Query:  url.Values{tokenParameter: {s.SigningSecret().Reveal()}},
		Body:   body,
		At:     at,
	}
}

// tokenVerifier holds what [V1.Configure] bound. It is not changed afterwards.
type tokenVerifier struct{ secrets []webhook.Secret }

// Verify implements [webhook.Verifier].
func (v *tokenVerifier) Verify(r webhook.Request) (webhook.Verified, error) {
	offered := r.Query[tokenParameter]
	if len(offered) == 0 {
		return webhook.Verified{}, webhook.ErrSignatureMissing
	}
	secret, ok := v.match(offered)
	if !ok {
		return webhook.Verified{}, webhook.ErrSignatureMismatch
	}
	envelope, err := V1{}.Open(r.Body)
	if err != nil {
		return webhook.Verified{}, err
	}
	return webhook.Verified{Envelope: envelope, Secret: secret}, nil
}

// match compares hashes in constant time: of equal length, so that not even the length
// of a token shows in how long it takes.
func (v *tokenVerifier) match(offered []string) (secret int, ok bool) {
	offered = offered[:min(len(offered), webhook.MaxSignatures)]
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
