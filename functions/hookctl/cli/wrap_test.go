package cli

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWrap(t *testing.T) {
	t.Parallel()
	plain, styled := &Writer{}, &Writer{mark: "MARK"}
	for _, tt := range []struct {
		name   string
		w      *Writer
		width  int
		margin int
		text   string
		want   string
	}{
		{"no terminal", plain, 0, -1, "one two three four", "one two three four"},
		{"fits", plain, 13, -1, "one two three", "one two three"},
		{"one too many", plain, 12, -1, "one two three", "one two\n  three"},
		{"under its margin", plain, 12, -1, "   one two three", "   one two\n     three"},
		{"each line", plain, 9, -1, "one two three\nfour", "one two\n  three\nfour"},
		{"keeps columns", plain, 14, -1, "a    b    c    d", "a    b    c\n  d"},
		{"a word too long", plain, 6, -1, "see /a/long/path now", "see\n  /a/long/path\n  now"},
		{"styles take no room", styled, 13, -1, "one " + styled.Bad("two") + " three", "one " + styled.Bad("two") + " three"},
		{"under a margin of its own", plain, 12, 4, "one two three", "one two\n    three"},
		{"letters are counted", plain, 9, -1, "ä ö ü ß é", "ä ö ü ß é"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, tt.w.wrap(tt.text, tt.width, tt.margin)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
