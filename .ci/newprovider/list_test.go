package newprovider

import (
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// root is the path of the checkout from this package.
const root = "../.."

// name is the name of the provider that is added.
const name = "toy"

// A step is one line of the list: a verb, and a pattern of paths or a command.
type step struct{ verb, what string }

// matches reports whether a path is one that the step names.
func (s step) matches(file string) bool {
	ok, err := path.Match(s.what, file)
	return err == nil && ok && s.verb != "run"
}

// steps reads the list, with the provider's name filled in.
func steps(t *testing.T) []step {
	t.Helper()
	text, err := os.ReadFile(root + "/shared/provider/providertest/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var all []step
	for _, line := range regexp.MustCompile(`(?m)^//\t(new|edit|run|made) +(\S.*)$`).FindAllStringSubmatch(string(text), -1) {
		all = append(all, step{line[1], strings.ReplaceAll(line[2], "NAME", name)})
	}
	if len(all) < 10 {
		t.Fatalf("found %d steps in the documentation of providertest", len(all))
	}
	return all
}
