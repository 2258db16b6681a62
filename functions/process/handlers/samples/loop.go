package samples

import (
	"strings"
	"unicode"
)

// mayLoop says why answering a message could go on for ever, as two programs that answer
// each other do; empty where nothing speaks for that. It remembers nothing, so it knows
// only what the message itself shows. A program at an ordinary number that answers in
// words of its own is not recognised: if you may meet one, keep in a table whom you
// answered lately, and answer each once a day.
func mayLoop(from, to, body, reply string) (why string) {
	switch {
	case from == to && from != "": // no sender at all is for the client to refuse
		return "it comes from the number that it went to"
	case strings.EqualFold(strings.TrimSpace(body), strings.TrimSpace(reply)):
		return "it is the reply's own text"
	}
	return ""
}

// isShortCode reports whether a text comes from a short number or a name, behind which
// there are programs and no people. A number stays one however it is written: with
// spaces, brackets or points.
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
