package webhook

import (
	"strings"
	"unicode"
)

// Printable makes a text fit for an attribute, a log line and a terminal: at most max of
// its characters, with a space in place of each that cannot be printed. The time that it
// takes depends on max, whatever the length of the text.
func Printable(text string, max int) string {
	var b strings.Builder
	n := 0
	for _, r := range text { // what is not UTF-8 comes as U+FFFD
		if n == max {
			break
		}
		if !unicode.IsPrint(r) {
			r = ' '
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}
