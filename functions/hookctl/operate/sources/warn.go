package sources

import (
	"fmt"
	"strings"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// A Warning reports something that is valid and probably a mistake.
type Warning struct {
	Source string `json:"source"`
	Text   string `json:"text"`
}

// String returns the warning as one line.
func (w Warning) String() string { return w.Source + ": " + w.Text }

// Warnings returns the warnings about a valid document, in its order. They do not quote
// secrets.
func (d Document) Warnings() []Warning {
	warnings := []Warning{}
	type place struct {
		source string
		index  int
		secret webhook.Secret
	}
	var seen []place
	set, _ := d.Validate() // an invalid document has no settings to warn of
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
		if gap := ReplayGap(set[name].Settings, URLValid); gap != "" {
			warn("%s", gap)
		}
		if d, err := dialect.Of(e.Provider); err == nil && d.OddSettings != nil {
			if text := d.OddSettings(func(field string) string { return setting(e, field) }); text != "" {
				warn("%s", text)
			}
		}
	}
	return warnings
}

// odd returns why a secret looks like something else, or "".
func odd(provider string, s webhook.Secret) string {
	text := s.Reveal()
	switch problem := source.SecretProblem(s); {
	case strings.HasPrefix(text, "sk_"), strings.HasPrefix(text, "Bearer "), strings.HasPrefix(text, "Token "),
		strings.HasPrefix(text, "eyJ") && strings.Count(text, ".") == 2:
		return "looks like an API key and not like a webhook secret"
	case problem != "":
		return problem
	}
	if d, err := dialect.Of(provider); err == nil {
		return d.OddSecret(text)
	}
	return ""
}
