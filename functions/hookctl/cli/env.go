package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"webhookintake/shared/hook"
)

// An Env is what surrounds one command line. Make it with [NewEnv].
type Env struct {
	Stdin    io.Reader
	Out, Err *Writer
	Getenv   func(string) string
	Now      func() time.Time
	// Password asks for a line without echo. Its error is [ErrNoTerminal] if standard input
	// is not a terminal.
	Password func(question string) (string, error)
	// Register registers the handlers of this checkout.
	Register func(r *hook.Registry, getenv func(string) string) error
	// AWS reads the settings that AWS's own tools read: environment, profiles and the
	// machine's role.
	AWS func(ctx context.Context, region, profile string) (aws.Config, error)
	// Folder is a folder of the clone, whose samconfig.toml names a stack, and in whose data
	// folder a hookctl run says that it runs; empty means none.
	Folder string

	started bool // the command line is valid and its command runs
	told    bool // the stack that the command line does not name was said
}

// NewEnv returns the Env of a process with these streams, with no handlers.
func NewEnv(stdin io.Reader, stdout, stderr io.Writer, getenv func(string) string) *Env {
	e := &Env{
		Stdin: stdin, Out: NewWriter(stdout, getenv), Err: NewWriter(stderr, getenv), Getenv: getenv, Now: time.Now,
		Register: func(*hook.Registry, func(string) string) error { return nil },
		Folder:   ".",
	}
	e.Password, e.AWS = e.readPassword, e.readAWS
	return e
}

// Main runs the process's own command line and returns its exit code.
func Main(root func(*Env) *cobra.Command, getenv func(string) string, register func(*hook.Registry, func(string) string) error) int {
	ctx, stop := signal.NotifyContext(context.Background(), endSignals()...)
	context.AfterFunc(ctx, stop)                        // a second Ctrl-C ends the program at once
	e := NewEnv(os.Stdin, os.Stdout, os.Stderr, getenv) //nolint:forbidigo // it stands in for main
	e.Register = register
	err := e.Execute(ctx, root(e), os.Args[1:])
	if err != nil {
		fmt.Fprintln(e.Err, "hookctl:", err)
	}
	return ExitCode(err)
}

// endSignals are those at which a command finishes what it does, and ends. A closed terminal
// is one of them, unless nohup or a shell said that it does not matter.
func endSignals() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// Execute runs one command line. Its error is for people, and for [ExitCode].
func (e *Env) Execute(ctx context.Context, root *cobra.Command, args []string) error {
	root.SetArgs(append([]string{}, args...)) // with nil, cobra would take the program's own
	root.SetIn(e.Stdin)
	root.SetOut(e.Out)
	root.SetErr(e.Err)
	root.SetHelpFunc(e.help)
	command, err := root.ExecuteContextC(ctx)
	if err != nil && !e.started {
		err = badFlag(command, err)
	}
	if usage, ok := errors.AsType[*UsageError](err); ok && !usage.Complete {
		return fmt.Errorf("%w\nsee: %s --help", err, command.CommandPath())
	}
	return plainAWS(err)
}

// Run turns fn into a command's RunE. An error before fn starts is a [UsageError].
func (e *Env) Run(fn func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		e.started = true
		return fn(c.Context(), args)
	}
}

// Group completes a command that only holds others. Without one of them it is a
// [UsageError] with this text, or shows its help if the text is empty.
func Group(c *cobra.Command, want string, members ...*cobra.Command) *cobra.Command {
	c.Args = noSuchCommand
	c.RunE = func(c *cobra.Command, _ []string) error {
		if want == "" {
			return c.Help()
		}
		return Usagef("%s", want)
	}
	c.AddCommand(members...)
	return c
}

// Root completes the command that holds all others.
func Root(c *cobra.Command) *cobra.Command {
	c.Use = "hookctl"
	c.Annotations = map[string]string{cobra.CommandDisplayNameAnnotation: "go tool hookctl"}
	c.SilenceErrors, c.SilenceUsage = true, true
	c.CompletionOptions.DisableDefaultCmd = true // there is one with help of its own
	c.Version = buildVersion()
	c.SetVersionTemplate("hookctl {{.Version}}\n")
	return Group(c, "")
}
