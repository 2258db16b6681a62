package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/records"
	"webhookintake/functions/hookctl/screen"
	"webhookintake/functions/hookctl/stack"
	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/dynamo"
)

// A replayFlags says which events are handled again, and how.
type replayFlags struct {
	filter      eventFilter
	from        stackFlags
	handlers    []string
	file        string
	provider    string
	dryRun, yes bool
}

func (a *app) eventsReplayCommand() *cobra.Command {
	var f replayFlags
	c := &cobra.Command{
		Use:   "replay SOURCE ID… | SOURCE#ID… | --source NAME …",
		Short: "Have events handled again that have ended",
		Long: `replay puts ended events into the queue again, so that their handlers run again: all, or
those that are named. It says first which that are, and asks. Handlers that have not
finished for an event run in any case.

It shows the handlers as they are registered here. The settings of the deployed function
are not seen from here: a handler whose settings may be missing there has a ? behind its
name.

A handler gets the idempotency key of its first run: an API that knows the key may answer
without doing it again. A handler at most once has no such net: what it did, it does again.

The body is the kept one, or that in --file, whose hash has to be the event's. An event
that failed keeps its dead letter, which changes nothing once the replay has begun.

Selecting by flags reads the whole table, as list does, and takes the events that have
ended, at most ` + fmt.Sprint(records.MaxSelected) + ` of them.

It exits with 1 if an event could not be put into the queue.`,
		Example: `  go tool hookctl events replay contiguity evt_7xk2 --handler delivery-status --stack intake
  go tool hookctl events replay --source kyc --state unhandled --since 7d --stack intake --dry-run
  go tool hookctl events replay standard-eu msg_1 --provider standard --file body.json --stack intake`,
		RunE: a.command(func(ctx context.Context, args []string) error { return a.replay(ctx, f, args) }),
	}
	f.filter.add(c)
	c.Flags().StringSliceVar(&f.handlers, "handler", nil, "run these handlers again: `NAMES`, A,B; by default all")
	c.Flags().StringVar(&f.file, "file", "", "take the body of the one event from this `FILE`, byte for byte")
	c.Flags().StringVar(&f.provider, "provider", "", "`NAME` of the source's provider, where the source is called otherwise")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "only say what would run and be sent")
	c.Flags().BoolVar(&f.yes, "yes", false, "do not ask")
	f.from.add(c, "")
	return c
}

func (a *app) replay(ctx context.Context, f replayFlags, args []string) error {
	var keys []string
	var err error
	if len(args) > 0 {
		if keys, err = eventKeys(args); err != nil {
			return err
		}
	}
	if err := f.check(keys); err != nil {
		return err
	}
	scan, err := f.filter.scan(a.now())
	if err != nil {
		return err
	}
	r, err := a.newReplay(ctx, f)
	if err != nil {
		return err
	}
	var entries []records.Entry
	if len(keys) > 0 {
		entries, err = r.Read(ctx, keys)
	} else {
		entries, err = a.selectEvents(ctx, r, scan)
	}
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		fmt.Fprintln(a.stdout, "No event that has ended matches.")
		return nil
	}
	return r.Run(ctx, entries)
}

// check finds what is wrong with the command line.
func (f *replayFlags) check(keys []string) error {
	selects := !f.filter.isEmpty()
	for _, check := range []struct {
		fault bool
		text  string
	}{
		{len(keys) > 0 && selects, "name events, or select them by flags, not both"},
		{len(keys) == 0 && !selects, "name events, or select them: --source, --type, --state, --since, --until"},
		{f.file != "" && len(keys) != 1, "--file is the body of one event: name that"},
		{len(keys) == 0 && f.provider != "" && f.filter.source == "", "--provider goes with one --source"},
		{unfinished(f.filter.state), "--state has to be completed, failed or unhandled: other events go on by themselves"},
	} {
		if check.fault {
			return &usageError{errors.New(check.text)}
		}
	}
	return nil
}

func unfinished(state string) bool {
	return strings.EqualFold(state, string(ledger.StateClaimed)) || strings.EqualFold(state, string(ledger.StateReleased))
}

// newReplay makes a replay out of the flags.
func (a *app) newReplay(ctx context.Context, f replayFlags) (*records.Replay, error) {
	handlers, err := a.registered()
	if err != nil {
		return nil, err
	}
	r := &records.Replay{
		Registry: handlers.All, Sure: handlers.Sure, Screen: screen.New(a.stdout, a.getenv), Now: a.now,
		Provider: f.provider, Handlers: f.handlers,
		Confirm: func(question string) error { return a.confirm(ctx, question, f.yes) },
	}
	if f.file != "" {
		body, err := os.ReadFile(f.file)
		if err != nil {
			return nil, fmt.Errorf("read the body: %w", err)
		}
		r.Body = body
	}
	reader, s, err := a.records(ctx, f.from)
	if err != nil {
		return nil, err
	}
	r.Ledger = reader
	if f.dryRun {
		return r, nil
	}
	q, err := s.Queue(stack.Queue)
	if err != nil {
		return nil, err
	}
	r.Queue = q
	return r, nil
}

func (a *app) selectEvents(ctx context.Context, r *records.Replay, scan dynamo.Scan) ([]records.Entry, error) {
	done := a.scanning(&scan)
	ended, left, err := records.Select(ctx, r.Ledger, scan)
	done()
	if err == nil && left > 0 {
		fmt.Fprintf(a.stdout, "%d that have not ended are left out.\n", left)
	}
	return ended, err
}
