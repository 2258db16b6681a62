package compliancely

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"

	"webhookintake/shared/webhook"
)

const (
	signatureHeader = "Compliancely-Signature"
	signaturePrefix = "sha256="
)

// The lengths of an encoded MAC.
const (
	hexLen          = 64
	base64Len       = 43 // without padding
	base64PaddedLen = 44
)

// verifier has the settings of [Provider.Configure]. It does not change.
type verifier struct {
	secrets []webhook.Secret
	header  string
	product string    // empty means the type derived from the resource
	key     []pointer // nil means that the id is the hash of the body
	hash    webhook.Hasher
	urls    []webhook.Secret // of the URL; none means that any URL is accepted
}

// Verify implements [webhook.Verifier]. Every JSON object is usable: one of an unknown form
// has the type "unknown".
func (v *verifier) Verify(r webhook.Request) (webhook.Verified, error) {
	signatures, err := webhook.ParseSignatures(r.Header.Values(v.header), decodeSignature)
	if err != nil {
		return webhook.Verified{}, err
	}
	secret, ok := webhook.MatchMAC(v.secrets, signatures, r.Body)
	if !ok {
		return webhook.Verified{}, webhook.ErrSignatureMismatch
	}
	var expires time.Time
	if len(v.urls) > 0 {
		if expires, err = checkURL(v.urls, r); err != nil {
			return webhook.Verified{}, err
		}
	}
	found, err := parseResource(r.Body)
	if err != nil {
		return webhook.Verified{}, err
	}
	envelope := webhook.Envelope{Identity: webhook.KeyHash, Type: v.product, Data: found.raw}
	if envelope.Type == "" {
		envelope.Type = found.shape()
	}
	if envelope.ID, ok = keyID(v.hash, v.key, envelope.Type, found.raw); !ok {
		envelope.ID, envelope.Identity = v.hash.Body(r.Body), webhook.BodyHash
	}
	return webhook.Verified{Envelope: envelope, Secret: secret, URLExpires: expires}, nil
}

// HeaderNames implements [webhook.HeaderNamer]. It has the usual name too, so that a request
// can be verified after a wrong name was taken out of the settings.
func (v *verifier) HeaderNames() []string {
	if v.header == signatureHeader {
		return []string{signatureHeader}
	}
	return []string{v.header, signatureHeader}
}

// decodeSignature reads hex or base64, with or without "sha256=". The length tells the
// encodings apart.
func decodeSignature(element string) ([]byte, error) {
	digest := strings.TrimPrefix(element, signaturePrefix)
	switch len(digest) {
	case hexLen:
		return hex.DecodeString(digest)
	case base64PaddedLen:
		if unpadded, ok := strings.CutSuffix(digest, "="); ok {
			return decodeBase64(unpadded)
		}
	case base64Len:
		return decodeBase64(digest)
	}
	return nil, webhook.ErrSignatureMalformed
}

// decodeBase64 accepts both alphabets, which differ in two characters.
func decodeBase64(digest string) ([]byte, error) {
	digest = strings.NewReplacer("-", "+", "_", "/").Replace(digest)
	// Strict refuses unused bits in the last digit, so that a MAC has one encoding.
	return base64.RawStdEncoding.Strict().DecodeString(digest)
}

// Sign implements [webhook.Provider]. The signature is in lower-case hex. Neither an id nor
// the time is signed or sent.
func (Provider) Sign(s webhook.Settings, _ string, body []byte, at time.Time) webhook.Request {
	header := http.Header{}
	header.Set(headerName(s), hex.EncodeToString(webhook.MAC(s.SigningSecret(), body)))
	r := webhook.Request{Header: header, Body: body, At: at}
	if len(s.URLSecrets) > 0 {
		r.Query = url.Values{urlParameter: {urlToken(s.URLSecrets[0], at.Add(signedURLValid))}}
	}
	return r
}
