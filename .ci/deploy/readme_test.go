package deploy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// commands returns the lines of the README's blocks marked sh below one second-level
// heading, in order.
func commands(readme, heading string) ([]string, error) {
	_, chapter, ok := strings.Cut(readme, "\n## "+heading+"\n")
	if !ok {
		return nil, fmt.Errorf("the README has no chapter %q", heading)
	}
	chapter, _, _ = strings.Cut(chapter, "\n## ")
	var found []string
	inside := false
	for line := range strings.Lines(chapter) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```sh"
		case inside && strings.TrimSpace(line) != "":
			found = append(found, line)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("the README's chapter %q has no commands", heading)
	}
	return found, nil
}

func TestCommandsOfAChapter(t *testing.T) {
	t.Parallel()
	text := strings.ReplaceAll("# Title\n## Before\n'''sh\nno\n'''\n## Deploy\ntext\n'''sh\nmake a   # first\n\nmake b\n'''\n'''json\n{}\n'''\n### Part\n'''sh\nmake c\n'''\n## After\n'''sh\nno\n'''\n", "'''", "```")
	got, err := commands(text, "Deploy")
	if want := []string{"make a   # first", "make b", "make c"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("commands = %q, %v, want %q", got, err, want)
	}
	for _, heading := range []string{"Nowhere", "Title"} {
		if got, err := commands(text, heading); err == nil {
			t.Errorf("commands of %s = %q, want an error", heading, got)
		}
	}
}
