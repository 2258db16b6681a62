package readme

import (
	"slices"
	"strings"
	"testing"
)

func TestBlocks(t *testing.T) {
	t.Parallel()
	text := strings.ReplaceAll(`# Title
'''sh
make
'''
'''json
{}
'''
<!-- run: write a/b.go -->
'''go
package a
'''

<!-- run: not, needs an account -->
'''sh
deploy
'''
<!-- run: fails cannot use -->

'''sh
a
b
'''
`, "'''", "```")
	want := []block{
		{line: 3, text: "make\n"},
		{line: 10, verb: "write", arg: "a/b.go", text: "package a\n"},
		{line: 15, verb: "not", arg: "needs an account", text: "deploy\n"},
		{line: 20, text: "a\nb\n"}, // the empty line parts the comment from the block
	}
	got, err := blocks(text)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("blocks = %+v, %v, want %+v", got, err, want)
	}
}

func TestBlockWithoutEnd(t *testing.T) {
	t.Parallel()
	if got, err := blocks("```sh\nmake\n"); err == nil {
		t.Errorf("blocks = %+v, want an error", got)
	}
}
