package cost

import (
	"os"
	"strings"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/cli/clitest"
)

// TestREADME compares the README's tables with this package's. With -update it writes them,
// from the files as TestMeasured may just have written them.
func TestREADME(t *testing.T) {
	text, err := os.ReadFile("measured.json")
	if err != nil {
		t.Fatal(err)
	}
	m, err := parseMeasured(text)
	if err != nil {
		t.Fatal(err)
	}
	p, err := DefaultPrices()
	if err != nil {
		t.Fatal(err)
	}
	bill, err := Report(p, m, DefaultUsage())
	if err != nil {
		t.Fatal(err)
	}
	var scale strings.Builder
	if err := At(p, m, 100*time.Millisecond, 10, 1000, 100_000).WriteMarkdown(&scale); err != nil {
		t.Fatal(err)
	}
	checkBlock(t, "cost", bill)
	checkBlock(t, "scale", scale.String())
}

// checkBlock compares the text between a pair of markers, or writes it.
func checkBlock(t *testing.T, name, want string) {
	t.Helper()
	const path = "README.md"
	readme, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- "+name+" -->\n", "<!-- /"+name+" -->"
	before, rest, ok1 := strings.Cut(string(readme), begin)
	got, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("README.md has no block %s…%s", begin, end)
	}
	if clitest.Update() {
		if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := diff.Diff(want, got); d != "" {
		t.Errorf("README.md, block %s (-made now +there); `go test ./functions/hookctl/cost -update` writes it:\n%s", name, d)
	}
}
