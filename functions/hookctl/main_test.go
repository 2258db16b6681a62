package main

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	diff "github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"webhookintake/functions/process/handlers"
	"webhookintake/shared/hook"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestMain lets scripts run the program itself.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"hookctl": main})
}

// TestScripts runs the program as a shell does: exit codes, streams and files.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("GORACE", "atexit_sleep_ms=0") // else the race detector waits a second at each exit
			return nil
		},
	})
}

// A call is one command line, with all that it can see. The zero call has no input and
// an empty environment, and its clock shows noon.
type call struct {
	args   []string
	stdin  string
	env    map[string]string
	prompt string // what is typed at the prompt; empty means that there is no terminal

	register func(*hook.Registry, func(string) string) error // nil means the user's handlers
}

var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

func (c call) app(stdout, stderr io.Writer) *app {
	a := &app{
		stdin: strings.NewReader(c.stdin), stdout: stdout, stderr: stderr,
		getenv: func(name string) string { return c.env[name] },
		now:    func() time.Time { return noon },
		prompt: promptSecret, register: handlers.Register,
		awsConfig: func(context.Context, string, string) (aws.Config, error) {
			return aws.Config{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("id", "key", "")}, nil
		},
	}
	if c.register != nil {
		a.register = c.register
	}
	if c.prompt != "" {
		a.prompt = func(io.Reader, io.Writer, string) (string, error) { return c.prompt, nil }
	}
	return a
}

// run gives everything that the command wrote.
func (c call) run(ctx context.Context) (output string, err error) {
	var out bytes.Buffer
	err = c.app(&out, &out).exec(ctx, c.args)
	return out.String(), err
}

// compare holds got against a golden file, or writes it.
func compare(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; go test -update writes it", err)
	}
	if d := diff.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", path, d)
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"", "run", "send", "sign", "types", "samples"} {
		t.Run("hookctl "+command, func(t *testing.T) {
			t.Parallel()
			out, err := call{args: append(strings.Fields(command), "--help")}.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			compare(t, filepath.Join("help", cmp.Or(command, "hookctl")+".golden"), out)
			for line := range strings.Lines(out) {
				if n := len([]rune(strings.TrimSpace(line))); n > 100 {
					t.Errorf("a line of %d characters: %s", n, line)
				}
			}
		})
	}
}

func TestWithoutArgumentsItHelps(t *testing.T) {
	t.Parallel()
	bare, err := call{}.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	help, err := call{args: []string{"--help"}}.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if bare != help {
		t.Errorf("without arguments:\n%s\nwant the help:\n%s", bare, help)
	}
}

func TestUsageErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		args string
		want []string
	}{
		{"no such command", "sned", []string{`"sned"`, "see: go tool hookctl --help"}},
		{"no such flag", "run --bogus", []string{"--bogus", "see: go tool hookctl run --help"}},
		{"secret as an argument", "send text.incoming.sms --secret hunter2", []string{"unknown flag: --secret"}},
		{"too many samples", "send a b", []string{"accepts at most 1"}},
		{"no sample", "send", []string{"name a sample", "kyc.kyc.session.approved"}},
		{"no such sample", "sign deliv", []string{`"deliv"`, "contiguity.text.delivery.failed"}},
		{"sample and file", "send text.incoming.sms --file x", []string{"not both"}},
		{"file without provider", "sign --file x", []string{"--provider"}},
		{"no such provider", "sign --file x --provider nobody", []string{`"nobody"`, "contiguity, contiguity-v1, kyc, compliancely"}},
		{"sample with provider", "sign tin_match --provider kyc", []string{"--provider goes with --file"}},
		{"not a URL", "send tin_match --to localhost:8080", []string{`"localhost:8080"`, "https://"}},
		{"setting of another provider", "sign tin_match --signed body", []string{"provider compliancely: signed"}},
		{"no such signing", "sign kyc.session.created --signed twice", []string{"provider kyc: signed"}},
		{"two secrets", "sign tin_match --secret-env A --secret-prompt", []string{"secret-env", "secret-prompt"}},
		{"zero times", "send tin_match --times 0", []string{"--times"}},
		{"id of another kind", "send tin_match --id evt_1", []string{"whole numbers"}},
		{"file with an id", "send --file testdata/body.json --provider kyc --id evt_1", []string{"--id goes with a sample"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, err := call{args: strings.Fields(tt.args)}.run(t.Context())
			if got := exitCode(err); got != exitUsage {
				t.Fatalf("exit code %d of %v, want %d", got, err, exitUsage)
			}
			for _, want := range append(tt.want, "see: go tool hookctl") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error = %v, want %q in it", err, want)
				}
			}
			if strings.Contains(out+err.Error(), "hunter2") {
				t.Error("it repeats a secret")
			}
		})
	}
}
