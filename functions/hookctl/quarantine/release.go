package quarantine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/quarantine"
	"webhookintake/shared/webhook"
)

// view is a request as JSON. It has nothing that the sender wrote but the event's id and type,
// and those only once it verifies.
type view struct {
	ID      string             `json:"id"`
	Arrived time.Time          `json:"arrived"`
	Source  string             `json:"source"`
	Code    webhook.Code       `json:"code"`
	NotKept int                `json:"not_kept"` // since the one before
	Outcome quarantine.Outcome `json:"outcome,omitempty"`
	Now     webhook.Code       `json:"now,omitempty"` // why it would be refused now
	Event   string             `json:"event,omitempty"`
	Type    string             `json:"type,omitempty"`
	Error   string             `json:"error,omitempty"`
	Body    []byte             `json:"body,omitempty"`
}

func viewOf(r quarantine.Result) view {
	v := view{
		ID: r.ID, Arrived: r.At.UTC(), Source: r.Source, Code: r.Code, NotKept: r.NotKept,
		Outcome: r.Outcome, Now: r.Now, Event: r.Event.ID, Type: r.Event.Type,
	}
	if r.Err != nil {
		v.Error = r.Err.Error()
	}
	return v
}

var (
	errNoMatch = errors.New("no refused request matches")
	errNone    = errors.New("no chosen request verifies with the current secrets; hookctl sources set puts the right one")
	errSome    = errors.New("some requests could not be handled; run it again")
)

// changeFlags choose requests, and say what the operator confirms.
type changeFlags struct {
	flags
	all, yes bool
}

func (f *changeFlags) addChange(c *cobra.Command) {
	c.Flags().BoolVar(&f.all, "all", false, "all requests")
	c.Flags().BoolVar(&f.yes, "yes", false, "do not ask")
	f.add(c)
}

func (f *changeFlags) check(ids []string) error {
	chosen := len(ids)+len(f.sources)+len(f.codes) > 0 || f.since > 0 || f.until > 0
	return cli.CheckUsage(
		cli.Check{Fault: chosen == f.all, Text: "choose requests: IDs, --source, --code, --since, --until, or --all alone"},
		cli.Check{Fault: f.json && !f.yes, Text: "--json does not ask: add --yes"},
	)
}

// chosen returns what the flags and ids choose, which may be all only if that is said.
func (f *changeFlags) chosen(ctx context.Context, e *cli.Env, ids []string) (quarantine.List, quarantine.Releaser, error) {
	if err := f.check(ids); err != nil {
		return quarantine.List{}, quarantine.Releaser{}, err
	}
	return f.find(ctx, e, ids)
}

func verifyCommand(e *cli.Env) *cobra.Command {
	var f flags
	c := &cobra.Command{
		Use:   "verify [ID...]",
		Short: "Verify refused requests again, with the current secrets",
		Long: `quarantine verify says for each request whether it would be accepted now, as of its arrival. It
changes nothing, and exits with 1 if none would be.`,
		Example: `  go tool hookctl quarantine verify --stack NAME --source kyc`,
		RunE: e.Run(func(ctx context.Context, args []string) error {
			list, r, err := f.find(ctx, e, args)
			if err != nil {
				return err
			}
			tally, err := run(ctx, e, f.json, list.Entries, r.VerifyAll)
			if err == nil && tally[quarantine.Verifies] == 0 {
				err = errNone
			}
			return err
		}),
	}
	f.add(c)
	return c
}

func releaseCommand(e *cli.Env) *cobra.Command {
	var f changeFlags
	c := &cobra.Command{
		Use:   "release [ID...]",
		Short: "Queue the refused requests that verify now",
		Long: `quarantine release verifies each chosen request with the current secrets, as of its arrival, sends
the events of those that verify to the queue, and deletes them from the quarantine after that. The
others stay. An event that arrived again meanwhile is dropped as a duplicate.

It exits with 1 if none verifies, or if something fails. Run it again then: nothing is lost, and an
event that is sent twice is handled once.`,
		Example: `  go tool hookctl quarantine release --stack NAME --source kyc
  go tool hookctl quarantine release --stack NAME --all --yes`,
		RunE: e.Run(func(ctx context.Context, args []string) error {
			list, r, err := f.chosen(ctx, e, args)
			if err != nil {
				return err
			}
			if !f.yes {
				tally, err := run(ctx, e, false, list.Entries, r.VerifyAll)
				if err == nil && tally[quarantine.Verifies] == 0 {
					err = errNone
				}
				if err != nil {
					return err
				}
				if err := e.Confirm(ctx, fmt.Sprintf("Release %d?", tally[quarantine.Verifies]), false); err != nil {
					return err
				}
			}
			tally, err := run(ctx, e, f.json, list.Entries, r.ReleaseAll)
			if err == nil && tally[quarantine.Released] == 0 {
				err = errNone
			}
			return err
		}),
	}
	f.addChange(c)
	return c
}

func dropCommand(e *cli.Env) *cobra.Command {
	var f changeFlags
	c := &cobra.Command{
		Use:   "drop [ID...]",
		Short: "Delete refused requests for good",
		Long: `quarantine drop deletes the chosen requests, whether they verify or not. They expire by
themselves after QuarantineDays.`,
		Example: `  go tool hookctl quarantine drop --stack NAME --code signature_missing`,
		RunE: e.Run(func(ctx context.Context, args []string) error {
			list, r, err := f.chosen(ctx, e, args)
			if err != nil {
				return err
			}
			if !f.yes {
				printList(e.Out, list, e.Now(), 50)
			}
			if len(list.Entries) == 0 {
				return nil
			}
			if err := e.Confirm(ctx, fmt.Sprintf("Delete %d for good?", len(list.Entries)), f.yes); err != nil {
				return err
			}
			_, err = run(ctx, e, f.json, list.Entries, r.DropAll)
			return err
		}),
	}
	f.addChange(c)
	return c
}

// run does something with each request, reports each, and counts the outcomes.
func run(
	ctx context.Context, e *cli.Env, asJSON bool, entries []quarantine.Entry,
	do func(context.Context, []quarantine.Entry, func(quarantine.Result)) error,
) (map[quarantine.Outcome]int, error) {
	if len(entries) == 0 {
		return nil, errNoMatch
	}
	tally := map[quarantine.Outcome]int{}
	var printing error
	err := do(ctx, entries, func(r quarantine.Result) {
		tally[r.Outcome]++
		if asJSON {
			printing = errors.Join(printing, e.Out.JSONLine(viewOf(r)))
			return
		}
		e.Out.Text("%s  %s  %s  %s", cli.Time(r.At, e.Now()), r.Source, shortID(r.Entry), r.Text())
	})
	if !asJSON {
		for _, o := range []quarantine.Outcome{
			quarantine.Verifies, quarantine.Released, quarantine.Dropped, quarantine.Refused, quarantine.SourceGone,
			quarantine.Unreadable, quarantine.Gone, quarantine.NotDeleted, quarantine.Failed,
		} {
			if tally[o] > 0 {
				e.Out.Print("%d %s", tally[o], o)
			}
		}
	}
	if err == nil && tally[quarantine.Failed]+tally[quarantine.NotDeleted]+tally[quarantine.Unreadable] > 0 {
		err = errSome
	}
	return tally, errors.Join(err, printing)
}
