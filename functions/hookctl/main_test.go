package main

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
)

// TestMain lets scripts run the program itself, without the user's handlers: what those need
// or do must not fail these tests.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"hookctl": func() { os.Exit(cli.Main(newRoot, os.Getenv, clitest.Register)) },
	})
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
		{"no such command", "sned", []string{`"sned"`, "did you mean send?", "see: go tool hookctl --help"}},
		{"no such command of a group", "sources rotat", []string{`"rotat"`, "did you mean rotate?"}},
		{"arguments of a command without", "run now", []string{"got 1 argument; the form is: go tool hookctl run [flags]"}},
		{"no such flag", "run --bogus", []string{"--bogus", "see: go tool hookctl run --help"}},
		{"secret as an argument", "send text.incoming.sms --secret hunter2", []string{"unknown flag: --secret"}},
		{"too many samples", "send a b", []string{"got 2 arguments; the form is: go tool hookctl send [SAMPLE] [flags]"}},
		{"no sample", "send", []string{"name a sample", "kyc.kyc.session.approved"}},
		{"no such sample", "sign deliv", []string{`"deliv"`, "contiguity.text.delivery.failed"}},
		{"sample and file", "send text.incoming.sms --file x", []string{"not both"}},
		{"file without provider", "sign --file send/testdata/body.json", []string{"--provider"}},
		{"sample with provider", "sign tin_match --provider kyc", []string{"--provider is for --file"}},
		{"setting of another provider", "sign tin_match --signed body", []string{"provider compliancely: signed"}},
		{"no such signing", "sign kyc.session.created --signed twice", []string{"provider kyc: signed"}},
		{"two secrets", "sign tin_match --secret-env A --secret-prompt", []string{"secret-env", "secret-prompt"}},
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

// TestBadValues wants one line for the bad value of a flag: which flag, which value, and what
// to give.
func TestBadValues(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"run --addr 8080":                              `--addr "8080": give HOST:PORT, `,
		"send tin_match --times 0":                     `--times "0": give a whole number of at least 1`,
		"send tin_match --to localhost:8080":           `--to "localhost:8080": give an http or https URL, as https://`,
		"send tin_match --to http://h:99999/?token=hu": `--to "http://h:99999/": give an http or https URL`,
		"sign --file x --provider nobody":              `--provider "nobody": give one of contiguity, contiguity-v1, kyc, compliancely`,
		"doctor --wait soon":                           `--wait "soon": give a duration of at least 1s`,
		"dead list --limit -1":                         `--limit "-1": give a whole number of at least 0`,
		"dead list --reason tired":                     `--reason "tired": give one of permanent, attempts, `,
		"events list --limit 0":                        `--limit "0": give a whole number from 1 to 10000`,
		"events list --state done":                     `--state "done": give one of open, claimed, released, `,
		"events list --since yesterday":                `--since "yesterday": give how long ago, as 90m, `,
		"sources check --since 9m":                     `--since "9m": give a duration of at least 10m`,
		"sources url x --valid ever":                   `--valid "ever": give a duration of at most 10 years`,
		"sources set x --tolerance ten":                `--tolerance "ten": give a whole number of seconds`,
		"traffic kyc --fast=0":                         `--fast "0": give a whole number from 1 to 1000`,
		"traffic kyc --for 0s":                         `--for "0s": give a duration of at least 1ms`,
		"traffic kyc --rate 1/d":                       `--rate "1/d": give events by second, `,
		"traffic kyc --faults tired":                   `--faults "tired": no fault "tired"; give duplicate, `,
		"reconcile kyc --dry-run --since 0s":           `--since "0s": give a duration of at least 1s`,
		"reconcile kyc --dry-run --api http://x":       `--api "http://x": give an https URL`,
		"reconcile compliancely --id 1 --product sos":  `--product "sos": give one of tin_match, transcript`,
		"register kyc --url http://x":                  `--url "http://x": give an https URL`,
		"cost --batch 11":                              `--batch "11": give a number from 1 to 10`,
		"cost --handler-wait -1s":                      `--handler-wait "-1s": give a duration of at least 0s`,
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			out, err := hookctl(t, nil, strings.Fields(args)...)
			if cli.ExitCode(err) != cli.ExitUsage || out != "" {
				t.Fatalf("exit code %d, %v, want %d; printed %q", cli.ExitCode(err), err, cli.ExitUsage, out)
			}
			if got := err.Error(); !strings.HasPrefix(got, want) || strings.Contains(strings.TrimSuffix(got, "\nsee: go tool hookctl traffic --help"), "\n") {
				t.Errorf("%s: %v; want one line that begins with %s", args, err, want)
			}
		})
	}
}

// TestCompletion asks for words as the script in a shell does.
func TestCompletion(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args []string
		want []string // among the words
	}{
		{[]string{"s"}, []string{"samples\tWrite the sample events of events/", "send\tSend a signed webhook", "sign", "sources"}},
		{[]string{"sources", "ro"}, []string{"rotate"}},
		{[]string{"send", ""}, []string{"kyc.kyc.session.approved", "text.incoming.sms", "kyc.watchlist.match"}},
		{[]string{"send", "tin_match", ""}, nil},
		{[]string{"sign", "--provider", ""}, []string{"contiguity", "standard"}},
		{[]string{"sources", "rotate", ""}, []string{"contiguity", "kyc"}},
		{[]string{"events", "list", "--source", ""}, []string{"contiguity", "kyc"}},
		{[]string{"events", "list", "--state", ""}, []string{"unhandled"}},
		{[]string{"dead", "list", "--type", ""}, []string{"text.incoming.sms"}},
		{[]string{"dead", "list", "--reason", ""}, []string{"permanent", "receive_limit"}},
		{[]string{"traffic", ""}, []string{"compliancely"}},
		{[]string{"completion", ""}, []string{"bash", "zsh"}},
	} {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			t.Parallel()
			out, err := hookctl(t, nil, append([]string{"__complete"}, tt.args...)...)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range tt.want {
				if !strings.Contains("\n"+out, "\n"+want) {
					t.Errorf("no %q in:\n%s", want, out)
				}
			}
			if tt.want == nil && !strings.HasPrefix(out, ":4") {
				t.Errorf("words where none is expected:\n%s", out)
			}
		})
	}
}

func TestVersionFlag(t *testing.T) {
	t.Parallel()
	out, err := hookctl(t, nil, "--version")
	if err != nil || !strings.HasPrefix(out, "hookctl ") || !strings.HasSuffix(out, ", "+runtime.Version()+"\n") {
		t.Errorf("--version = %q, %v", out, err)
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
