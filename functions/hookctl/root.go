package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"webhookintake/functions/process/handlers"
	"webhookintake/shared/hook"
)

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1 // it was done, and the result is not as hoped: refused, differs, unreachable
	exitUsage  = 2 // nothing was done: the command line is wrong
)

// An app is what commands know of the world.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time
	prompt         func(stdin io.Reader, stderr io.Writer, question string) (string, error)
	register       func(r *hook.Registry, getenv func(string) string) error // the handlers
	awsConfig      func(ctx context.Context, region, profile string) (aws.Config, error)

	running bool // a command line was understood and its command runs
}

// exec runs one command line. Its error is for people, and for [exitCode].
func exec(
	ctx context.Context, args []string,
	stdin io.Reader, stdout, stderr io.Writer, getenv func(string) string,
) error {
	a := &app{
		stdin: stdin, stdout: stdout, stderr: stderr,
		getenv: getenv, now: time.Now, prompt: promptSecret,
		register: handlers.Register, awsConfig: awsConfig,
	}
	return a.exec(ctx, args)
}

func (a *app) exec(ctx context.Context, args []string) error {
	root := a.root()
	root.SetArgs(append([]string{}, args...)) // of nil, cobra would take the program's own
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	command, err := root.ExecuteContextC(ctx)
	if err != nil && !a.running {
		err = &usageError{err}
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		return fmt.Errorf("%w\nsee: %s --help", err, command.CommandPath())
	}
	return err
}

// A usageError says that the command line is wrong.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	return exitFailed
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "hookctl",
		Short: "Run the webhook intake here, and look after a deployed one",
		Long: `hookctl runs the webhook intake on this machine, signs and sends webhooks to it, and looks
after a deployed one: its sources, its events, its dead letters.

It exits with 0 when all went well, with 1 when the result is not as hoped, and with 2
when the command line is wrong.`,
		Example: `  go tool hookctl run                                  # the whole intake, in this terminal
  go tool hookctl send contiguity.text.incoming.sms    # a signed webhook, from another one
  go tool hookctl types                                # what there is to send and to handle
  go tool hookctl doctor --stack webhook-intake        # whether a deployed one works`,
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: "go tool hookctl"},
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.CompletionOptions.DisableDefaultCmd = true
	add := func(title string, commands ...*cobra.Command) {
		root.AddGroup(&cobra.Group{ID: title, Title: title + ":"})
		for _, c := range commands {
			c.GroupID = title
			root.AddCommand(c)
		}
	}
	add("On this machine", a.runCommand(), a.sendCommand(), a.signCommand(), a.trafficCommand(), a.typesCommand(), a.samplesCommand(), a.costCommand())
	add("On a deployed stack", a.sourcesCommand(), a.doctorCommand(), a.eventsCommand(), a.deadCommand())
	add("At the providers", a.registerCommand(), a.reconcileCommand())
	return root
}

// command notes that the command line was understood, and runs fn.
func (a *app) command(fn func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		a.running = true
		return fn(c.Context(), args)
	}
}
