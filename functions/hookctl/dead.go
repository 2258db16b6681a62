package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/letters"
	"webhookintake/functions/hookctl/screen"
	"webhookintake/functions/hookctl/stack"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger/dynamo"
	"webhookintake/shared/queue"
)

func (a *app) deadCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "dead",
		Short: "Look at dead letters, and send them back",
		Long: `dead shows the events that were given up, with the reason of each, and sends back those
whose cause is mended.

A queue is read by receiving from it: a letter is hidden from others while a command looks
at it, and visible again at once when the command ends, by Ctrl-C too. Each look counts as
a receive, but the dead-letter queue has no limit of those: look as often as you like. What
somebody else is looking at is not seen, and no more than 120,000 letters in one look.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return &usageError{errors.New("say what to do: list, show, redrive")}
		},
	}
	c.AddCommand(a.deadListCommand(), a.deadShowCommand(), a.deadRedriveCommand())
	return c
}

// A letterFlags says which letters are meant.
type letterFlags struct {
	stack                   stackFlags
	reasons, sources, types []string
	limit                   int
	json                    bool
}

func (f *letterFlags) add(c *cobra.Command, json string) {
	c.Flags().StringSliceVar(&f.reasons, "reason", nil, "those given up for one of these `REASONS`, with commas between them:\n"+reasonList())
	c.Flags().StringSliceVar(&f.sources, "source", nil, "those of these `SOURCES`")
	c.Flags().StringSliceVar(&f.types, "type", nil, "those of these event `TYPES`")
	c.Flags().IntVar(&f.limit, "limit", 0, "`N` letters at most; 0 means all")
	c.Flags().BoolVar(&f.json, "json", false, json)
	f.stack.add(c, "")
}

func reasonList() string {
	var b strings.Builder
	for i, reason := range letters.Reasons() {
		switch {
		case i == 5:
			b.WriteString(",\n")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(string(reason))
	}
	return b.String()
}

func (f *letterFlags) filter(ids []string) (letters.Filter, error) {
	filter := letters.Filter{IDs: ids, Sources: f.sources, Types: f.types}
	for _, text := range f.reasons {
		reason := queue.Reason(text)
		if !slices.Contains(letters.Reasons(), reason) {
			return filter, &usageError{fmt.Errorf("--reason: there is no reason %q; give of these:\n%s", text, reasonList())}
		}
		filter.Reasons = append(filter.Reasons, reason)
	}
	if f.limit < 0 {
		return filter, &usageError{errors.New("--limit has to be 0 or more")}
	}
	return filter, nil
}

// deadLetters finds the queue of dead letters, and gives it with the rest of the stack.
func (a *app) deadLetters(ctx context.Context, f stackFlags) (letters.Desk, *stack.Stack, error) {
	s, err := a.stack(ctx, f)
	if err != nil {
		return letters.Desk{}, nil, err
	}
	dead, err := s.Queue(stack.DeadLetters)
	if err != nil {
		return letters.Desk{}, nil, err
	}
	return letters.Desk{Dead: dead}, s, nil
}

// planning gives the desk what it needs to plan, and the table's reader.
func (a *app) planning(d *letters.Desk, s *stack.Stack) (*dynamo.Reader, error) {
	table, err := s.Get(stack.Table)
	if err != nil {
		return nil, err
	}
	handlers, err := a.registered()
	if err != nil {
		return nil, err
	}
	reader := dynamo.NewReader(s.DynamoDB(), table)
	d.Records = reader
	d.Planner.Handlers, d.Planner.Now = handlers, a.now
	return reader, nil
}

// registered are the handlers of this clone. Which of them the deployed function has
// depends on its settings: those that are off without settings are not sure.
func (a *app) registered() (letters.Handlers, error) {
	var all, sure hook.Registry
	if err := a.register(&all, orSample(a.getenv)); err != nil {
		return letters.Handlers{}, fmt.Errorf("register handlers: %w", err)
	}
	_ = a.register(&sure, a.getenv) // what it refuses for want of settings is not sure
	return letters.Handlers{All: &all, Sure: &sure}, nil
}

func (a *app) deadListCommand() *cobra.Command {
	var flags letterFlags
	c := &cobra.Command{
		Use:   "list",
		Short: "List the dead letters, and count them by reason and source",
		Long: `dead list shows the letters, oldest first: when each was given up, how often its handlers
ran, and the error. The reason receive_limit is that of letters which SQS moved itself.
Payloads are not shown.

Looking counts as a receive, and the dead-letter queue has no limit of those.`,
		Example: `  go tool hookctl dead list --stack NAME
  go tool hookctl dead list --stack NAME --reason attempts,permanent --source kyc
  go tool hookctl dead list --stack NAME --json | jq -r .id`,
		Args: cobra.NoArgs,
		RunE: a.command(func(ctx context.Context, _ []string) error {
			return a.deadList(ctx, flags)
		}),
	}
	flags.add(c, "print each letter as a line of JSON")
	return c
}

func (a *app) deadList(ctx context.Context, f letterFlags) error {
	filter, err := f.filter(nil)
	if err != nil {
		return err
	}
	desk, _, err := a.deadLetters(ctx, f.stack)
	if err != nil {
		return err
	}
	live := newProgressLine(a.stderr)
	desk.Progress = live.write
	look, err := desk.Look(ctx, filter, f.limit)
	live.clear()
	switch {
	case f.json:
		for _, l := range look.Letters {
			err = errors.Join(err, screen.JSONLine(a.stdout, l.View()))
		}
	case err == nil || len(look.Letters) > 0:
		look.Print(screen.New(a.stdout, a.getenv), a.now(), terminalWidth(a.stdout))
	}
	return err
}

func (a *app) deadShowCommand() *cobra.Command {
	var flags stackFlags
	var payload, asJSON bool
	c := &cobra.Command{
		Use:   "show ID",
		Short: "Show a dead letter, its event's record, and what redriving would do",
		Long: `dead show shows all of a letter but its payload, by the id of its event or of its message,
what the ledger has of the event beside it, and what redriving would do. Of one event
there may be several letters.

With --payload it shows the body too, and of a conflict the other one, where the ledger
keeps it: messages, phone numbers and tax numbers may be in it.`,
		Example: `  go tool hookctl dead show evt_1 --stack NAME
  go tool hookctl dead show evt_1 --stack NAME --payload --json | jq -r .payload`,
		Args: cobra.ExactArgs(1),
		RunE: a.command(func(ctx context.Context, args []string) error {
			return a.deadShow(ctx, flags, args[0], payload, asJSON)
		}),
	}
	c.Flags().BoolVar(&payload, "payload", false, "show the payload too")
	c.Flags().BoolVar(&asJSON, "json", false, "print each letter as a line of JSON")
	flags.add(c, "")
	return c
}

func (a *app) deadShow(ctx context.Context, f stackFlags, id string, payload, asJSON bool) error {
	desk, s, err := a.deadLetters(ctx, f)
	if err != nil {
		return err
	}
	reader, err := a.planning(&desk, s)
	if err != nil {
		return err
	}
	live := newProgressLine(a.stderr)
	desk.Progress = live.write
	plans, err := desk.Examine(ctx, id)
	live.clear()
	if len(plans) == 0 && err == nil {
		return fmt.Errorf("no dead letter has the event or message id %s, unless somebody else is looking at it now", id)
	}
	for i, plan := range plans {
		var kept []byte
		if payload && plan.Letter.Reason() == queue.ReasonConflict {
			kept, err = keptPayload(ctx, reader, plan.Letter.Key(), err)
		}
		err = errors.Join(err, plan.Err, a.showLetter(plan, i > 0, payload, kept, asJSON))
	}
	return err
}

// keptPayload is the body that the ledger keeps, nil for none.
func keptPayload(ctx context.Context, reader *dynamo.Reader, key string, before error) ([]byte, error) {
	kept, err := reader.Payload(ctx, key)
	if errors.Is(err, dynamo.ErrNoPayload) {
		err = nil
	}
	return kept, errors.Join(before, err)
}

func (a *app) showLetter(plan letters.Plan, further, payload bool, kept []byte, asJSON bool) error {
	if asJSON {
		view := plan.View()
		if payload {
			view = view.WithPayload(plan.Letter.Body(), kept)
		}
		return screen.JSONLine(a.stdout, view)
	}
	s := screen.New(a.stdout, a.getenv)
	if further {
		s.Print("")
	}
	plan.Print(s, a.now())
	if payload {
		s.Print("%s\n%s", s.Bold("payload"), letters.PayloadText(plan.Letter.Body()))
	}
	if kept != nil {
		s.Print("%s\n%s", s.Bold("payload of the record"), letters.PayloadText(kept))
	}
	return nil
}
