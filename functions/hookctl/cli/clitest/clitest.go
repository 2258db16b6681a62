// Package clitest runs commands of hookctl in tests, against fakes of AWS's services or
// real engines.
//
// It promises that a command line sees only what its [Call] gives it: no environment, no
// terminal, no profile of AWS's tools, and none of the user's handlers.
//
// It is never part of the program: only tests import it.
package clitest

import (
	"bytes"
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
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/shared/hook"
)

// NewWriter returns a Writer to out without colour.
func NewWriter(out io.Writer) *cli.Writer {
	return cli.NewWriter(out, func(string) string { return "" })
}

// Secret is a webhook secret that looks like a real one.
const Secret = "whsec_a-real-looking-one"

// Noon is what the clock of a [Call] shows.
var Noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

// update is the flag of tests with golden files.
var update = flag.Bool("update", false, "write the golden files again")

// Commands are the commands of a test's program.
type Commands []func(*cli.Env) *cobra.Command

// Root returns the command that holds them.
func (c Commands) Root(e *cli.Env) *cobra.Command {
	root := cli.Root(new(cobra.Command))
	for _, command := range c {
		root.AddCommand(command(e))
	}
	return root
}

// Main runs a package's tests, whose scripts find the commands as the program hookctl.
func Main(m *testing.M, getenv func(string) string, commands Commands) {
	testscript.Main(m, map[string]func(){
		"hookctl": func() { os.Exit(cli.Main(commands.Root, getenv, Register)) },
	})
}

// Script runs the scripts in a folder, with these variables in their environment.
func Script(t *testing.T, dir string, env map[string]string) {
	t.Helper()
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Setup: func(e *testscript.Env) error {
			e.Setenv("GORACE", "atexit_sleep_ms=0") // otherwise the race detector waits a second at each exit
			for name, value := range env {
				e.Setenv(name, value)
			}
			return nil
		},
	})
}

// A Call is one command line, with everything that it can see. Without more it has no
// input, no terminal and an empty environment, and its clock shows [Noon].
type Call struct {
	Commands Commands
	Args     []string
	Stdin    string
	Env      map[string]string
	Password string // typed when asked; empty means that there is no terminal
	Now      func() time.Time
	Register func(*hook.Registry, func(string) string) error // nil means [Register]
}

// NewEnv returns the call's Env with these streams.
func (c Call) NewEnv(stdout, stderr io.Writer) *cli.Env {
	e := cli.NewEnv(strings.NewReader(c.Stdin), stdout, stderr, func(name string) string { return c.Env[name] })
	e.Now = func() time.Time { return Noon }
	if c.Now != nil {
		e.Now = c.Now
	}
	e.Folder = ""
	e.Register = Register
	if c.Register != nil {
		e.Register = c.Register
	}
	e.AWS = func(context.Context, string, string) (aws.Config, error) {
		return aws.Config{Region: EngineRegion, Credentials: EngineCredentials()}, nil
	}
	if c.Password != "" {
		e.Password = func(string) (string, error) { return c.Password, nil }
	}
	return e
}

// RunTo runs the call with these streams.
func (c Call) RunTo(ctx context.Context, stdout, stderr io.Writer) error {
	e := c.NewEnv(stdout, stderr)
	return e.Execute(ctx, c.Commands.Root(e), c.Args)
}

// Run runs the call and returns everything that it wrote.
func (c Call) Run(ctx context.Context) (output string, err error) {
	var out bytes.Buffer
	err = c.RunTo(ctx, &out, &out)
	return out.String(), err
}

// EngineCredentials are those of every Call, and of the engines.
func EngineCredentials() aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider("id", "key", "")
}

// Update reports whether golden files are to be written.
func Update() bool { return *update }

// Golden compares got with a file below testdata, or writes the file with -update.
func Golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", filepath.FromSlash(name))
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
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
