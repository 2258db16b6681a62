package kyc

import (
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"webhookintake/shared/webhook"
)

const (
	signatureHeader = "X-Webhook-Signature"
	timestampHeader = "X-Webhook-Timestamp"
	idHeader        = "X-Webhook-Id"

	signaturePrefix = "sha256="
)

// maxAge is the maximum age of an event, by its signed time. It is a day less than the
// 30 days for which an event id is remembered.
const maxAge = 29 * 24 * time.Hour

// verifier has the settings of [Provider.Configure]. It does not change.
type verifier struct {
	secrets  []webhook.Secret
	body     bool // accepts a signature over the body
	withTime bool // accepts a signature over timestamp.body
}

// Verify implements [webhook.Verifier].
func (v *verifier) Verify(r webhook.Request) (webhook.Verified, error) {
	signatures, err := webhook.ParseSignatures(r.Header.Values(signatureHeader), decodeSignature)
	if err != nil {
		return webhook.Verified{}, err
	}
	timestamp, err := parseTimestamp(r.Header.Values(timestampHeader))
	if err != nil {
		return webhook.Verified{}, err
	}
	secret, signed, ok := v.match(signatures, timestamp, r.Body)
	if !ok {
		return webhook.Verified{}, webhook.ErrSignatureMismatch
	}
	envelope, err := Provider{}.Open(r.Body)
	if err != nil {
		return webhook.Verified{}, err
	}
	for _, line := range r.Header.Values(idHeader) {
		if !names(line, envelope.ID) {
			return webhook.Verified{}, webhook.ErrIDMismatch
		}
	}
	if envelope.Time.IsZero() && signed == SignedTimestampBody {
		envelope.Time = webhook.AnyTime(timestamp)
	}
	if tooOld(envelope.Time, r.At) && !v.secrets[secret].IsSample() {
		return webhook.Verified{}, webhook.ErrTimestampOutsideWindow
	}
	return webhook.Verified{Envelope: envelope, Secret: secret, Signed: signed}, nil
}

// HeaderNames implements [webhook.HeaderNamer].
func (*verifier) HeaderNames() []string {
	return []string{signatureHeader, timestampHeader, idHeader}
}

// match finds the secret that made one of the signatures, and over what.
func (v *verifier) match(signatures [][]byte, timestamp string, body []byte) (secret int, signed string, ok bool) {
	if v.body {
		if secret, ok = webhook.MatchMAC(v.secrets, signatures, body); ok {
			return secret, SignedBody, true
		}
	}
	if v.withTime {
		secret, ok = webhook.MatchMAC(v.secrets, signatures, []byte(timestamp), []byte("."), body)
	}
	return secret, SignedTimestampBody, ok
}

// names reports whether a line of the id header is the id, or copies of it that a proxy
// joined by commas.
func names(line, id string) bool {
	if line == id {
		return true
	}
	for part := range strings.SplitSeq(line, ",") {
		if strings.Trim(part, " \t") != id {
			return false
		}
	}
	return true
}

// tooOld reports whether the event was created too long ago. An event without any signed
// time has no age.
func tooOld(created, at time.Time) bool {
	return !created.IsZero() && at.Sub(created) > maxAge
}

// decodeSignature reads "sha256=" and hex.
func decodeSignature(element string) ([]byte, error) {
	digits, ok := strings.CutPrefix(element, signaturePrefix)
	if !ok {
		return nil, webhook.ErrSignatureMalformed
	}
	return hex.DecodeString(digits)
}

// parseTimestamp returns the text of the header, which may be signed. Its form is not
// documented, so any text will do. It refuses several lines that differ, because the signed
// one is unknown; and a brace, so that no part of a signed body can pass for the time.
func parseTimestamp(lines []string) (string, error) {
	if len(lines) == 0 {
		return "", webhook.ErrSignatureMissing
	}
	text := strings.Trim(lines[0], " \t")
	for _, line := range lines[1:] {
		if strings.Trim(line, " \t") != text {
			return "", webhook.ErrSignatureMalformed
		}
	}
	if text == "" || strings.Contains(text, "{") {
		return "", webhook.ErrSignatureMalformed
	}
	return text, nil
}

// Sign implements [webhook.Provider]. It signs the body, or timestamp.body if the settings
// say so. If id is empty, it omits the id header.
func (Provider) Sign(s webhook.Settings, id string, body []byte, at time.Time) webhook.Request {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	parts := [][]byte{body}
	if s.Signed == SignedTimestampBody {
		parts = [][]byte{[]byte(timestamp), []byte("."), body}
	}
	header := http.Header{}
	header.Set(signatureHeader, signaturePrefix+hex.EncodeToString(webhook.MAC(s.SigningSecret(), parts...)))
	header.Set(timestampHeader, timestamp)
	if id != "" {
		header.Set(idHeader, id)
	}
	return webhook.Request{Header: header, Body: body, At: at}
}
