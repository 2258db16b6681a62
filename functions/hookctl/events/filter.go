package events

import (
	"strconv"
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

// add adds the flags to a command, whose --state takes more than the states of records.
func (f *filter) add(c *cobra.Command, more ...string) {
	names := append(more, states()...)
	c.Flags().StringVar(&f.source, "source", "", "of the source with this `NAME`")
	c.Flags().StringVar(&f.eventType, "type", "", "of this `TYPE`")
	cli.Complete(c, "source", cli.SourceNames()...)
	cli.Complete(c, "type", dialect.TypeNames()...)
	cli.Flag(c, &f.state, "state", "", cli.OneOf(names...), "in this `STATE`: "+strings.Join(names, ", "))
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
	s.State = ledger.State(strings.ToUpper(f.state))
	if f.state == stateUnhandled {
		s.State, s.Reason = ledger.StateCompleted, ledger.ReasonUnhandled
	}
	if s.From, err = moment("since", f.since, now); err != nil {
		return s, err
	}
	s.Until, err = moment("until", f.until, now)
	return s, err
}

// moment reads a flag's time, or how long ago it was; an empty text gives the zero time. A
// date starts in now's zone.
func moment(flag, text string, now time.Time) (time.Time, error) {
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
	return time.Time{}, cli.BadValue(flag, text, "how long ago, as 90m, 24h or 7d, or a time, as 2026-10-01 or 2026-10-01T12:00:00Z")
}
