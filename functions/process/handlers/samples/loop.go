package samples

import (
	"strings"
	"unicode"
)

// mayLoop returns why answering a message could continue forever, as when two programs
// answer each other; it returns an empty string if there is no sign of that. It remembers
// nothing, so it sees only the message itself. It does not recognize a program at an
// ordinary number that writes free text: if you may meet one, record in a table whom you
// answered, and answer each person once a day.
func mayLoop(from, to, body, reply string) (why string) {
	switch {
	case from == to && from != "": // the client refuses a message without a sender
		return "it comes from the number that it went to"
	case strings.EqualFold(strings.TrimSpace(body), strings.TrimSpace(reply)):
		return "it is the reply's own text"
	}
	return ""
}

// isShortCode reports whether a text comes from a short number or a name, which programs
// use and people do not. It accepts a number with spaces, brackets or dots.
func isShortCode(from string) bool {
	digits := 0
	for _, r := range from {
		switch {
		case unicode.IsLetter(r):
			return true
		case unicode.IsDigit(r):
			digits++
		}
	}
	return from != "" && digits < 7
}
