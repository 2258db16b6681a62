package cli

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTable(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 30)
	for _, tt := range []struct {
		name  string
		table Table
		width int // of the terminal; 0: there is none
		want  string
	}{
		{"columns", Table{Rows: [][]string{{"\u00fc1", "b", "c"}, {"a", "bbb", ""}}}, 0, "A   B    C\n\u00fc1  b    c\na   bbb\n"},
		{"fits", Table{Rows: [][]string{{"aaaa", "b", long}}}, 39, "A     B  C\naaaa  b  " + long + "\n"},
		{"too wide", Table{Rows: [][]string{{"aaaa", "b", long}, {"a", "bb", "c"}}}, 38, "A     B\n    C\naaaa  b\n    " + long + "\na     bb\n    c\n"},
		{"a line each", Table{Rows: [][]string{{"aaaa", "b", "c"}}}, 6, "A\n    B\n    C\naaaa\n    b\n    c\n"},
		{"words", Table{Rows: [][]string{{"aaaa", "b", "some words that are long"}}}, 19, "A     B\n    C\naaaa  b\n    some words that\n    are long\n"},
		{"nothing for a further line", Table{Rows: [][]string{{"aaaa", "b", ""}, {"aaaa", "b", "c"}}}, 9, "A     B\n    C\naaaa  b\naaaa  b\n    c\n"},
		{"left out", Table{Rows: [][]string{{"aaaa", "b", "cc"}}, Less: []int{1, 0}}, 8, "A     C\naaaa  cc\nLeft out, as the terminal is narrow: B\n"},
		{"left out, and too wide", Table{Rows: [][]string{{"aaaa", "b", "cc"}}, Less: []int{1}}, 7, "A\n    C\naaaa\n    cc\nLeft out, as the terminal is narrow: B\n"},
		{"whole without a terminal", Table{Rows: [][]string{{"aaaa", "b", "cc"}}, Less: []int{1, 0}}, 0, "A     B  C\naaaa  b  cc\n"},
		{"room for all", Table{Rows: [][]string{{"aaaa", "b", "cc"}}, Less: []int{1, 0}}, 11, "A     B  C\naaaa  b  cc\n"},
		{"cut", Table{Rows: [][]string{{"aaaa", "b", long}}, CutLast: true}, 32, "A     B  C\naaaa  b  " + long[:22] + "\u2026\n"},
		{"not cut without a terminal", Table{Rows: [][]string{{"aaaa", "b", long}}, CutLast: true}, 0, "A     B  C\naaaa  b  " + long + "\n"},
		{"cut below", Table{Rows: [][]string{{"aaaa", "b", long}}, CutLast: true}, 28, "A     B\n    C\naaaa  b\n    " + long[:23] + "\u2026\n"},
		{"numbers", Table{Rows: [][]string{{"a", "1", "12"}, {"aa", "100", "3"}}, Numbers: []int{1, 2}}, 0, "A     B   C\na     1  12\naa  100   3\n"},
		{"no row of its own", Table{Rows: [][]string{{"a\nb", "\x1b", "c\td"}}}, 0, "A         B       C\na\\u000ab  \\u001b  c\\u0009d\n"},
		{"styled", Table{
			Rows: [][]string{{"a", "b", "c"}, {"aa", "b", "c"}},
			Style: func(row, column int, cell string) string {
				if row == 0 && column == 0 {
					return strings.ToUpper(cell)
				}
				return cell
			},
		}, 0, "A   B  C\nA   b  c\naa  b  c\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.table.Heading = []string{"A", "B", "C"}
			got := strings.Join(tt.table.lines(NewWriter(io.Discard, noEnv), tt.width), "\n") + "\n"
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("printed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPadAndCut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ got, want string }{
		{Pad("ab", 4), "ab  "},
		{Pad("äö", 4), "äö  "},
		{Pad("abcde", 4), "abcde"},
		{PadLeft("äö", 4), "  äö"},
		{Cut("abcd", 4), "abcd"},
		{Cut("äöüßé", 4), "äöü…"},
		{Cut("ab", 0), "…"},
		{Count(1, "event", "events"), "1 event"},
		{Count(0, "event", "events"), "0 events"},
		{List(nil), "-"},
		{List([]string{"a", "b"}), "a, b"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}
