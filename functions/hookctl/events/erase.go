package events

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/functions/hookctl/operate/erase"
)

// eraseFlags say what is erased.
type eraseFlags struct {
	filter              searchFilter
	from                cli.StackFlags
	state, key          string
	dryRun, yes, asJSON bool
}

func eraseCommand(e *cli.Env) *cobra.Command {
	var f eraseFlags
	c := &cobra.Command{
		Use:   "erase [SOURCE ID… | SOURCE#ID…]",
		Short: "Erase the contents of events, as for a person who asks for it",
		Long: `erase removes the payloads and dead letters of events, what their records repeat of them
(errors of handlers, and results), and what the vault has of them: large bodies, events that
the queue did not take yet, and requests that were refused. The record stays, with the event's
id and a digest of its body, so that a duplicate is still dropped. It cannot be undone: an
erased event can be neither redriven nor replayed, a failed one is given up, and one that the
queue did not take is not handled.

It takes the events that are named, or those whose payload or dead letter has the value of
--contains or --field. A refused request is that of a named event if it verifies as that, or
has its id. With --state and --key it erases a handler's state in place of events.
It shows what it would erase, asks, and says what it does not reach. It leaves alone, and
names, events that have not ended: run it again when they have.

It exits with 1 if not everything was erased.`,
		Example: `  go tool hookctl events erase --stack intake --contains +15005550001 --dry-run
  go tool hookctl events erase --stack intake kyc evt_7xk2
  go tool hookctl events erase --stack intake --state conversation --key +15005550001`,
		RunE: e.Run(func(ctx context.Context, args []string) error { return f.run(ctx, e, args) }),
	}
	f.filter.addWithoutState(c)
	f.filter.payloadFilter.add(c)
	c.Flags().StringVar(&f.state, "state", "", "erase the state of this `NAME`, as in hook.NewState, for the --key")
	c.Flags().StringVar(&f.key, "key", "", "the `KEY` of the state")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "only show what would be erased")
	c.Flags().BoolVar(&f.yes, "yes", false, "do not ask")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print each event as a line of JSON")
	f.from.AddIntake(c, "")
	return c
}

// check returns what is wrong with the command line.
func (f *eraseFlags) check(args []string) error {
	matches := !f.filter.payloadFilter.isEmpty()
	switch {
	case (f.state != "") != (f.key != ""):
		return cli.Usagef("--state and --key go together")
	case f.state != "" && (len(args) > 0 || matches || !f.filter.filter.isEmpty()):
		return cli.Usagef("erase a state, or events, not both at once")
	case f.state != "":
		return nil
	case len(args) > 0 && (matches || !f.filter.filter.isEmpty()):
		return cli.Usagef("name events, or select them by flags, not both")
	case len(args) == 0 && !matches:
		return cli.Usagef("name events, or say with --contains or --field whose payloads are erased")
	}
	return nil
}

func (f *eraseFlags) run(ctx context.Context, e *cli.Env, args []string) error {
	if err := f.check(args); err != nil {
		return err
	}
	if f.state != "" {
		return f.eraseState(ctx, e)
	}
	x, s, plan, err := f.plan(ctx, e, args)
	if err != nil {
		return err
	}
	reportSkipped(e, plan.Skipped)
	if !f.asJSON {
		printErasePlan(e.Out, plan, e.Now())
	}
	f.reportOutOfReach(ctx, e, s, plan, x.Vault != nil)
	if len(plan.Items) == 0 {
		return nil
	}
	if !f.dryRun {
		question := fmt.Sprintf("Erase the content of %s? It cannot be undone.", countEvents(len(plan.Items)))
		if err := e.ConfirmTyped(ctx, question, strconv.Itoa(len(plan.Items)), f.yes); err != nil {
			return err
		}
	}
	return f.erase(ctx, e, x, plan)
}

// plan finds what would be erased.
func (f *eraseFlags) plan(ctx context.Context, e *cli.Env, args []string) (x erase.Eraser, s searching, plan erase.Plan, err error) {
	var keys []string
	if len(args) > 0 {
		if keys, err = eventKeys(args); err != nil {
			return x, s, plan, err
		}
		if s.in, err = e.Intake(ctx, f.from); err != nil {
			return x, s, plan, err
		}
		x, s.done, err = newEraser(e, s.in)
	} else if s, err = f.filter.search(ctx, e, f.from); err == nil {
		done := s.done
		x, s.done, err = newEraser(e, s.in)
		defer done()
	}
	if err != nil {
		return x, s, plan, err
	}
	defer s.done()
	if keys != nil {
		plan, err = x.Named(ctx, keys)
		return x, s, plan, err
	}
	plan, err = x.Find(ctx, s.Match, s.scan)
	s.Searched = plan.Searched
	return x, s, plan, err
}

func newEraser(e *cli.Env, in cli.Intake) (x erase.Eraser, done func(), err error) {
	progress := e.Progress()
	x.Now, x.Dead = e.Now, dead.Client{Progress: progress.Show}
	if x.Ledger, err = in.Ledger(); err != nil {
		return x, progress.Clear, err
	}
	if x.Dead.Dead, err = in.DeadLetters(); err != nil {
		return x, progress.Clear, err
	}
	v, err := in.Vault()
	if errors.Is(err, stack.ErrMissing) {
		return x, progress.Clear, nil // it has none
	}
	if x.Vault = v; err != nil {
		return x, progress.Clear, err
	}
	switch refused, err := in.Quarantine(); {
	case err == nil:
		x.Verify = refused.Verify
	case !errors.Is(err, stack.ErrMissing):
		return x, progress.Clear, err
	}
	return x, progress.Clear, nil
}

// errNotErased says that something is left.
var errNotErased = errors.New("not everything was erased")

func (f *eraseFlags) erase(ctx context.Context, e *cli.Env, x erase.Eraser, plan erase.Plan) error {
	left := len(plan.NotEnded)
	report := func(r erase.Result) {
		if r.Err != nil {
			left++
		}
		f.printErased(e.Out, r)
	}
	var err error
	if f.dryRun {
		for _, item := range plan.Items {
			report(erase.Result{Item: item})
		}
		return nil
	}
	if err = x.Run(ctx, plan, report); err != nil {
		return err
	}
	if left > 0 {
		return fmt.Errorf("%w: %d of %d left", errNotErased, left, len(plan.Items)+len(plan.NotEnded))
	}
	return nil
}

func (f *eraseFlags) eraseState(ctx context.Context, e *cli.Env) error {
	in, l, err := openLedger(ctx, e, f.from)
	if err != nil {
		return err
	}
	x := erase.Eraser{Ledger: l, Now: e.Now}
	found, err := x.FindState(ctx, f.state, f.key)
	if err != nil {
		return err
	}
	if !found.Exists() {
		e.Out.Text("State %s has nothing for this key. The key is written as the handler's key function returns it.", f.state)
		return nil
	}
	e.Out.Text("State %s has %s for this key. The next event of the key begins with an empty state.", f.state, cli.Count(len(found.JSON), "byte", "bytes"))
	reportNotReached(e, in, true)
	if f.dryRun {
		return nil
	}
	if err := e.ConfirmTyped(ctx, "Erase it? It cannot be undone.", f.state, f.yes); err != nil {
		return err
	}
	if err := x.RunState(ctx, found); err != nil {
		return err
	}
	e.Out.Print("Erased the state.")
	return nil
}
