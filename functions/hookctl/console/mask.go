package console

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"webhookintake/functions/hookctl/cli"
)

// plain matches what a webhook says about itself and not about a person: a word, an id, a
// time.
var plain = regexp.MustCompile(`^([a-z][a-z0-9]*([._:-][a-z0-9]+)*|[A-Za-z]{2,8}[_-][A-Za-z0-9_-]+|\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:\d\d)?)$`)

// manyDigits matches a number that may be that of a person: of a phone, a tax or an identity
// number.
var manyDigits = regexp.MustCompile(`(\d[ ().-]*){7,}`)

// camel matches where a word begins within a member's name.
var camel = regexp.MustCompile(`([a-z])([A-Z])`)

// private are words in members' names whose values are about persons.
var private = []string{
	"name", "names", "mail", "email", "phone", "tel", "address", "street", "city", "zip", "postal", "birth", "birthday", "dob",
	"ssn", "tin", "ein", "body", "text", "message", "subject", "content", "html", "raw", "snippet", "complete", "from", "to",
	"cc", "bcc", "sender", "recipient", "reply", "number", "document", "passport", "license", "iban", "card",
	"token", "secret", "password", "otp", "pin", "cvc", "cvv", "code", "filename", "url",
}

// endings are ends of words that are written as one, such as firstname.
var endings = regexp.MustCompile(`(name|mail|phone|address|number|birth|code|word)$`)

// known are words that end names of members whose values are about the webhook.
var known = []string{"id", "type", "object", "event", "status", "state", "created", "timestamp", "time", "at", "date", "version"}

// masked returns a JSON body indented, with everything masked that may be about a person.
// Numbers stand as they were sent. Of what is not JSON it shows the length alone.
func masked(body []byte) string {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var out bytes.Buffer
	if err := maskValue(&out, d, "", false); err != nil || d.More() {
		return "(" + strconv.Itoa(len(body)) + " bytes that are not JSON, masked)"
	}
	return pretty(out.Bytes())
}

// pretty returns JSON indented, and anything else quoted. Characters that are not shown, or
// that turn what is shown around, are escaped.
func pretty(body []byte) string {
	var text bytes.Buffer
	if json.Indent(&text, body, "", "  ") == nil && utf8.Valid(body) {
		return cli.Visible(text.String())
	}
	return strconv.Quote(string(body))
}

// maskValue copies the next value, which is that of a member. Within says that a member
// around it is private.
func maskValue(out *bytes.Buffer, d *json.Decoder, member string, within bool) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch v := token.(type) {
	case json.Delim:
		return maskMembers(out, d, v, member, within)
	case string:
		if isPrivate(member, v, within) {
			v = "••• " + strconv.Itoa(utf8.RuneCountInString(v)) + " characters"
		}
		write(out, v)
	case json.Number:
		if text := v.String(); isPrivate(member, text, within) {
			write(out, "••• a number")
		} else {
			out.WriteString(text)
		}
	default: // true, false, null
		write(out, v)
	}
	return nil
}

// maskMembers copies an object or an array up to its end.
func maskMembers(out *bytes.Buffer, d *json.Decoder, open json.Delim, member string, within bool) error {
	within = within || open == '{' && isPrivateName(words(member))
	out.WriteString(open.String())
	for i := 0; d.More(); i++ {
		if i > 0 {
			out.WriteByte(',')
		}
		if open == '{' {
			token, err := d.Token()
			if err != nil {
				return err
			}
			name, _ := token.(string) // a member has no other
			member = name
			if strings.Contains(name, "@") || manyDigits.MatchString(name) {
				name = "••• " + strconv.Itoa(utf8.RuneCountInString(name)) + " characters"
			}
			write(out, name)
			out.WriteByte(':')
		}
		if err := maskValue(out, d, member, within); err != nil {
			return err
		}
	}
	end, err := d.Token()
	if err != nil {
		return err
	}
	if delim, ok := end.(json.Delim); ok {
		out.WriteString(delim.String())
	}
	return nil
}

// words returns the words of a member's name, in lower case.
func words(member string) []string {
	return strings.FieldsFunc(strings.ToLower(camel.ReplaceAllString(member, "$1 $2")), func(r rune) bool { return !unicode.IsLetter(r) })
}

// isPrivateName reports whether a member with a name of these words is about a person.
func isPrivateName(words []string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return slices.Contains(private, word) || endings.MatchString(word) })
}

// isPrivate reports whether the text of a member's value may be about a person. Within says
// that a member around it is private.
func isPrivate(member, text string, within bool) bool {
	words := words(member)
	switch {
	case text == "":
		return false
	case isPrivateName(words):
		return true
	case len(words) > 0 && slices.Contains(known, words[len(words)-1]):
		return strings.ContainsAny(text, "@+")
	case within:
		return true
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return len(text) >= 7 && !strings.ContainsAny(text, ".eE")
	}
	return !plain.MatchString(text) || manyDigits.MatchString(text)
}

// write writes a value as JSON, without escaping more than JSON needs.
func write(out *bytes.Buffer, v any) {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // texts and constants: nothing in it can fail
	out.Truncate(out.Len() - 1)
}
