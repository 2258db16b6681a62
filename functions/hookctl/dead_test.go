package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestHelpOfDead(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"dead", "dead list", "dead show", "dead redrive"} {
		out, err := call{args: append(strings.Fields(command), "--help")}.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		compare(t, filepath.Join("help", strings.ReplaceAll(command, " ", "-")+".golden"), out)
		for line := range strings.Lines(out) {
			if n := len([]rune(strings.TrimSpace(line))); n > 100 {
				t.Errorf("a line of %d characters: %s", n, line)
			}
		}
	}
}

func TestDeadUsage(t *testing.T) {
	t.Parallel()
	local := map[string]string{"DLQ_URL": "http://127.0.0.1:1/dead", "QUEUE_URL": "http://127.0.0.1:1/queue"}
	for _, tt := range []struct {
		name, args string
		env        map[string]string
		code       int
		want       string
	}{
		{"nothing to do", "", nil, exitUsage, "list, show, redrive"},
		{"no such reason", "list --reason tired", nil, exitUsage, `"tired"; give of these:` + "\npermanent, attempts"},
		{"a limit below 0", "list --limit -1", nil, exitUsage, "--limit"},
		{"no id", "show", nil, exitUsage, "accepts 1 arg"},
		{"none is chosen", "redrive", nil, exitUsage, "--all alone"},
		{"all, and some", "redrive --all --source kyc", nil, exitUsage, "--all alone"},
		{"all, and one", "redrive --all evt_1", nil, exitUsage, "--all alone"},
		{"JSON, and nobody to ask", "redrive --all --json", nil, exitUsage, "--yes or --dry-run"},
		{"no dead letters", "list", nil, exitFailed, "give --stack NAME, or for engines of this machine the variable DLQ_URL"},
		{"no table", "show evt_1", local, exitFailed, "TABLE_NAME"},
		{"no queue", "redrive evt_1", map[string]string{"DLQ_URL": local["DLQ_URL"]}, exitFailed, "QUEUE_URL"},
		{"no answer", "list", local, exitFailed, "look through the dead letters: receive:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, err := call{args: strings.Fields("dead " + tt.args), env: tt.env}.run(t.Context())
			if exitCode(err) != tt.code || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("exit code %d, %v; want %d and %q", exitCode(err), err, tt.code, tt.want)
			}
			if tt.code == exitFailed && out != "" {
				t.Errorf("it says something beside its error:\n%s", out)
			}
		})
	}
}
