package samples

import (
	"testing"

	"webhookintake/functions/hookctl/cli/clitest"
)

func TestScripts(t *testing.T) {
	t.Parallel()
	clitest.Script(t, "testdata/script", nil)
}
