package screen

import (
	"fmt"
	"io"
	"os"
	"sync"
	"unicode/utf8"

	"golang.org/x/term"
)

// A Screen is where a command writes to. Make it with [New].
type Screen struct {
	color bool

	mu  sync.Mutex // makes one call of Print one piece of output
	out io.Writer
}

// New makes a Screen of out. It has colour if out is a terminal and NO_COLOR is unset
// or empty.
func New(out io.Writer, getenv func(string) string) *Screen {
	file, isFile := out.(*os.File)
	return &Screen{
		out:   out,
		color: isFile && term.IsTerminal(int(file.Fd())) && getenv("NO_COLOR") == "",
	}
}

// Print writes a line, or several.
func (s *Screen) Print(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(s.out, format+"\n", args...)
}

// Bold is text that stands out.
func (s *Screen) Bold(text string) string { return s.style("1", text) }

// Dim is text that stands back.
func (s *Screen) Dim(text string) string { return s.style("2", text) }

// Good is text that says that all is well.
func (s *Screen) Good(text string) string { return s.style("32", text) }

// Bad is text that says that something is wrong.
func (s *Screen) Bad(text string) string { return s.style("31", text) }

func (s *Screen) style(code, text string) string {
	if !s.color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// Pad fills text with spaces to width characters. Pad first and colour then: the codes
// of colours count as characters.
func Pad(text string, width int) string {
	return fmt.Sprintf("%s%*s", text, max(width-utf8.RuneCountInString(text), 0), "")
}

// Cut shortens text to width characters, the last of which then says that more was there.
func Cut(text string, width int) string {
	runes := []rune(text)
	if len(runes) <= width {
		return text
	}
	return string(runes[:max(width-1, 0)]) + "…"
}
