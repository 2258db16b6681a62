package screen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"
)

// UnsureMark follows the name of a handler that is registered only with its settings, and
// Unsure says what it means.
const (
	UnsureMark = "?"
	Unsure     = UnsureMark + " runs only where the settings that it needs are set, which is not seen from here"
)

// Visible writes as JSON does what a terminal would not show as it is, or would take for
// a command, but for line breaks and tabs. In JSON that stands in strings only, so that
// JSON stays what it is.
func Visible(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) || r == '\n' || r == '\t' {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

// JSONLine writes v as a line of JSON, which a terminal may be shown.
func JSONLine(w io.Writer, v any) error {
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(w, Visible(line.String()))
	return err
}
