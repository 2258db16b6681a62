package ledger_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Each guarantee in the package comment names its tests, and they exist.
func TestGuaranteesAreGuarded(t *testing.T) {
	t.Parallel()
	doc := read(t, "doc.go")
	var code strings.Builder
	for _, pattern := range []string{"*_test.go", "ledgertest/*.go", "dynamo/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		for _, file := range files {
			code.WriteString(read(t, file))
		}
	}
	guards := regexp.MustCompile(`(?s)\(([A-Z]\w+(?:,?[\s/]+[\w ]+?)*)\)`).FindAllStringSubmatch(doc, -1)
	if len(guards) != 14 {
		t.Fatalf("found guards of %d guarantees, want 14", len(guards))
	}
	for _, guard := range guards {
		for _, name := range regexp.MustCompile(`\b[A-Z]\w+`).FindAllString(guard[1], -1) {
			if !exists(code.String(), name) {
				t.Errorf("doc.go names %s, which is neither a test nor a case", name)
			}
		}
	}
}

// exists looks for a test function, for a case {"Name", …}, or for the name of a row or a
// lost call, which the suite composes.
func exists(code, name string) bool {
	if strings.HasPrefix(name, "Test") {
		return strings.Contains(code, "func "+name+"(")
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "Row"), "LostAfter")
	return strings.Contains(code, `{"`+name+`", `) || strings.Contains(code, `{name: "`+name+`", `)
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
