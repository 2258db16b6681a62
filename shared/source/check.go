package source

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"webhookintake/shared/webhook"
)

// The lengths of secrets in characters: shorter than minSecretLen is a fault, shorter than
// goodSecretLen a warning.
const (
	minSecretLen  = 8
	goodSecretLen = 24
)

// Faults returns what is wrong with sources that [Parse] accepts: a secret that was not
// copied well, one secret of two providers, a name that the stack needs, or ids that reveal
// a tax number. The error joins one [webhook.FieldError] for each, and is nil if there are
// no faults.
//
// A new document with such a fault is refused. One that is in use is not: a stack that
// works must not stop because a new version checks more.
func (s Set) Faults() error {
	var faults []error
	fault := func(name, field, problem string) {
		faults = append(faults, &webhook.FieldError{Field: "sources." + name + field, Problem: problem})
	}
	owners := map[string]Source{} // by secret
	for _, name := range slices.Sorted(maps.Keys(s)) {
		src := s[name]
		if name == webhook.Probe {
			fault(name, "", "the stack tests itself through a source of this name; give yours another")
		}
		for i, secret := range src.Settings.Secrets {
			field := func() string { return fmt.Sprintf(".secrets[%d]", i) }
			if problem := SecretProblem(secret); problem != "" {
				fault(name, field(), problem)
			}
			owner, ok := owners[secret.Reveal()]
			if ok && owner.Provider.Name() != src.Provider.Name() {
				fault(name, field(), "is a secret of source "+owner.Name+" too, of another provider; give each provider its own")
			}
			owners[secret.Reveal()] = src
		}
		for i, secret := range src.Settings.URLSecrets {
			if problem := SecretProblem(secret); problem != "" {
				fault(name, fmt.Sprintf(".%s[%d]", webhook.FieldURLs, i), problem)
			}
		}
		for i, pointer := range src.Settings.Key {
			if !src.Settings.Hash.Keyed() && namesPerson(pointer) {
				fault(name, fmt.Sprintf(".%s[%d]", webhook.FieldKey, i),
					`makes ids of a tax or social security number, which can be guessed back without "$key"; make one with hookctl sources key`)
			}
		}
	}
	return errors.Join(faults...)
}

// Warnings returns what could be better in sources that work: secrets that are short.
func (s Set) Warnings() error {
	var warnings []error
	for _, name := range slices.Sorted(maps.Keys(s)) {
		for i, secret := range s[name].Settings.Secrets {
			if n := utf8.RuneCountInString(secret.Reveal()); n < goodSecretLen && !secret.IsSample() {
				warnings = append(warnings, &webhook.FieldError{
					Field:   fmt.Sprintf("sources.%s.secrets[%d]", name, i),
					Problem: fmt.Sprintf("has %d characters; %d or more are hard to guess", n, goodSecretLen),
				})
			}
		}
	}
	return errors.Join(warnings...)
}

// SecretProblem says what is wrong with the text of a secret, and what to cut, without
// quoting it. It returns "" if nothing is.
func SecretProblem(secret webhook.Secret) string {
	text := secret.Reveal()
	switch first, _ := utf8.DecodeRuneInString(text); {
	case !utf8.ValidString(text):
		return "is not UTF-8 text; copy it again"
	case strings.HasPrefix(text, "v1,whsec_"):
		return `begins with "v1,"; cut that, and begin with whsec_`
	case strings.Contains(text, "****") || strings.Contains(text, "••••"):
		return "has **** in place of hidden characters; copy the whole secret"
	case len(text) > 1 && strings.ContainsRune(`"'`+"`", first) && strings.HasSuffix(text, string(first)):
		return "has quotation marks around it; cut them"
	case isPlaceholder(text):
		return "is a placeholder, as documentation has it; copy the provider's own secret"
	}
	at := 0
	for _, r := range text {
		at++
		if what := intruder(r); what != "" {
			return fmt.Sprintf("has %s as character %d; cut it", what, at)
		}
	}
	if at < minSecretLen {
		return fmt.Sprintf("has %d characters, and a secret has at least %d; copy the whole secret", at, minSecretLen)
	}
	return ""
}

// isPlaceholder reports whether a text stands for a secret in documentation, as "whsec_…",
// "...", "<secret>" or "YOUR_SECRET".
func isPlaceholder(text string) bool {
	text = strings.ToLower(strings.TrimPrefix(text, "whsec_"))
	return strings.Contains(text, "…") || strings.Contains(text, "...") ||
		strings.HasPrefix(text, "<") && strings.HasSuffix(text, ">") ||
		strings.HasPrefix(text, "your_") || strings.HasPrefix(text, "your-")
}

// intruder names a character that no secret has.
func intruder(r rune) string {
	switch {
	case r == '\ufeff':
		return "a byte-order mark"
	case r == '\n' || r == '\r':
		return "a line break"
	case unicode.IsSpace(r):
		return "a blank"
	case unicode.IsControl(r):
		return fmt.Sprintf("a control character (U+%04X)", r)
	case !unicode.IsGraphic(r):
		return fmt.Sprintf("an invisible character (U+%04X)", r) // such as the zero-width space
	}
	return ""
}

// namesPerson reports whether a JSON pointer ends in the name of a field for a tax or
// social security number, such as "/tin", "/ssn", "/tax_id" or "/owner/taxpayerId".
func namesPerson(pointer string) bool {
	name := pointer[strings.LastIndexByte(pointer, '/')+1:]
	words := words(name)
	for _, number := range []string{"tin", "ein", "ssn", "itin", "fein", "taxid", "taxnumber", "taxpayerid"} {
		if slices.Contains(words, number) {
			return true
		}
	}
	has := func(word string) bool { return slices.Contains(words, word) }
	number := has("id") || has("no") || has("number") || has("num") || has("identification") || has("identifier")
	return (has("tax") || has("taxpayer") || has("social")) && number || has("social") && has("security")
}

// words splits a field's name, as "taxpayer_id" or "taxpayerId", into words in lower case.
func words(name string) []string {
	var spaced strings.Builder
	var before rune
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			spaced.WriteByte(' ')
		}
		spaced.WriteRune(unicode.ToLower(r))
		before = r
	}
	return strings.FieldsFunc(spaced.String(), func(r rune) bool { return !unicode.IsLetter(r) })
}
