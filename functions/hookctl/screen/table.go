package screen

import (
	"strings"
	"unicode/utf8"
)

const (
	gap = "  " // stands between columns
	// minLast is what the last column gets however narrow the screen: lines then wrap.
	minLast = 20
)

// A Table has columns that are as wide as they have to be.
type Table struct {
	Heading []string
	Rows    [][]string // each as long as the heading
	// Width is that of the screen in characters, to which the last column is cut; 0 is a
	// screen without an end.
	Width int
	// Style, if set, gives a cell its colour. It may not change its width.
	Style func(row, column int, cell string) string
}

// Print writes the table.
func (t Table) Print(s *Screen) {
	widths := make([]int, len(t.Heading))
	for _, row := range append([][]string{t.Heading}, t.Rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	s.Print("%s", s.Bold(t.line(t.Heading, widths, nil)))
	for n, row := range t.Rows {
		s.Print("%s", t.line(row, widths, func(column int, cell string) string {
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
		if last := i == len(row)-1; !last {
			cell = Pad(cell, widths[i])
		} else if t.Width > 0 {
			cell = Cut(cell, max(left, minLast))
		}
		left -= utf8.RuneCountInString(cell) + len(gap)
		if style != nil {
			cell = style(i, cell)
		}
		b.WriteString(cell + gap)
	}
	return strings.TrimRight(b.String(), " ")
}
