package readme

import (
	"bufio"
	"fmt"
	"strings"
)

// A block is one fenced block of the README that is to be run or written.
type block struct {
	line int    // of its first line of text
	verb string // "" runs it; otherwise the word after "run:" above it
	arg  string // the rest of that comment
	text string
}

// blocks finds the blocks marked sh, and others under a "run:" comment.
func blocks(readme string) ([]block, error) {
	var found []block
	var text strings.Builder
	var current *block // nil outside of a fence
	var directive string
	keep := false
	lines := bufio.NewScanner(strings.NewReader(readme))
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case current == nil && isFence:
			verb, arg, _ := strings.Cut(directive, " ")
			current = &block{line: n + 1, verb: strings.TrimSuffix(verb, ","), arg: arg}
			keep = fence == "sh" || directive != ""
			text.Reset()
		case isFence:
			current.text = text.String()
			if keep {
				found = append(found, *current)
			}
			current, directive = nil, ""
		case current != nil:
			text.WriteString(line + "\n")
		default:
			directive = ""
			if comment, ok := strings.CutPrefix(line, "<!-- run: "); ok {
				directive = strings.TrimSuffix(comment, " -->")
			}
		}
	}
	if current != nil {
		return nil, fmt.Errorf("line %d: a block that does not end", current.line)
	}
	return found, lines.Err()
}
