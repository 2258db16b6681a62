package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// Args accepts from low to high arguments.
func Args(low, high int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) >= low && len(args) <= high {
			return nil
		}
		return fmt.Errorf("got %s; the form is: %s", Count(len(args), "argument", "arguments"), c.UseLine())
	}
}

// noSuchCommand accepts no argument: it would be the name of a command that does not exist.
func noSuchCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return fmt.Errorf("unknown command %q for %q%s", args[0], c.CommandPath(), didYouMean(Like(args[0], names)))
}

// didYouMean returns the end of an error that suggests some texts, or nothing without any.
func didYouMean(texts []string) string {
	switch n := len(texts); n {
	case 0:
		return ""
	case 1:
		return "; did you mean " + texts[0] + "?"
	default:
		return "; did you mean " + strings.Join(texts[:n-1], ", ") + " or " + texts[n-1] + "?"
	}
}

// typos is the greatest number of characters in which a word differs from the one that was
// meant.
const typos = 2

// Like returns the names that someone who typed text may have meant: those that begin with
// it, or else those at the least distance, of at most two characters.
func Like(text string, names []string) []string {
	text = strings.ToLower(text)
	var like []string
	least := typos + 1
	for _, name := range names {
		d := distance(text, name)
		switch {
		case len(text) > 1 && strings.HasPrefix(name, text):
			d = 0
		case d >= len(name): // it has no character in common
			continue
		}
		if d < least {
			least, like = d, nil
		}
		if d == least && d <= typos {
			like = append(like, name)
		}
	}
	slices.Sort(like)
	return like
}

// distance returns how many characters have to be inserted, removed or replaced, or
// neighbours exchanged, to make a text of the other.
func distance(a, b string) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := range len(a) {
		before, above, row := rows[0], rows[1], rows[2]
		row[0] = i + 1
		for j := range len(b) {
			replaced := above[j]
			if a[i] != b[j] {
				replaced++
			}
			row[j+1] = min(replaced, above[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		rows = [3][]int{above, row, before}
	}
	return rows[1][len(b)]
}
