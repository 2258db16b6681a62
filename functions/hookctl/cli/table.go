package cli

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	columnGap = "  "
	// rowIndent is that of the further lines of a row.
	rowIndent = "    "
	// minLast is the least width of a last column that is cut.
	minLast = 20
)

// A Table has columns as wide as their widest cells. Every cell is written as [OneLine], so
// that no text from elsewhere can begin a row.
//
// On a terminal that is narrower than the table, columns are left out in the order of Less,
// and those that still do not fit stand on further lines of the heading and of each row. A
// line that is too long is broken between words. Without a terminal, the table is whole.
type Table struct {
	Heading []string
	Rows    [][]string // each as long as the heading
	Numbers []int      // columns that are aligned to the right
	Less    []int      // columns that a narrow terminal has no room for; the first is left out first
	// CutLast has the last column cut to what a terminal has left, for a text that another
	// command shows whole.
	CutLast bool
	// Style, if set, colours a cell. It must not change its width.
	Style func(row, column int, cell string) string
}

// Print writes the table.
func (t Table) Print(w *Writer) { w.Print("%s", strings.Join(t.lines(w, w.Width()), "\n")) }

// lines returns the table for a terminal of that width, 0 for none.
func (t Table) lines(w *Writer, width int) []string {
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
	columns, left := t.columns(widths, width)
	parts := t.parts(columns, widths, width)
	var lines []string
	for n, row := range rows {
		style := func(_ int, cell string) string { return w.Bold(cell) }
		if n > 0 {
			style = func(column int, cell string) string { return t.style(n-1, column, cell) }
		}
		for i, columns := range parts {
			indent := rowIndent[:min(i, 1)*len(rowIndent)]
			line := t.line(row, columns, widths, width-len(indent), style)
			if i > 0 && line == "" {
				continue
			}
			lines = append(lines, w.wrap(indent+line, width, len(rowIndent)))
		}
	}
	if len(left) > 0 {
		lines = append(lines, w.Dim("Left out, as the terminal is narrow: "+strings.Join(left, ", ")))
	}
	return lines
}

// columns returns the columns that are shown, and the headings of those that are left out.
func (t Table) columns(widths []int, width int) (shown []int, left []string) {
	total := -len(columnGap)
	for i, size := range widths {
		shown = append(shown, i)
		total += size + len(columnGap)
	}
	for _, i := range t.Less {
		if width == 0 || total <= width {
			break
		}
		shown = slices.DeleteFunc(shown, func(column int) bool { return column == i })
		left = append(left, t.Heading[i])
		total -= widths[i] + len(columnGap)
	}
	return shown, left
}

// parts returns which of the columns stand on each line of a row.
func (t Table) parts(columns, widths []int, width int) [][]int {
	parts, used := [][]int{nil}, 0
	for n, i := range columns {
		size := widths[i]
		if t.CutLast && i == len(widths)-1 {
			size = min(size, minLast)
		}
		if width > 0 && n > 0 && used+size > width {
			parts, used = append(parts, nil), len(rowIndent)
		}
		last := len(parts) - 1
		parts[last] = append(parts[last], i)
		used += size + len(columnGap)
	}
	return parts
}

// line returns some columns of a row, of which the last in the table is cut to the width.
func (t Table) line(row []string, columns, widths []int, width int, style func(column int, cell string) string) string {
	var b strings.Builder
	for _, i := range columns {
		cell := row[i]
		switch {
		case slices.Contains(t.Numbers, i):
			cell = PadLeft(cell, widths[i])
		case i < len(row)-1:
			cell = Pad(cell, widths[i])
		case t.CutLast && width > 0:
			cell = Cut(cell, max(width, minLast))
		}
		width -= utf8.RuneCountInString(cell) + len(columnGap)
		text := strings.TrimRight(cell, " ")
		b.WriteString(style(i, text) + cell[len(text):] + columnGap)
	}
	return strings.TrimRight(b.String(), " ")
}

func (t Table) style(row, column int, cell string) string {
	if t.Style == nil {
		return cell
	}
	return t.Style(row, column, cell)
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
