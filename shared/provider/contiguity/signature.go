package contiguity

import (
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"webhookintake/shared/webhook"
)

const signatureHeader = "Contiguity-Signature"

// verifier has the settings of [Provider.Configure]. It does not change.
type verifier struct {
	secrets    []webhook.Secret
	toleranceS int64 // 0 means that the time is not checked
}

// A stamp is a signed time with the signatures offered for it.
type stamp struct {
	text       string // as it is in the header, which is what was signed
	seconds    int64
	signatures [][]byte
}

// Verify implements [webhook.Verifier].
func (v *verifier) Verify(r webhook.Request) (webhook.Verified, error) {
	stamps, err := parseHeader(r.Header.Values(signatureHeader))
	if err != nil {
		return webhook.Verified{}, err
	}
	secret, err := v.match(stamps, r)
	if err != nil {
		return webhook.Verified{}, err
	}
	envelope, err := Provider{}.Open(r.Body)
	if err != nil {
		return webhook.Verified{}, err
	}
	return webhook.Verified{Envelope: envelope, Secret: secret}, nil
}

// HeaderNames implements [webhook.HeaderNamer].
func (*verifier) HeaderNames() []string { return []string{signatureHeader} }

// match finds the secret of one of the signatures whose time is within the tolerance.
func (v *verifier) match(stamps []stamp, r webhook.Request) (secret int, err error) {
	err = webhook.ErrSignatureMismatch
	for _, s := range stamps {
		i, ok := webhook.MatchMAC(v.secrets, s.signatures, []byte(s.text), []byte("."), r.Body)
		switch {
		case ok && webhook.WithinTolerance(s.seconds, r.At, v.toleranceS):
			return i, nil
		case ok:
			err = webhook.ErrTimestampOutsideWindow
		}
	}
	return 0, err
}

// parseHeader reads the lines of the header. A proxy may have joined several by commas, so
// the end of a line means nothing: each t starts a stamp, and each v1 belongs to the t
// before it. It skips all other elements: those with other names belong to future schemes,
// and Contiguity's own library does not look at what follows a signature.
func parseHeader(lines []string) ([]stamp, error) {
	if len(lines) == 0 {
		return nil, webhook.ErrSignatureMissing
	}
	var stamps []stamp
	offered := 0
	for element := range strings.SplitSeq(strings.Join(lines, ","), ",") {
		if offered == webhook.MaxSignatures {
			break
		}
		name, value, _ := strings.Cut(strings.Trim(element, " \t"), "=")
		switch name {
		case "t":
			seconds, ok := webhook.ParseSeconds(value)
			if !ok || openStamp(stamps) {
				return nil, webhook.ErrSignatureMalformed
			}
			stamps = append(stamps, stamp{text: value, seconds: seconds})
		case "v1":
			signature, ok := leadingMAC(value)
			if !ok || len(stamps) == 0 {
				return nil, webhook.ErrSignatureMalformed
			}
			last := &stamps[len(stamps)-1]
			last.signatures = append(last.signatures, signature)
			offered++
		}
	}
	if offered == 0 || openStamp(stamps) {
		return nil, webhook.ErrSignatureMalformed
	}
	return stamps, nil
}

// leadingMAC decodes the hex digits at the start of text, which have to be those of a MAC.
// Contiguity's own library does not look at what follows them, such as ";x".
func leadingMAC(text string) (mac []byte, ok bool) {
	digits := text[:len(text)-len(strings.TrimLeft(text, "0123456789abcdefABCDEF"))]
	mac, err := hex.DecodeString(digits)
	return mac, err == nil && len(mac) == webhook.MACLen
}

// openStamp reports whether the last stamp has no signature yet. Another t must not follow
// it: each stamp costs a MAC, so that the limit of signatures limits stamps too.
func openStamp(stamps []stamp) bool {
	return len(stamps) > 0 && len(stamps[len(stamps)-1].signatures) == 0
}

// Sign implements [webhook.Provider]. There is no id header, so id is not used.
func (Provider) Sign(s webhook.Settings, _ string, body []byte, at time.Time) webhook.Request {
	t := strconv.FormatInt(at.Unix(), 10)
	mac := webhook.MAC(s.SigningSecret(), []byte(t), []byte("."), body)
	header := http.Header{}
	header.Set(signatureHeader, "t="+t+",v1="+hex.EncodeToString(mac))
	return webhook.Request{Header: header, Body: body, At: at}
}
