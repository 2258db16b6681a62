package events

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/operate/act"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

// howToAct is what the helps of all acts say.
const howToAct = `It acts on everything that you name, or that matches the flags. It first counts what matches
and shows what would happen, and asks once. It then does that and no more: it leaves alone
what matches only since, or would now be handled otherwise; with --yes it acts on that too.
Ctrl-C stops it between two events; it then says how to go on with the rest.`

// actFlags choose events for an act, and say how it is done.
type actFlags struct {
	filter                      filter
	payload                     payloadFilter // only pull has its flags
	from                        cli.StackFlags
	kind, reason, handledBefore string
	file, provider              string
	assumeDone                  []string
	rate                        float64
	dryRun, yes, json           bool
}

// add adds the flags of all acts. States are those in which the act finds events.
func (f *actFlags) add(c *cobra.Command, states ...string) {
	f.filter.add(c, states...)
	c.Flags().StringVar(&f.kind, "kind", "", "open for this `CAUSE`, as events list shows it")
	c.Flags().StringVar(&f.reason, "reason", "", "whose record has this `REASON`, as permanent or cancelled")
	cli.Flag(c, &f.rate, "rate", act.DefaultRate, cli.Number(0, 10_000), "at most `N` events a second; 0 means no limit")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "only show what would happen")
	c.Flags().BoolVar(&f.yes, "yes", false, "do not ask")
	c.Flags().BoolVar(&f.json, "json", false, "print each event as a line of JSON, with --yes or --dry-run")
	f.from.AddIntake(c, "")
}

// addHandledBefore adds the flag with which an act on events that it does not end goes on.
func (f *actFlags) addHandledBefore(c *cobra.Command) {
	c.Flags().StringVar(&f.handledBefore, "handled-before", "", "last handled before this `TIME`: goes on with an interrupted act")
}

// addProvider adds the flag of an act that needs to know an event's provider.
func (f *actFlags) addProvider(c *cobra.Command) {
	c.Flags().StringVar(&f.provider, "provider", "", "`NAME` of the source's provider, if the source has another name")
	cli.Complete(c, "provider", dialect.Providers()...)
}

// addBody adds the flags of an act that puts the event's body into the queue.
func (f *actFlags) addBody(c *cobra.Command) {
	f.addProvider(c)
	c.Flags().StringVar(&f.file, "file", "", "read the body of the only event from this `FILE`, byte for byte")
	c.Flags().StringSliceVar(&f.assumeDone, "assume-done", nil, fmt.Sprintf("take these `HANDLERS` as done, A,B; at most %d", queue.MaxHandlers))
}

// selects reports whether flags choose events.
func (f *actFlags) selects() bool {
	return !f.filter.isEmpty() || f.kind != "" || f.reason != "" || !f.payload.isEmpty()
}

// match reads the arguments and the flags. It refuses what no event can match.
func (f *actFlags) match(args []string, now time.Time) (m events.Match, err error) {
	if len(args) > 0 {
		if m.Keys, err = eventKeys(args); err != nil {
			return m, err
		}
	}
	unhandled, completed := f.filter.state == stateUnhandled, strings.EqualFold(f.filter.state, string(ledger.StateCompleted))
	err = cli.CheckUsage(
		cli.Check{Fault: len(m.Keys) > 0 && (f.selects() || f.handledBefore != ""), Text: "name events, or select them by flags, not both"},
		cli.Check{Fault: len(m.Keys) == 0 && !f.selects(), Text: "name events, or select them by flags, as --source or --type"},
		cli.Check{Fault: f.file != "" && len(m.Keys) != 1, Text: "--file is the body of one event: name that event"},
		cli.Check{Fault: len(m.Keys) == 0 && f.provider != "" && f.filter.source == "", Text: "--provider needs --source"},
		cli.Check{Fault: f.kind != "" && (unhandled || completed), Text: "--kind is why an event is open, and no completed event is"},
		cli.Check{Fault: unhandled && f.reason != "" && f.reason != ledger.ReasonUnhandled, Text: "no event matches --state unhandled with another --reason"},
		cli.Check{Fault: len(f.assumeDone) > queue.MaxHandlers, Text: fmt.Sprintf("--assume-done takes at most %d handlers", queue.MaxHandlers)},
		cli.Check{Fault: f.json && !f.yes && !f.dryRun, Text: "--json does not ask: add --yes or --dry-run"},
	)
	if err != nil {
		return m, err
	}
	if m.Scan, err = f.filter.scan(now); err != nil {
		return m, err
	}
	if f.reason != "" {
		m.Reason = f.reason
	}
	m.Kind, m.Skipped = f.kind, new(events.Skipped)
	m.HandledBefore, err = cli.Moment("handled-before", f.handledBefore, now)
	return m, err
}

// body reads the file, nil if none is given.
func (f *actFlags) body() ([]byte, error) {
	if f.file == "" {
		return nil, nil
	}
	body, err := os.ReadFile(f.file)
	if err != nil {
		return nil, fmt.Errorf("read the body: %w", err)
	}
	return body, nil
}

// A deed is an act as its command words it.
type deed struct {
	name     string // as in JSON
	question string // with %s for how many events
	done     string // what happened to an event: "put into the queue"
	again    string // how to go on after it ended early; empty means by --handled-before
	match    events.Match
	surveyed func() // is called after the survey; may be nil
}

// What happens to an event of the acts that send a message.
const (
	queued     = "put into the queue"
	cancelling = "scheduled to be cancelled"
)

// fewEvents is up to how many events a line each is printed. Of more, those that were not
// sent have one.
const fewEvents = 20

// Errors that some events were left alone, or would be.
var (
	errInPart = errors.New("not every event was")
	errNotAll = errors.New("not every event would be")
)

// perform shows what the act would do, asks, and does it.
func (f *actFlags) perform(ctx context.Context, e *cli.Env, l events.OpenLedger, d deed, actOn func(events.Items) act.Act[events.Entry]) error {
	began := e.Now()
	done := func() {}
	if scans, err := scansTable(ctx, e, l, d.match); err != nil {
		return err
	} else if scans {
		done = reportScan(ctx, e, l, &d.match.Scan)
	}
	a := actOn(events.Each(l, &d.match, began))
	a.Rate = f.rate
	var printing error
	show := func(r act.Result[events.Entry]) {
		if f.json {
			printing = errors.Join(printing, e.Out.JSONLine(events.NewActView(d.name, r, f.dryRun)))
		}
	}
	planned := show
	if !f.dryRun {
		planned = nil
	}
	progress := e.Progress()
	if d.match.Scan.Progress == nil { // what is found in the index is planned at once
		a.Progress = func(n int) {
			if n%100 == 0 {
				progress.Showf("%d events planned", n)
			}
		}
	}
	survey, err := a.Survey(ctx, planned)
	progress.Clear()
	done()
	reportSkipped(e, *d.match.Skipped)
	if err = errors.Join(err, printing); err != nil {
		return err
	}
	if d.surveyed != nil {
		d.surveyed()
	}
	if !f.json {
		printSurvey(e.Out, survey, d, f.rate)
	}
	if (f.dryRun || survey.Act == 0) && survey.Refuse > 0 {
		return fmt.Errorf("%w %s: %d of %d would not", errNotAll, d.done, survey.Refuse, survey.Act+survey.Refuse)
	}
	if f.dryRun || survey.Act == 0 {
		return nil
	}
	if err := e.ConfirmMany(ctx, fmt.Sprintf(d.question, countEvents(survey.Act)), survey.Act, f.yes); err != nil {
		return err
	}
	if !f.yes {
		a.Confirmed = &survey
	}
	return f.run(ctx, e, &d, a, survey.Act, show)
}

// scansTable reports whether finding the events reads the whole table, and says so if the
// index is not there yet.
func scansTable(ctx context.Context, e *cli.Env, l events.OpenLedger, m events.Match) (bool, error) {
	if len(m.Keys) > 0 || !m.Open {
		return len(m.Keys) == 0, nil
	}
	_, err := l.Open(ctx, 0, ledger.OpenEntry{}, 1)
	if errors.Is(err, ledger.ErrNoIndex) {
		e.Err.Text("%s", noIndex)
		return true, nil
	}
	return false, err
}

// run does the act, and says how to go on if it ended early.
func (f *actFlags) run(ctx context.Context, e *cli.Env, d *deed, a act.Act[events.Entry], about int, show func(act.Result[events.Entry])) error {
	began := e.Now()
	progress := e.Progress()
	a.Progress = func(done int) { progress.Show(of(done, about)) }
	d.match.Scan.Progress = nil
	d.match.Skipped = new(events.Skipped)
	tally, err := a.Run(ctx, func(r act.Result[events.Entry]) {
		show(r)
		if !f.json && (about <= fewEvents || r.Err != nil || r.Refuse != nil) {
			progress.Clear()
			printResult(e.Out, r)
		}
	})
	progress.Clear()
	if !f.json {
		e.Out.Print("%s %s%s.", countEvents(tally.Done), d.done, notDone(tally))
	}
	if err != nil {
		again := "run the same command again"
		switch {
		case d.again != "":
			again += ": " + d.again
		case d.name != events.ActCancel && len(d.match.Keys) == 0 && f.handledBefore == "":
			again = "add --handled-before " + began.UTC().Format(time.RFC3339) + " to the same command"
		}
		return fmt.Errorf("%w after %s; to go on with the rest, %s", err, of(tally.All(), about), again)
	}
	return d.inPart(tally.Refused+tally.Failed, tally.All())
}

// inPart returns an error if some events were left alone.
func (d *deed) inPart(left, all int) error {
	if left == 0 {
		return nil
	}
	return fmt.Errorf("%w %s: %d of %d were not", errInPart, d.done, left, all)
}

// of says how many events of those that were found are done. With --yes there may be more by
// now.
func of(done, found int) string { return fmt.Sprintf("%d of %s", done, countEvents(max(done, found))) }

func countEvents(n int) string { return cli.Count(n, "event", "events") }

func notDone(t act.Tally) string {
	var text string
	if t.Refused > 0 {
		text += fmt.Sprintf(", %d left alone", t.Refused)
	}
	if t.Failed > 0 {
		text += fmt.Sprintf(", %d not known", t.Failed)
	}
	return text
}
