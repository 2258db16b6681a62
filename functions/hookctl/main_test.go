package main

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
)

// TestMain lets scripts run the program itself.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"hookctl": main})
}

// TestScripts runs the program from a shell, for exit codes, streams and files.
func TestScripts(t *testing.T) {
	t.Parallel()
	clitest.Script(t, "testdata/script", nil)
}

// hookctl runs a command line and returns everything that it wrote.
func hookctl(t *testing.T, env map[string]string, args ...string) (output string, err error) {
	t.Helper()
	var out strings.Builder
	e := clitest.Call{Env: env}.NewEnv(&out, &out)
	err = e.Execute(t.Context(), newRoot(e), args)
	return out.String(), err
}

// TestHelp compares the help of every command with testdata. All lines fit a terminal of 100
// characters.
func TestHelp(t *testing.T) {
	t.Parallel()
	var check func(c *cobra.Command, args []string)
	names := map[string]bool{}
	check = func(c *cobra.Command, args []string) {
		name := cmp.Or(strings.Join(args, "-"), "hookctl") + ".golden"
		names[name] = true
		out, err := hookctl(t, nil, append(args, "--help")...)
		if err != nil {
			t.Fatal(err)
		}
		clitest.Golden(t, "help/"+name, out)
		for line := range strings.Lines(out) {
			if n := len([]rune(strings.TrimSpace(line))); n > 100 {
				t.Errorf("%s: a line of %d characters: %s", name, n, line)
			}
		}
		for _, sub := range c.Commands() {
			if sub.Name() != "help" {
				check(sub, append(args[:len(args):len(args)], sub.Name()))
			}
		}
	}
	check(newRoot(clitest.Call{}.NewEnv(new(strings.Builder), new(strings.Builder))), nil)
	files, err := os.ReadDir("testdata/help")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !names[f.Name()] {
			t.Errorf("testdata/help/%s belongs to no command: remove it", f.Name())
		}
	}
}

func TestWithoutArgumentsItHelps(t *testing.T) {
	t.Parallel()
	bare, err := hookctl(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	help, err := hookctl(t, nil, "--help")
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
		{"sample with provider", "sign tin_match --provider kyc", []string{"--provider is for --file"}},
		{"not a URL", "send tin_match --to localhost:8080", []string{`"localhost:8080"`, "https://"}},
		{"setting of another provider", "sign tin_match --signed body", []string{"provider compliancely: signed"}},
		{"no such signing", "sign kyc.session.created --signed twice", []string{"provider kyc: signed"}},
		{"two secrets", "sign tin_match --secret-env A --secret-prompt", []string{"secret-env", "secret-prompt"}},
		{"zero times", "send tin_match --times 0", []string{"--times"}},
		{"id of another kind", "send tin_match --id evt_1", []string{"whole numbers"}},
		{"file with an id", "send --file send/testdata/body.json --provider kyc --id evt_1", []string{"--id is for a sample"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, err := hookctl(t, nil, strings.Fields(tt.args)...)
			if got := cli.ExitCode(err); got != cli.ExitUsage {
				t.Fatalf("exit code %d of %v, want %d", got, err, cli.ExitUsage)
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

// TestCommandsInTheTemplate runs each command that an alarm or the dashboard names.
func TestCommandsInTheTemplate(t *testing.T) {
	t.Parallel()
	template, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	nothing := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(nothing.Close)
	env := map[string]string{"AWS_ENDPOINT_URL_CLOUDFORMATION": nothing.URL}
	commands := regexp.MustCompile("[\"`]go tool hookctl ([^\"`]+)[\"`]").FindAllStringSubmatch(string(template), -1)
	if len(commands) < 5 {
		t.Fatalf("found only %d commands", len(commands))
	}
	for _, command := range commands {
		args := strings.ReplaceAll(command[1], "${AWS::StackName}", "intake")
		out, err := hookctl(t, env, strings.Fields(args)...)
		if err != nil {
			out += err.Error()
		}
		if cli.ExitCode(err) != cli.ExitFailed || !strings.Contains(out, "look up stack intake") {
			t.Errorf("%s: exit code %d, %s; want it to look for the stack", args, cli.ExitCode(err), out)
		}
	}
}
