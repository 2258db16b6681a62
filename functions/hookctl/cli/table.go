package cli

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	columnGap = "  "
	// minLast is the least width of the last column on a narrow screen, where lines then
	// wrap.
	minLast = 20
)

// A Table has columns as wide as their widest cells. Every cell is written as [OneLine], so
// that no text from elsewhere can begin a row.
type Table struct {
	Heading []string
	Rows    [][]string // each as long as the heading
	Numbers []int      // columns that are aligned to the right
	// Width is the greatest width of a line, in characters. The last column is cut to it. 0
	// means that nothing is cut.
	Width int
	// Style, if set, colours a cell. It must not change its width.
	Style func(row, column int, cell string) string
}

// Print writes the table.
func (t Table) Print(w *Writer) {
	widths := make([]int, len(t.Heading))
	var rows [][]string
	for _, row := range append([][]string{t.Heading}, t.Rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = OneLine(cell)
			widths[i] = max(widths[i], utf8.RuneCountInString(cells[i]))
		}
		rows = append(rows, cells)
	}
	w.Print("%s", w.Bold(t.line(t.Heading, widths, nil)))
	for n, row := range rows[1:] {
		w.Print("%s", t.line(row, widths, func(column int, cell string) string {
			if t.Style == nil {
				return cell
			}
			return t.Style(n, column, cell)
		}))
	}
}

func (t Table) line(row []string, widths []int, style func(column int, cell string) string) string {
	var b strings.Builder
	left := t.Width
	for i, cell := range row {
		switch last := i == len(row)-1; {
		case slices.Contains(t.Numbers, i):
			cell = PadLeft(cell, widths[i])
		case !last:
			cell = Pad(cell, widths[i])
		case t.Width > 0:
			cell = Cut(cell, max(left, minLast))
		}
		left -= utf8.RuneCountInString(cell) + len(columnGap)
		if style != nil {
			cell = style(i, cell)
		}
		b.WriteString(cell + columnGap)
	}
	return strings.TrimRight(b.String(), " ")
}

// Pad fills text with spaces to width characters. Pad before styling, as a style counts as
// characters.
func Pad(text string, width int) string { return text + spaces(text, width) }

// PadLeft fills text with spaces on its left side to width characters.
func PadLeft(text string, width int) string { return spaces(text, width) + text }

func spaces(text string, width int) string {
	return strings.Repeat(" ", max(width-utf8.RuneCountInString(text), 0))
}

// Cut shortens text to width characters, the last of which is then an ellipsis.
func Cut(text string, width int) string {
	runes := []rune(text)
	if len(runes) <= width {
		return text
	}
	return string(runes[:max(width-1, 0)]) + "…"
}

// OrDash returns text, or a dash if it is empty.
func OrDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// List joins names with commas. Without names it returns a dash.
func List(names []string) string { return OrDash(strings.Join(names, ", ")) }

// Count returns a number of things, as "1 event" or "2 events".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// Digest returns the digest of a body as it is shown: "sha256 9dab…", or
// "hmac-0a1b2c:9dab…" if the sources' key made it.
func Digest(digest string) string {
	if strings.Contains(digest, ":") {
		return digest
	}
	return "sha256 " + digest
}
