package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/records"
	"webhookintake/functions/hookctl/screen"
	"webhookintake/functions/hookctl/stack"
	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/dynamo"
)

func (a *app) eventsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "events",
		Short: "Look at handled events, and have some handled again",
		Long: `events looks into the ledger, which knows of every event what became of it, and asks for
events to be handled again.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return &usageError{errors.New("say what to do: list, show, replay")}
		},
	}
	c.AddCommand(a.eventsListCommand(), a.eventsShowCommand(), a.eventsReplayCommand())
	return c
}

// costOfScan is what whoever selects events has to know.
const costOfScan = `It reads the whole table, as DynamoDB finds events by their key alone: one read unit for
each 8 KB, kept payloads included. A million records of 700 bytes are some 90,000 units,
about one cent in us-east-1, and some minutes. In a table of provisioned capacity that
takes from what the functions have.`

// An eventFilter says which events are meant.
type eventFilter struct {
	source, eventType, state, since, until string
}

func (f *eventFilter) add(c *cobra.Command) {
	c.Flags().StringVar(&f.source, "source", "", "of the source with this `NAME`")
	c.Flags().StringVar(&f.eventType, "type", "", "of this `TYPE`")
	c.Flags().StringVar(&f.state, "state", "", "in this `STATE`: "+strings.Join(eventStates(), ", "))
	c.Flags().StringVar(&f.since, "since", "", "received so long ago or later, as 90m, 24h or 7d, or a `TIME`,\nas 2026-10-01 or 2026-10-01T12:00:00Z")
	c.Flags().StringVar(&f.until, "until", "", "received before this `TIME`, likewise")
}

func (f *eventFilter) isEmpty() bool { return *f == eventFilter{} }

// stateUnhandled is that of events which no handler was registered for.
const stateUnhandled = ledger.ReasonUnhandled

func eventStates() []string {
	var names []string
	for _, s := range []ledger.State{ledger.StateClaimed, ledger.StateReleased, ledger.StateCompleted, ledger.StateFailed} {
		names = append(names, strings.ToLower(string(s)))
	}
	return append(names, stateUnhandled)
}

// scan understands the flags. Its error is one of usage.
func (f *eventFilter) scan(now time.Time) (s dynamo.Scan, err error) {
	s.Source, s.Type = f.source, f.eventType
	switch {
	case f.state == stateUnhandled:
		s.State, s.Reason = ledger.StateCompleted, ledger.ReasonUnhandled
	case f.state != "" && !slices.Contains(eventStates(), f.state):
		return s, &usageError{fmt.Errorf("--state has to be one of %s", strings.Join(eventStates(), ", "))}
	default:
		s.State = ledger.State(strings.ToUpper(f.state))
	}
	if s.From, err = moment(f.since, now); err != nil {
		return s, &usageError{fmt.Errorf("--since: %w", err)}
	}
	if s.Until, err = moment(f.until, now); err != nil {
		return s, &usageError{fmt.Errorf("--until: %w", err)}
	}
	return s, nil
}

// moment reads a time, or how long ago it was; zero for an empty text. A date begins in
// now's zone.
func moment(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return now.AddDate(0, 0, -int(n)), nil
		}
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	if at, err := time.ParseInLocation(time.DateOnly, text, now.Location()); err == nil {
		return at, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	return time.Time{}, fmt.Errorf("%q is neither a duration, as 90m, 24h or 7d, nor a time, as 2026-10-01 or 2026-10-01T12:00:00Z", text)
}

// records finds the ledger of the stack, or of the environment.
func (a *app) records(ctx context.Context, f stackFlags) (*dynamo.Reader, *stack.Stack, error) {
	s, err := a.stack(ctx, f)
	if err != nil {
		return nil, nil, err
	}
	table, err := s.Get(stack.Table)
	if err != nil {
		return nil, nil, err
	}
	return dynamo.NewReader(s.DynamoDB(), table), s, nil
}

// scanning tells on a terminal how far a scan is, until done is called.
func (a *app) scanning(s *dynamo.Scan) (done func()) {
	line := newProgressLine(a.stderr)
	s.Progress = func(items int) { line.write(fmt.Sprintf("%d items read", items)) }
	return line.clear
}

func (a *app) eventsListCommand() *cobra.Command {
	var filter eventFilter
	var from stackFlags
	var limit int
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List events, the newest first",
		Long: `list shows what became of events: when they were received, their state, how often they
were tried, which handlers finished, and when the next try is. Times are local ones.

` + costOfScan,
		Example: `  go tool hookctl events list --stack intake --since 24h
  go tool hookctl events list --stack intake --state failed --source contiguity
  go tool hookctl events list --stack intake --state unhandled --json | jq -r .type | sort | uniq -c`,
		Args: cobra.NoArgs,
		RunE: a.command(func(ctx context.Context, _ []string) error {
			if limit < 1 || limit > records.MaxSelected {
				return &usageError{fmt.Errorf("--limit has to be from 1 to %d", records.MaxSelected)}
			}
			scan, err := filter.scan(a.now())
			if err != nil {
				return err
			}
			reader, _, err := a.records(ctx, from)
			if err != nil {
				return err
			}
			done := a.scanning(&scan)
			list, err := records.Newest(ctx, reader, scan, limit)
			done()
			if err != nil {
				return err
			}
			return a.printList(list, asJSON)
		}),
	}
	filter.add(c)
	c.Flags().IntVar(&limit, "limit", 50, "list the newest `N`")
	c.Flags().BoolVar(&asJSON, "json", false, "print each event as a line of JSON, and on stderr how many were left out")
	from.add(c, "")
	return c
}

func (a *app) printList(list records.List, asJSON bool) error {
	if !asJSON {
		list.Print(screen.New(a.stdout, a.getenv), a.now())
		return nil
	}
	if left := list.Matched - len(list.Entries); left > 0 {
		fmt.Fprintf(a.stderr, "%d older events match too; --limit shows more\n", left)
	}
	return list.WriteJSON(a.stdout)
}

func (a *app) eventsShowCommand() *cobra.Command {
	var from stackFlags
	var payload, asJSON bool
	c := &cobra.Command{
		Use:   "show SOURCE ID | SOURCE#ID",
		Short: "Show all that is known of one event",
		Long: `show tells in words what the ledger knows of one event. The payload is shown with
--payload alone, as it may hold personal data, and only where it is kept: of the sources
that the template's parameter KeepPayloads names (KEEP_PAYLOADS of process).`,
		Example: `  go tool hookctl events show contiguity evt_7xk2 --stack intake
  go tool hookctl events show 'kyc#evt_demo02' --stack intake --payload --json`,
		Args: cobra.RangeArgs(1, 2),
		RunE: a.command(func(ctx context.Context, args []string) error {
			keys, err := eventKeys(args)
			if err != nil {
				return err
			}
			if len(keys) != 1 {
				return &usageError{errors.New("show takes one event")}
			}
			reader, _, err := a.records(ctx, from)
			if err != nil {
				return err
			}
			return a.showEvent(ctx, reader, keys[0], payload, asJSON)
		}),
	}
	c.Flags().BoolVar(&payload, "payload", false, "show the payload, too, where it is kept")
	c.Flags().BoolVar(&asJSON, "json", false, "print it as one line of JSON")
	from.add(c, "")
	return c
}

// eventKeys understands SOURCE ID… and SOURCE#ID….
func eventKeys(args []string) ([]string, error) {
	if strings.Contains(args[0], "#") {
		for _, key := range args {
			if source, id, ok := strings.Cut(key, "#"); !ok || source == "" || id == "" {
				return nil, &usageError{fmt.Errorf("%q is not SOURCE#ID", key)}
			}
		}
		return args, nil
	}
	if len(args) < 2 {
		return nil, &usageError{errors.New("give the source and the event's id, or SOURCE#ID")}
	}
	var keys []string
	for _, id := range args[1:] {
		keys = append(keys, args[0]+"#"+id)
	}
	return keys, nil
}

func (a *app) showEvent(ctx context.Context, l records.Ledger, key string, withPayload, asJSON bool) error {
	rec, ok, err := l.Record(ctx, key)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("%s: %w", key, records.ErrNoRecord)
	}
	entry := records.Entry{Key: key, Record: rec}
	var body []byte
	if withPayload {
		if body, err = l.Payload(ctx, key); err != nil && !errors.Is(err, dynamo.ErrNoPayload) {
			return err
		}
	}
	if asJSON {
		if withPayload && body == nil {
			fmt.Fprintln(a.stderr, records.PayloadNotKept)
		}
		return entry.WriteJSON(a.stdout, body)
	}
	out := screen.New(a.stdout, a.getenv)
	entry.Print(out, a.now())
	switch {
	case !withPayload:
		out.Print("  payload      %s", records.PayloadHidden)
	case body == nil:
		out.Print("  payload      %s", records.PayloadNotKept)
	default:
		records.PrintPayload(out, body)
	}
	return nil
}
