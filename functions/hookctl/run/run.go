package run

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/run/demo"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/functions/hookctl/sign"
)

// Command returns the command "run".
func Command(e *cli.Env) *cobra.Command {
	var addr string
	var once bool
	c := &cobra.Command{
		Use:   "run",
		Short: "Run the whole intake in this process",
		Long: `run first shows what happens to each sample webhook, and then receives webhooks until
Ctrl-C. It runs the code that runs on AWS, with queue and ledger in memory. The handlers
are those of functions/process/handlers.

There is one source for each provider, with a public sample secret, which "hookctl send"
uses too. To receive real webhooks through a tunnel, set SOURCES to your own sources
document. Handlers get their settings from the environment, and sample settings for what
is not set there; while the samples are shown, they get sample settings only.`,
		Example: `  go tool hookctl run
  go tool hookctl run --once                # the samples only; exits with 1 if one fails
  SOURCES="$(cat sources.json)" go tool hookctl run --addr 127.0.0.1:9000`,
		Args: cobra.NoArgs,
		RunE: e.Run(func(ctx context.Context, _ []string) error {
			return run(ctx, e, addr, once)
		}),
	}
	c.Flags().StringVar(&addr, "addr", sign.DefaultAddress, "receive webhooks at `HOST:PORT`; port 0 takes a free one")
	c.Flags().BoolVar(&once, "once", false, "show the samples and exit")
	return c
}

// errUnexpected says that a sample did not give the expected result.
var errUnexpected = errors.New("not everything was as expected")

func run(ctx context.Context, e *cli.Env, addr string, once bool) error {
	logs := pipeline.NewLogs()
	before := slog.Default()
	slog.SetDefault(slog.New(logs)) // handlers log through package slog
	defer slog.SetDefault(before)

	// Faults of the command line and the sources are found before anything is shown.
	var s *server
	if !once {
		var err error
		if s, err = newServer(ctx, e, logs, addr); err != nil {
			return err
		}
		defer func() { _ = s.listener.Close() }() // serve has closed it already, if it was reached
	}
	problems, err := demo.Show(ctx, demo.Options{Out: e.Out, Logs: logs, Register: e.Register})
	if err != nil {
		return fmt.Errorf("show the samples: %w", err)
	}
	e.Out.Print("")
	if len(problems) == 0 {
		e.Out.Print("%s", e.Out.Good("All as expected."))
	}
	for _, problem := range problems {
		e.Out.Print("%s %s", e.Out.Bad("not as expected:"), problem)
	}
	if s != nil {
		return s.serve(ctx)
	}
	if len(problems) > 0 {
		return errUnexpected
	}
	return nil
}
