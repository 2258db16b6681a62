package queuetest

import (
	"os"
	"strings"
	"testing"
)

// TestQuotes fails when a sentence that a case proves is no longer in the contract.
func TestQuotes(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../queue.go")
	if err != nil {
		t.Fatal(err)
	}
	contract := strings.Join(strings.Fields(strings.ReplaceAll(string(source), "//", "")), " ")
	for _, c := range allCases() {
		if c.quote == "" || !strings.Contains(contract, c.quote) {
			t.Errorf("%s: queue.go does not say %q", c.name, c.quote)
		}
	}
}
