package cli

import (
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"

	"golang.org/x/term"
)

// A Writer writes text for people and programs to one stream, with control characters
// escaped. Make it with [NewWriter].
type Writer struct {
	out io.Writer
	// mark begins this Writer's own styles within a text. It is random, so that no text
	// from elsewhere can contain it. If empty, there is no colour.
	mark string

	mu sync.Mutex // keeps each call of Write in one piece
}

// NewWriter returns a Writer to out. It has colour if out is a terminal and the variable
// NO_COLOR is unset or empty.
func NewWriter(out io.Writer, getenv func(string) string) *Writer {
	w := &Writer{out: out}
	if isTerminal(out) && getenv("NO_COLOR") == "" {
		w.mark = rand.Text()
	}
	return w
}

// Write implements [io.Writer]. Control characters other than line breaks and tabs are
// written as [Visible] shows them.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, err := io.WriteString(w.out, w.render(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// render escapes a text, and replaces its own styles by the terminal's codes.
func (w *Writer) render(text string) string {
	if w.mark == "" {
		return Visible(text)
	}
	var b strings.Builder
	for i, part := range strings.Split(text, w.mark) {
		if i > 0 {
			var code string
			code, part, _ = strings.Cut(part, "m")
			b.WriteString("\x1b[" + code + "m")
		}
		b.WriteString(Visible(part))
	}
	return b.String()
}

// Print writes a line, or several.
func (w *Writer) Print(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

// Bold makes text stand out.
func (w *Writer) Bold(text string) string { return w.style("1", text) }

// Dim makes text less prominent.
func (w *Writer) Dim(text string) string { return w.style("2", text) }

// Good is the colour of success.
func (w *Writer) Good(text string) string { return w.style("32", text) }

// Bad is the colour of faults.
func (w *Writer) Bad(text string) string { return w.style("31", text) }

func (w *Writer) style(code, text string) string {
	if w.mark == "" || text == "" {
		return text
	}
	return w.mark + code + "m" + text + w.mark + "0m"
}

// Stream returns the stream itself, for another program that writes there.
func (w *Writer) Stream() io.Writer { return w.out }

// IsTerminal reports whether a person reads the stream.
func (w *Writer) IsTerminal() bool { return isTerminal(w.out) }

// Width returns the terminal's width in characters, or 0 if the stream is not a terminal.
func (w *Writer) Width() int {
	file, ok := w.out.(*os.File)
	if !ok || !isTerminal(file) {
		return 0
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil || width <= 0 {
		return 80
	}
	return width
}

// isTerminal reports whether a stream leads to a person.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// OneLine is Visible for a text that must not begin another line: line breaks and tabs are
// escaped too.
func OneLine(text string) string {
	return strings.NewReplacer("\n", `\u000a`, "\t", `\u0009`).Replace(Visible(text))
}

// Visible replaces characters that a terminal would not show, or would obey, by their
// escapes in JSON. Line breaks and tabs stay. JSON keeps its meaning, as it can contain
// such characters only in strings.
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
