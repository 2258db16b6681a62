package events

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/ledger"
)

// costOfScan is what an operator should know before selecting events.
const costOfScan = `It reads the whole table, because DynamoDB finds events only by their key: one read unit
for each 8 KB, kept payloads included. A million records of 700 bytes take about 90,000
units, one cent in us-east-1, and some minutes. In a table with provisioned capacity, the
functions have that much less.`

// costOfPayloads is what looking into payloads costs besides.
const costOfPayloads = `
Each payload that is looked into takes one more unit for each 4 KB, so --source, --type and
--since save units.`

// A filter selects events.
type filter struct {
	source, eventType, state, since, until string
}

// add adds the flags to a command, whose --state takes these names; none means all states of
// records.
func (f *filter) add(c *cobra.Command, names ...string) {
	if len(names) == 0 {
		names = states()
	}
	cli.Flag(c, &f.state, "state", "", cli.OneOf(names...), "in this `STATE`: "+strings.Join(names, ", "))
	f.addWithoutState(c)
}

// addWithoutState adds the other flags, for a command whose --state is another one.
func (f *filter) addWithoutState(c *cobra.Command) {
	c.Flags().StringVar(&f.source, "source", "", "of the source with this `NAME`")
	c.Flags().StringVar(&f.eventType, "type", "", "of this `TYPE`")
	cli.Complete(c, "source", cli.SourceNames()...)
	cli.Complete(c, "type", dialect.TypeNames()...)
	c.Flags().StringVar(&f.since, "since", "", "received since this `TIME`, as 90m, 24h or 7d ago, or as 2026-10-01 or\n2026-10-01T12:00:00Z")
	c.Flags().StringVar(&f.until, "until", "", "received before this `TIME`, in the same forms")
}

func (f *filter) isEmpty() bool { return *f == filter{} }

// stateOpen selects events in the index of what is open. It is no state of a record.
const stateOpen = "open"

// stateUnhandled selects events for whose type no handler was registered.
const stateUnhandled = ledger.ReasonUnhandled

func states() []string {
	var names []string
	for _, s := range []ledger.State{ledger.StateClaimed, ledger.StateReleased, ledger.StateCompleted, ledger.StateFailed} {
		names = append(names, strings.ToLower(string(s)))
	}
	return append(names, stateUnhandled)
}

// scan reads the flags.
func (f *filter) scan(now time.Time) (s ledger.Scan, err error) {
	s.Source, s.Type = f.source, f.eventType
	switch f.state {
	case stateOpen: // the index has them
	case stateUnhandled:
		s.State, s.Reason = ledger.StateCompleted, ledger.ReasonUnhandled
	default:
		s.State = ledger.State(strings.ToUpper(f.state))
	}
	if s.From, err = cli.Moment("since", f.since, now); err != nil {
		return s, err
	}
	if s.Until, err = cli.Moment("until", f.until, now); err != nil {
		return s, err
	}
	return s, cli.CheckUsage(cli.Check{
		Fault: !s.From.IsZero() && !s.Until.IsZero() && !s.From.Before(s.Until), Text: "no event matches: --since is not before --until",
	})
}
