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

// options are the flags.
type options struct {
	addr, data         string
	once, watch, fresh bool
}

// Command returns the command "run".
func Command(e *cli.Env) *cobra.Command {
	var o options
	c := &cobra.Command{
		Use:   "run",
		Short: "Run the whole intake in this process",
		Long: `run receives webhooks until Ctrl-C. It runs the code that runs on AWS, with queue and
ledger in memory. The handlers are those of functions/process/handlers. The first time it
shows before what happens to each sample webhook; --once shows only that.

At the end it saves queue, dead letters and ledger, payloads included, into the data folder,
and the next run goes on from there. Killed by force, it saves nothing.

With --watch it builds itself again and restarts when a Go file changes. Requests wait
meanwhile. If the build fails, it shows what the compiler says, and the program from before
goes on.

There is one source for each provider, with a public sample secret, which "hookctl send"
uses too. To receive real webhooks through a tunnel, set SOURCES to your own sources
document. Handlers get their settings from the environment, and sample settings for what
is not set there; while the samples are shown, they get sample settings only.`,
		Example: `  go tool hookctl run --watch
  go tool hookctl run --once                # the samples only; exits with 1 if one fails
  go tool hookctl run --fresh               # with empty queue and ledger
  SOURCES="$(cat sources.json)" go tool hookctl run --addr 127.0.0.1:9000`,
		Args: cli.Args(0, 0),
	}
	c.RunE = e.Run(func(ctx context.Context, _ []string) error {
		if o.watch {
			return runReloading(ctx, e, o, c.Flags())
		}
		return run(ctx, e, o)
	})
	cli.Flag(c, &o.addr, "addr", sign.DefaultAddress, cli.Address(), "receive webhooks at `HOST:PORT`; port 0 takes a free one")
	c.Flags().BoolVar(&o.once, "once", false, "show the samples and exit; nothing is saved")
	c.Flags().BoolVar(&o.watch, "watch", false, "build again and restart when a Go file changes")
	c.Flags().StringVar(&o.data, "data", "", "save queue and ledger in `DIR`; default .hookctl of this module, else nowhere")
	c.Flags().BoolVar(&o.fresh, "fresh", false, "begin with empty queue and ledger, and remove what was saved")
	c.MarkFlagsMutuallyExclusive("once", "watch")
	return c
}

// errUnexpected says that a sample did not give the expected result.
var errUnexpected = errors.New("not everything was as expected")

func run(ctx context.Context, e *cli.Env, o options) error {
	logs := pipeline.NewLogs()
	before := slog.Default()
	slog.SetDefault(slog.New(logs)) // handlers log through package slog
	defer slog.SetDefault(before)

	if o.once {
		problems, err := showSamples(ctx, e, logs)
		if err == nil && problems > 0 {
			err = errUnexpected
		}
		return err
	}
	// Faults of the command line and the sources are found before anything is shown.
	s, err := newServer(ctx, e, logs, o)
	if err != nil {
		return err
	}
	defer func() { _ = s.listener.Close() }() // serve has closed it already, if it was reached
	if s.inherited != nil {
		ctx = s.inherited.Context(ctx)
	}
	if s.first {
		if _, err := showSamples(ctx, e, logs); err != nil {
			return err
		}
	}
	return s.serve(ctx)
}

// showSamples shows the samples, and counts those that did not give the expected result.
func showSamples(ctx context.Context, e *cli.Env, logs *pipeline.Logs) (problems int, err error) {
	unexpected, err := demo.Show(ctx, demo.Options{Out: e.Out, Logs: logs, Register: e.Register})
	if err != nil {
		return 0, fmt.Errorf("show the samples: %w", err)
	}
	e.Out.Print("")
	if len(unexpected) == 0 {
		e.Out.Text("%s", e.Out.Good("All as expected."))
	}
	for _, problem := range unexpected {
		e.Out.Text("%s %s", e.Out.Bad("not as expected:"), problem)
	}
	return len(unexpected), nil
}
