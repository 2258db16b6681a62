package cli

import (
	"bytes"
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
		want  string
	}{
		{"columns", Table{Rows: [][]string{{"\u00fc1", "b", "c"}, {"a", "bbb", ""}}}, "A   B    C\n\u00fc1  b    c\na   bbb\n"},
		{"cut", Table{Rows: [][]string{{"aaaa", "b", long}}, Width: 32}, "A     B  C\naaaa  b  " + long[:22] + "\u2026\n"},
		{"too narrow", Table{Rows: [][]string{{"aaaa", "b", long}}, Width: 3}, "A     B  C\naaaa  b  " + long[:19] + "\u2026\n"},
		{"numbers", Table{Rows: [][]string{{"a", "1", "12"}, {"aa", "100", "3"}}, Numbers: []int{1, 2}}, "A     B   C\na     1  12\naa  100   3\n"},
		{"no row of its own", Table{Rows: [][]string{{"a\nb", "\x1b", "c\td"}}}, "A         B       C\na\\u000ab  \\u001b  c\\u0009d\n"},
		{"styled", Table{
			Rows: [][]string{{"a", "b", "c"}, {"aa", "b", "c"}},
			Style: func(row, column int, cell string) string {
				if row == 0 && column == 0 {
					return strings.ToUpper(cell)
				}
				return cell
			},
		}, "A   B  C\nA   b  c\naa  b  c\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.table.Heading = []string{"A", "B", "C"}
			var out bytes.Buffer
			tt.table.Print(NewWriter(&out, noEnv))
			if diff := cmp.Diff(tt.want, out.String()); diff != "" {
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
