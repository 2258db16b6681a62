package sources

import (
	"fmt"
	"strings"
	"unicode"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/provider/standard"
	"webhookintake/shared/webhook"
)

// A Warning is something that is valid, and probably not meant.
type Warning struct {
	Source string `json:"source"`
	Text   string `json:"text"`
}

// String is the warning as one line.
func (w Warning) String() string { return w.Source + ": " + w.Text }

// Warnings looks through the sources of a valid document, in its order. It quotes no
// secret.
func (d Document) Warnings() []Warning {
	warnings := []Warning{}
	type place struct {
		source string
		index  int
		secret webhook.Secret
	}
	var seen []place
	for _, name := range d.Names() {
		e := d.Entry(name)
		warn := func(format string, args ...any) {
			warnings = append(warnings, Warning{name, fmt.Sprintf(format, args...)})
		}
		for i, s := range e.Secrets {
			if text := odd(e.Provider, s); text != "" {
				warn("secrets[%d] %s", i, text)
			}
			for _, other := range seen {
				if same(other.secret, s) {
					warn("secrets[%d] is the same as secrets[%d] of %s", i, other.index, other.source)
				}
			}
			seen = append(seen, place{name, i, s})
		}
		if signed := setting(e, webhook.FieldSigned); e.Provider == (kyc.Provider{}).Name() &&
			signed != kyc.SignedBody && signed != kyc.SignedTimestampBody {
			warn(`what is signed is not pinned ("signed" is "either"): once a real delivery has shown it, set %s or %s`,
				kyc.SignedBody, kyc.SignedTimestampBody)
		}
	}
	return warnings
}

// odd says what makes a secret look as if it were something else; empty if nothing does.
func odd(provider string, s webhook.Secret) string {
	text := s.Reveal()
	hasPrefix, rest := strings.HasPrefix(text, "whsec_"), strings.TrimPrefix(text, "whsec_")
	switch {
	case text != strings.TrimFunc(text, unicode.IsSpace):
		return "begins or ends with a space: was it copied with too much?"
	case len(text) > 1 && (text[0] == '"' || text[0] == '\'') && text[len(text)-1] == text[0]:
		return "stands in quotes, which count as part of it"
	case strings.HasPrefix(text, "***") || strings.HasPrefix(text, "•••") || strings.HasPrefix(text, "…"):
		return "looks masked: give the whole secret, not what a provider or this command shows of it"
	case strings.HasPrefix(text, "sk_"), strings.HasPrefix(text, "Bearer "), strings.HasPrefix(text, "Token "),
		strings.HasPrefix(text, "eyJ") && strings.Count(text, ".") == 2:
		return "looks like a key for an API and not like a webhook secret"
	}
	switch provider {
	case contiguity.Provider{}.Name():
		if !hasPrefix {
			return "does not begin with whsec_, as Contiguity's do"
		}
	case contiguity.V1{}.Name(), kyc.Provider{}.Name(), compliancely.Provider{}.Name():
		if hasPrefix {
			return "begins with whsec_, as the signing secrets of Contiguity and of Standard Webhooks do"
		}
	case standard.Provider{}.Name():
		if hasPrefix && len(rest) >= 32 && strings.Trim(rest, "0123456789abcdef") == "" {
			return "looks like one of Contiguity's, whose secrets are hexadecimal"
		}
	}
	return ""
}
