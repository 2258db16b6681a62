package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNarrowHelp(t *testing.T) {
	t.Parallel()
	const help = `one sends
two words.

Usage:
  one [flags]
  one [command]

  three   of these,
          or those

Examples:
  hookctl one two three four

Flags:
      --to URL   send to
                 this one
  -h, --help     help
`
	const want = `one sends two words.

Usage:
  one [flags]
  one [command]

  three   of these, or
          those

Examples:
  hookctl one two three four

Flags:
      --to URL   send to
            this one
  -h, --help     help
`
	if diff := cmp.Diff(want, new(Writer).narrow(help, 24)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestNarrowHelpOfEveryCommand wants the same words in lines that fit, but for examples,
// which can be copied.
func TestNarrowHelpOfEveryCommand(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../testdata/help/*.golden")
	if err != nil || len(files) == 0 {
		t.Fatal("no help texts", err)
	}
	for _, file := range files {
		help, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		const width = 80
		got := new(Writer).narrow(string(help), width)
		if !slices.Equal(strings.Fields(got), strings.Fields(string(help))) {
			t.Errorf("%s: other words:\n%s", file, got)
		}
		before, after, _ := strings.Cut(got, "\nExamples:\n")
		_, after, _ = strings.Cut(after, "\n\n")
		for line := range strings.Lines(before + "\n" + after) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > width {
				t.Errorf("%s: a line of %d characters: %s", file, n, line)
			}
		}
	}
}
