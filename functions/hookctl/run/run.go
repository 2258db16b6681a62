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
	addr, data, save   string
	sources, envFile   string
	once, watch, fresh bool
	showBody           bool
}

// Command returns the command "run".
func Command(e *cli.Env) *cobra.Command {
	var o options
	c := &cobra.Command{
		Use:   "run",
		Short: "Run the whole intake in this process",
		Long: `run receives webhooks until Ctrl-C. It runs the code that runs on AWS, with queue and
ledger in memory. The handlers are those of functions/process/handlers. The first time, it
begins by showing what happens to each sample webhook; --once shows only that.

At the end it saves queue, dead letters and ledger, payloads included, into the data folder,
and the next run continues from there. If it is killed, it saves nothing.

With --watch it builds itself again and restarts when a Go file, or a file of settings or
sources, changes. Requests wait meanwhile. If the build fails, it shows what the compiler
says, and the previous program keeps running.

--save DIR writes each verified webhook as an API Gateway event like those of events/http,
for "hookctl send --file", "sam local invoke -e" and hooktest.Load. It has the whole payload.

There is one source for each provider, with a public sample secret, which "hookctl send"
uses too. To receive real webhooks through a tunnel, give your own sources document with
--sources FILE or in the variable SOURCES; --sources - asks for a secret for each provider,
without showing it, or reads the document if standard input is not a terminal.

Handlers get their settings from the environment and from --env-file, and sample settings
for the rest. The sample settings of your handlers are in
functions/process/handlers/settings.sample.json, a JSON object. While the samples are shown,
handlers get sample settings only. With settings of your own, run wants sources of your own:
anyone can sign with the sample secrets.

` + upkeepHelp + envFileRules,
		Example: `  go tool hookctl run --watch
  go tool hookctl run --once                # the samples only; exits with 1 if one fails
  go tool hookctl run --fresh               # with empty queue and ledger
  go tool hookctl run --sources - --env-file .env --addr 127.0.0.1:9000`,
		Args: cli.Args(0, 0),
	}
	c.RunE = e.Run(func(ctx context.Context, _ []string) (err error) {
		with := *e
		if with.Getenv, err = withEnvFile(e.Getenv, o.envFile); err != nil {
			return err
		}
		if o.watch {
			return runReloading(ctx, &with, o, c.Flags())
		}
		return run(ctx, &with, o)
	})
	cli.Flag(c, &o.addr, "addr", sign.DefaultAddress, cli.Address(), "receive webhooks at `HOST:PORT`; port 0 takes a free one")
	c.Flags().BoolVar(&o.once, "once", false, "show the samples and exit; nothing is saved")
	c.Flags().BoolVar(&o.watch, "watch", false, "build again and restart when a Go file changes")
	c.Flags().BoolVar(&o.showBody, "show-body", false, "show the payload of each webhook")
	c.Flags().StringVar(&o.save, "save", "", "write each verified webhook into `DIR`, signed with the sample secret")
	c.Flags().StringVar(&o.sources, "sources", "", "receive from the sources of this `FILE`; - asks for their secrets")
	c.Flags().StringVar(&o.envFile, "env-file", "", "read settings of handlers from this `FILE` of lines NAME=VALUE")
	c.Flags().StringVar(&o.data, "data", "", "save queue and ledger in `DIR`; default .hookctl of this module, else nowhere")
	c.Flags().BoolVar(&o.fresh, "fresh", false, "begin with empty queue and ledger, and remove what was saved")
	for _, name := range []string{"watch", "sources", "env-file", "save", "show-body"} {
		c.MarkFlagsMutuallyExclusive("once", name)
	}
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
	defer s.close()
	if s.inherited != nil {
		ctx = s.inherited.Context(ctx)
	}
	if s.first {
		if _, err := showSamples(ctx, e, logs); ctx.Err() != nil {
			return err
		} else if err != nil { // as where a setting has no sample: what is received does not need one
			e.Err.Text("hookctl: %v", err)
		}
	}
	return s.serve(ctx)
}

// showSamples shows the samples, and counts those that did not give the expected result.
func showSamples(ctx context.Context, e *cli.Env, logs *pipeline.Logs) (problems int, err error) {
	settings, err := e.SampleSettings()
	if err != nil {
		return 0, err
	}
	unexpected, err := demo.Show(ctx, demo.Options{Out: e.Out, Logs: logs, Register: e.Register, Settings: settings})
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
