package events

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/events"
)

func exportCommand(e *cli.Env) *cobra.Command {
	var f searchFilter
	var from cli.StackFlags
	var bodies bool
	var file string
	c := &cobra.Command{
		Use:   "export",
		Short: "Write events as lines of JSON, with their payloads on request",
		Long: `export writes every event that its flags select, all without flags, as a line of JSON each,
in no order, as it reads them: it holds only a few in memory. The fields are those of
"events show --json"; numbers in payloads stay as they are.

With --bodies a line also has the payload, if it is kept, as text in "payload", or in
"payload_base64" if it is not text. It may contain messages, phone numbers and tax numbers.

` + costOfScan + costOfPayloads,
		Example: `  go tool hookctl events export --stack intake --since 30d --out events.jsonl
  go tool hookctl events export --stack intake --source kyc --bodies | jq -r .payload`,
		Args: cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error {
			return export(ctx, e, from, f, bodies, file)
		}),
	}
	f.add(c)
	c.Flags().BoolVar(&bodies, "bodies", false, "with the payloads that are kept")
	c.Flags().StringVar(&file, "out", "", "write a new `FILE` that only you can read, and not standard output")
	from.AddIntake(c, "")
	return c
}

func export(ctx context.Context, e *cli.Env, from cli.StackFlags, f searchFilter, bodies bool, file string) (err error) {
	s, err := f.search(ctx, e, from)
	if err != nil {
		return err
	}
	s.Bodies = bodies
	out := e.Out
	if file != "" {
		to, err := create(file)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, to.Close()) }()
		out = cli.NewWriter(to, e.Getenv)
	}
	written, err := exportTo(ctx, out, e, s, bodies)
	if err != nil {
		return fmt.Errorf("after %s, so what is written is not all: %w", countEvents(written), err)
	}
	e.Err.Print("%s written.", countEvents(written))
	if n := s.Searched.NotKept + s.Searched.Omitted; bodies && n > 0 && s.Match.IsZero() {
		e.Err.Text("%d of them without a payload, which was not kept, or was erased; %s.", n, events.HowToKeep)
	}
	if n := s.Searched.Gone; n > 0 && s.Match.IsZero() {
		e.Err.Text("%d of them without a payload: %s.", n, bodyGone)
	}
	if !s.Match.IsZero() {
		s.reportNotSearched(ctx, e, false)
	}
	return nil
}

// create creates a file that only its owner can read.
func create(name string) (*os.File, error) {
	to, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("--out %s: it exists already; name another file", name)
	}
	if err != nil {
		return nil, fmt.Errorf("--out: %w", err)
	}
	return to, nil
}

// exportTo writes the events, and returns how many.
func exportTo(ctx context.Context, out *cli.Writer, e *cli.Env, s searching, bodies bool) (written int, err error) {
	defer s.done()
	var skipped events.Skipped
	for found, err := range s.All(ctx, skipped.Count(s.scan)) {
		if err != nil {
			return written, err
		}
		view := found.View()
		if bodies {
			view = view.WithPayload(found.Payload)
		}
		if err := out.JSONLine(view); err != nil {
			return written, err
		}
		written++
	}
	s.done()
	reportSkipped(e, skipped)
	return written, nil
}
