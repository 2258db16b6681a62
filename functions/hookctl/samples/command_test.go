package samples

import (
	"testing"

	"webhookintake/functions/hookctl/cli/clitest"
)

func TestScripts(t *testing.T) {
	t.Parallel()
	clitest.Script(t, "testdata/script", nil)
}

// The tests of ingest and process run the programs with each of these files.
func TestEventsAreUpToDate(t *testing.T) {
	t.Parallel()
	out, err := clitest.Call{Commands: commands, Args: []string{"samples", "--check", "--dir", "../../../events"}}.Run(t.Context())
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
