package cli

import (
	"fmt"
	"io"
)

// A Progress is a line that is rewritten as work goes on. It appears only on a terminal.
type Progress struct {
	to    *Writer
	width int // in characters; 0 if the stream is not a terminal
}

// Progress returns a progress line on standard error.
func (e *Env) Progress() Progress { return Progress{to: e.Err, width: e.Err.Width()} }

// startLine moves to the beginning of the line and clears it.
const startLine = "\r\x1b[K"

// Show replaces the line.
func (p Progress) Show(text string) { p.write(Cut(OneLine(text), p.width-1)) }

// Showf replaces the line by a formatted text.
func (p Progress) Showf(format string, args ...any) { p.Show(fmt.Sprintf(format, args...)) }

// Clear removes the line, before other output.
func (p Progress) Clear() { p.write("") }

func (p Progress) write(text string) {
	if p.width == 0 {
		return
	}
	p.to.mu.Lock()
	defer p.to.mu.Unlock()
	_, _ = io.WriteString(p.to.out, startLine+text) // if it fails, the terminal is gone
}
