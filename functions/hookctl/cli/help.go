package cli

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

// helpWidth is the number of characters that lines of help have at most, as written.
const helpWidth = 100

// help prints the help of a command, fitted to a terminal that is narrower than the text.
func (e *Env) help(c *cobra.Command, _ []string) {
	text := strings.TrimRight(cmp.Or(c.Long, c.Short), "\n ") + "\n\n" + c.UsageString()
	if width := e.Out.Width(); width > 0 && width < helpWidth {
		text = e.Out.narrow(text, width)
	}
	_, _ = e.Out.Write([]byte(text)) // as cobra does: a terminal that is gone reads no help
}

// described matches the start of a line in two columns, up to the first character of the second.
var described = regexp.MustCompile(`^ +\S+(?: \S+)*  +\S`)

// narrow fits a help text to width. It joins the lines of a paragraph, and those of the
// description of a flag or a command, and breaks them again. Examples stay as they are, so
// that they can be copied.
func (w *Writer) narrow(text string, width int) string {
	var lines []string
	under, examples := -1, false // where the last line goes on; the next is not part of it if negative
	fit := func() {
		if last := len(lines) - 1; last >= 0 && !examples && w.visible(lines[last]) > width {
			lines[last] = w.wrapLine(lines[last], width, under)
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		words := strings.TrimLeft(line, " ")
		indent := len(line) - len(words)
		if line != "" && indent == under {
			lines[len(lines)-1] += " " + words
			continue
		}
		fit()
		lines = append(lines, line)
		examples = line != "" && (examples || line == "Examples:")
		switch start := described.FindString(line); {
		case line == "" || examples:
			under = -1
		case indent == 0:
			under = 0
		default:
			under = len(start) - 1
		}
	}
	fit()
	return strings.Join(lines, "\n")
}
