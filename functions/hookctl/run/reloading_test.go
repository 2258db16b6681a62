package run

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/cli/clitest"
)

// The program that a watcher starts gets the watcher's flags: without --fresh, as a restart
// goes on, and without --watch.
func TestChildArgs(t *testing.T) {
	t.Parallel()
	c := Command(clitest.Call{}.NewEnv(t.Output(), t.Output()))
	if err := c.ParseFlags([]string{"--watch", "--fresh", "--data", "a b", "--addr=127.0.0.1:0", "--sources", "-", "--env-file=.env"}); err != nil {
		t.Fatal(err)
	}
	want := []string{"run", "--addr=127.0.0.1:0", "--data=a b", "--env-file=.env", "--sources=-"}
	if diff := cmp.Diff(want, childArgs(c.Flags())); diff != "" {
		t.Errorf("arguments (-want +got):\n%s", diff)
	}
}
