package cli

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Text writes lines like Print, broken between words to fit the terminal. What continues a
// line is indented under it. Without a terminal no line is broken.
func (w *Writer) Text(format string, args ...any) {
	w.Print("%s", w.wrap(fmt.Sprintf(format, args...), w.Width(), -1))
}

// TextUnder is Text with what continues a line indented by margin.
func (w *Writer) TextUnder(margin int, text string) { w.Print("%s", w.wrap(text, w.Width(), margin)) }

// wrap breaks lines of more than width characters, 0 for none. What continues a line is
// indented by margin, or, if that is negative, by 2 more than the line.
func (w *Writer) wrap(text string, width, margin int) string {
	if width == 0 {
		return text
	}
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if w.visible(line) > width {
			line = w.wrapLine(line, width, margin)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// wrapLine breaks one line at its blanks. A word that is longer than the width stays whole.
func (w *Writer) wrapLine(line string, width, under int) string {
	words := strings.TrimLeft(line, " ")
	margin := len(line) - len(words)
	if under < 0 {
		under = margin + 2
	}
	under = min(under, width/2)
	var b strings.Builder
	b.WriteString(line[:margin])
	used, blanks := margin, 0 // blanks wait before the next word
	for i, word := range strings.Split(words, " ") {
		size := w.visible(word)
		switch {
		case i == 0:
		case size == 0 && word == "":
			blanks++
			continue
		case used+1+blanks+size > width:
			b.WriteString("\n" + strings.Repeat(" ", under))
			used, blanks = under, 0
		default:
			b.WriteString(strings.Repeat(" ", 1+blanks))
			used, blanks = used+1+blanks, 0
		}
		b.WriteString(word)
		used += size
	}
	return b.String()
}

// visible returns the number of characters without the styles.
func (w *Writer) visible(text string) int {
	if w.mark == "" {
		return utf8.RuneCountInString(text)
	}
	n := 0
	for i, part := range strings.Split(text, w.mark) {
		if i > 0 {
			_, part, _ = strings.Cut(part, "m")
		}
		n += utf8.RuneCountInString(part)
	}
	return n
}
