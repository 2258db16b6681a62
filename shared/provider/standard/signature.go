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

// The canonical names of the headers.
const (
	idHeader        = "Webhook-Id"
	timestampHeader = "Webhook-Timestamp"
	signatureHeader = "Webhook-Signature"
)

// svixPrefix replaces "Webhook-" in the headers of senders that use Svix.
const svixPrefix = "Svix-"

// values returns the values of the three headers by their names: those that begin with
// "Webhook-" or, if there is no signature under that name, those that begin with "Svix-".
// The two kinds are never mixed.
func values(h http.Header) func(name string) []string {
	if len(h.Values(signatureHeader)) > 0 || len(h.Values(svixName(signatureHeader))) == 0 {
		return h.Values
	}
	return func(name string) []string { return h.Values(svixName(name)) }
}

func svixName(name string) string { return svixPrefix + strings.TrimPrefix(name, "Webhook-") }

// version is the name of the symmetric scheme.
const version = "v1"

// verifier has the settings of [Provider.Configure]. It does not change.
type verifier struct {
	keys       []webhook.Secret // decoded
	toleranceS int64            // 0: not checked
}

// Verify implements [webhook.Verifier].
func (v *verifier) Verify(r webhook.Request) (webhook.Verified, error) {
	header := values(r.Header)
	signatures, err := parseSignatures(header(signatureHeader))
	if err != nil {
		return webhook.Verified{}, err
	}
	id, err := single(header(idHeader))
	if err != nil {
		return webhook.Verified{}, err
	}
	timestamp, err := single(header(timestampHeader))
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

// HeaderNames implements [webhook.HeaderNamer].
func (*verifier) HeaderNames() []string {
	names := []string{idHeader, timestampHeader, signatureHeader}
	for _, name := range names[:3] {
		names = append(names, svixName(name))
	}
	return names
}

// usableID reports whether id can be the id of an event. The signed text does not show
// where the id ends, so the text of a recorded request could be divided differently: into
// a longer id, and a body that is an object within the real one. Such an id contains a
// brace of the real body.
func usableID(id string) bool { return webhook.ValidName(id) && !strings.Contains(id, "{") }

// single returns the value of a header that is signed. It refuses several lines, because
// the signed one is unknown.
func single(lines []string) (string, error) {
	switch len(lines) {
	case 0:
		return "", webhook.ErrSignatureMissing
	case 1:
		return strings.Trim(lines[0], " \t"), nil
	}
	return "", webhook.ErrSignatureMalformed
}

// parseSignatures reads the lines of the header: pairs "<version>,<signature>" separated by
// a space or, if lines were joined, a comma.
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
		// The decoder skips line breaks, so check the length of the text as well.
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

// cutPair cuts text at the end of a pair: at a space, a comma, or a comma and a space.
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

// Sign implements [webhook.Provider]. If id is empty, it derives one from the body, the
// same at each call. If the secret is not base64, no Verifier accepts the signature.
func (Provider) Sign(s webhook.Settings, id string, body []byte, at time.Time) webhook.Request {
	if id == "" {
		sum := sha256.Sum256(body)
		id = "msg_" + hex.EncodeToString(sum[:12])
	}
	timestamp := strconv.FormatInt(at.Unix(), 10)
	key, _ := decodeKey(s.SigningSecret()) // on an error it is empty, which is the key of no Verifier
	mac := webhook.MAC(key, []byte(id+"."+timestamp+"."), body)
	header := http.Header{}
	header.Set(idHeader, id)
	header.Set(timestampHeader, timestamp)
	header.Set(signatureHeader, version+","+base64.StdEncoding.EncodeToString(mac))
	return webhook.Request{Header: header, Body: body, At: at}
}
