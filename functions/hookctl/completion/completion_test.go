package completion

import (
	"bytes"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
)

// TestScripts wants of each shell the very script that cobra writes, and lets the shell read
// it if it is there.
func TestScripts(t *testing.T) {
	t.Parallel()
	for shell, write := range writers {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			var want bytes.Buffer
			if err := write(commands.Root(clitest.Call{}.NewEnv(&want, &want)), &want); err != nil {
				t.Fatal(err)
			}
			got, err := clitest.Call{Commands: commands, Args: []string{"completion", shell}}.Run(t.Context())
			if err != nil || got != want.String() || !strings.Contains(got, "__complete") {
				t.Fatalf("%v: not cobra's script:\n%.200s", err, got)
			}
			program, err := exec.LookPath(shell)
			if errors.Is(err, exec.ErrNotFound) || shell == "powershell" {
				return
			}
			check := exec.CommandContext(t.Context(), program, "-n", "/dev/stdin")
			check.Stdin = strings.NewReader(got)
			if out, err := check.CombinedOutput(); err != nil {
				t.Errorf("%s does not take it: %v\n%s", shell, err, out)
			}
		})
	}
	_, err := clitest.Call{Commands: commands, Args: []string{"completion", "csh"}}.Run(t.Context())
	if cli.ExitCode(err) != cli.ExitUsage || !strings.Contains(err.Error(), `no shell "csh"; there are bash, fish, powershell, zsh`) {
		t.Errorf("of another shell: %v", err)
	}
}
