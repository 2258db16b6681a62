package events

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
)

// run runs a command on the table, and returns both of its streams.
func run(t *testing.T, f *clitest.Table, args string, more ...string) (out, errs string, err error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	err = clitest.Call{Commands: commands, Env: f.Env(), Args: append(strings.Fields("events "+args), more...)}.RunTo(t.Context(), &stdout, &stderr)
	return stdout.String(), stderr.String(), err
}

func TestEventsFind(t *testing.T) {
	t.Parallel()
	f := clitest.NewTable(t)
	const size = "Reading the whole table: about 5 items, 0.0 MB, 2 read units"
	for _, tt := range []struct{ args, out, err string }{
		{"find --contains 7331", "evt_1", "Not searched: 1 event whose payload is not kept; what waits in the queue"},
		{"find --field data.session_id=s-9", "evt_3", size},
		{"find --field data.session_id=s-9 --json", `"id":"evt_3"`, size},
		{"find --contains nobody", "No event matches.", "1 event whose payload is not kept"},
	} {
		out, errs, err := run(t, f, tt.args)
		if err != nil || !strings.Contains(out, tt.out) || strings.Count(out, "evt_") > 1 {
			t.Errorf("%s: %v, want %q alone:\n%s", tt.args, err, tt.out, out)
		}
		if !strings.Contains(strings.Join(strings.Fields(errs), " "), tt.err) {
			t.Errorf("%s: no %q in:\n%s", tt.args, tt.err, errs)
		}
		if strings.Contains(out+errs, "Example Person") {
			t.Errorf("%s: it shows a payload", tt.args)
		}
	}
}

func TestEventsExport(t *testing.T) {
	t.Parallel()
	f := clitest.NewTable(t)
	out, errs, err := run(t, f, "export")
	if err != nil || strings.Count(out, "\n") != 3 || strings.Contains(out, "payload") || !strings.Contains(errs, "3 events written.") {
		t.Errorf("%v\n%s%s", err, out, errs)
	}
	shown, _, err := run(t, f, "show kyc evt_1 --payload --json")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "events.jsonl")
	out, errs, err = run(t, f, "export --bodies --out", file)
	written, _ := os.ReadFile(file)
	if err != nil || out != "" || !strings.Contains(string(written), shown) || !strings.Contains(errs, "1 of them without a payload") {
		t.Errorf("%v\n%s%s\nno line of events show --json, %s, in\n%s", err, out, errs, shown, written)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, _, err := run(t, f, "export --out", file); err == nil || !strings.Contains(err.Error(), "it exists already") {
		t.Errorf("a file that exists: %v", err)
	}
	if again, _ := os.ReadFile(file); !bytes.Equal(again, written) {
		t.Error("it was written to")
	}
	out, _, err = run(t, f, "export --contains 7331")
	if err != nil || strings.Count(out, "\n") != 1 || !strings.Contains(out, `"id":"evt_1"`) {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestSearchUsage(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"find":                      "--contains or --field",
		"find --field data":         "--field: it is not PATH=VALUE",
		"find --field a=b x":        "got 1 argument",
		"export --since yesterday":  `--since "yesterday"`,
		"find --contains x --limit": "--limit",
	} {
		_, _, err := run(t, clitest.NewTable(t), args)
		if cli.ExitCode(err) != cli.ExitUsage || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: exit code %d, %v; want %q", args, cli.ExitCode(err), err, want)
		}
	}
}
