package dead

import (
	"strings"
	"testing"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
)

func TestDeadUsage(t *testing.T) {
	t.Parallel()
	local := map[string]string{"DLQ_URL": "http://127.0.0.1:1/dead", "QUEUE_URL": "http://127.0.0.1:1/queue"}
	for _, tt := range []struct {
		name, args string
		env        map[string]string
		code       int
		want       string
	}{
		{"nothing to do", "", nil, cli.ExitUsage, "list, show, redrive"},
		{"no such reason", "list --reason tired", nil, cli.ExitUsage, `"tired"; the reasons are:` + "\npermanent, attempts"},
		{"a limit below 0", "list --limit -1", nil, cli.ExitUsage, "--limit"},
		{"no id", "show", nil, cli.ExitUsage, "accepts 1 arg"},
		{"none is chosen", "redrive", nil, cli.ExitUsage, "--all alone"},
		{"all, and some", "redrive --all --source kyc", nil, cli.ExitUsage, "--all alone"},
		{"all, and one", "redrive --all evt_1", nil, cli.ExitUsage, "--all alone"},
		{"JSON, and nobody to ask", "redrive --all --json", nil, cli.ExitUsage, "--yes or --dry-run"},
		{"no dead letters", "list", nil, cli.ExitFailed, "give --stack NAME, or for engines on this machine the variable DLQ_URL"},
		{"no table", "show evt_1", local, cli.ExitFailed, "TABLE_NAME"},
		{"no queue", "redrive evt_1", map[string]string{"DLQ_URL": local["DLQ_URL"]}, cli.ExitFailed, "QUEUE_URL"},
		{"no answer", "list", local, cli.ExitFailed, "look through the dead letters: receive:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, err := clitest.Call{Commands: commands, Args: strings.Fields("dead " + tt.args), Env: tt.env}.Run(t.Context())
			if cli.ExitCode(err) != tt.code || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("exit code %d, %v; want %d and %q", cli.ExitCode(err), err, tt.code, tt.want)
			}
			if tt.code == cli.ExitFailed && out != "" {
				t.Errorf("it says something beside its error:\n%s", out)
			}
		})
	}
}
