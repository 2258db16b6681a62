package standard

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"webhookintake/shared/webhook"
)

// The headers, by their canonical names.
const (
	idHeader        = "Webhook-Id"
	timestampHeader = "Webhook-Timestamp"
	signatureHeader = "Webhook-Signature"
)

// version is the symmetric scheme's name.
const version = "v1"

// verifier holds what [Provider.Configure] bound. It is not changed afterwards.
type verifier struct {
	keys       []webhook.Secret // decoded
	toleranceS int64            // 0: not checked
}

// Verify implements [webhook.Verifier].
func (v *verifier) Verify(r webhook.Request) (webhook.Verified, error) {
	signatures, err := parseSignatures(r.Header.Values(signatureHeader))
	if err != nil {
		return webhook.Verified{}, err
	}
	id, err := single(r.Header.Values(idHeader))
	if err != nil {
		return webhook.Verified{}, err
	}
	timestamp, err := single(r.Header.Values(timestampHeader))
	if err != nil {
		return webhook.Verified{}, err
	}
	seconds, ok := webhook.ParseSeconds(timestamp)
	if !ok {
		return webhook.Verified{}, webhook.ErrSignatureMalformed
	}
	secret, ok := webhook.MatchMAC(v.keys, signatures, []byte(id+"."+timestamp+"."), r.Body)
	if !ok {
		return webhook.Verified{}, webhook.ErrSignatureMismatch
	}
	if !webhook.WithinTolerance(seconds, r.At, v.toleranceS) {
		return webhook.Verified{}, webhook.ErrTimestampOutsideWindow
	}
	envelope, err := Provider{}.Open(r.Body)
	if err != nil {
		return webhook.Verified{}, err
	}
	if !usableID(id) {
		return webhook.Verified{}, webhook.ErrInvalidID
	}
	envelope.ID = id
	return webhook.Verified{Envelope: envelope, Secret: secret}, nil
}

// usableID reports whether id can be an event's. The signed text does not say where the
// id ends, so a recorded request could be cut anew: a longer id, and as body an object
// that was part of the real one. Such an id reaches into the body, over its brace.
func usableID(id string) bool { return webhook.ValidName(id) && !strings.Contains(id, "{") }

// single gives the value of a header that is signed. Several lines are refused, as
// nothing says which one was.
func single(lines []string) (string, error) {
	switch len(lines) {
	case 0:
		return "", webhook.ErrSignatureMissing
	case 1:
		return strings.Trim(lines[0], " \t"), nil
	}
	return "", webhook.ErrSignatureMalformed
}

// parseSignatures reads the header's lines: pairs "<version>,<signature>", with a space
// or, where lines were joined, a comma between them.
func parseSignatures(lines []string) ([][]byte, error) {
	if len(lines) == 0 {
		return nil, webhook.ErrSignatureMissing
	}
	text := strings.Trim(strings.Join(lines, ","), " \t")
	var signatures [][]byte
	for text != "" && len(signatures) < webhook.MaxSignatures {
		name, rest, ok := strings.Cut(text, ",")
		if !ok || name == "" || strings.Contains(name, " ") {
			return nil, webhook.ErrSignatureMalformed
		}
		value, rest, more := cutPair(rest)
		if more && rest == "" {
			return nil, webhook.ErrSignatureMalformed
		}
		text = rest
		if name != version {
			continue
		}
		signature, err := base64.StdEncoding.Strict().DecodeString(value)
		// The decoder skips line breaks; a signature has none, and one length.
		if err != nil || len(signature) != webhook.MACLen || len(value) != base64.StdEncoding.EncodedLen(webhook.MACLen) {
			return nil, webhook.ErrSignatureMalformed
		}
		signatures = append(signatures, signature)
	}
	if len(signatures) == 0 {
		return nil, webhook.ErrSignatureMalformed
	}
	return signatures, nil
}

// cutPair cuts text where a pair ends: at a space, a comma, or a comma with a space.
func cutPair(text string) (value, rest string, more bool) {
	end := strings.IndexAny(text, " ,")
	if end < 0 {
		return text, "", false
	}
	rest, ok := strings.CutPrefix(text[end:], ", ")
	if !ok {
		rest = text[end+1:]
	}
	return text[:end], rest, true
}

// Sign makes the request that the sender would send for body, signed at the given time
// with the first secret. An empty id stands for one that is made of the body, the same
// at each call. A secret that is no base64 signs nothing that any Verifier takes.
func (Provider) Sign(s webhook.Settings, id string, body []byte, at time.Time) webhook.Request {
	if id == "" {
		sum := sha256.Sum256(body)
		id = "msg_" + hex.EncodeToString(sum[:12])
	}
	timestamp := strconv.FormatInt(at.Unix(), 10)
	key, _ := decodeKey(s.SigningSecret()) // the empty key where it is none: no Verifier has it
	mac := webhook.MAC(key, []byte(id+"."+timestamp+"."), body)
	header := http.Header{}
	header.Set(idHeader, id)
	header.Set(timestampHeader, timestamp)
	header.Set(signatureHeader, version+","+base64.StdEncoding.EncodeToString(mac))
	return webhook.Request{Header: header, Body: body, At: at}
}
