package events

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/dynamo"
)

// costOfScan is what an operator should know before selecting events.
const costOfScan = `It reads the whole table, because DynamoDB finds events only by their key: one read unit
for each 8 KB, kept payloads included. A million records of 700 bytes take about 90,000
units, one cent in us-east-1, and some minutes. In a table with provisioned capacity, the
functions have that much less.`

// A filter selects events.
type filter struct {
	source, eventType, state, since, until string
}

func (f *filter) add(c *cobra.Command) {
	c.Flags().StringVar(&f.source, "source", "", "of the source with this `NAME`")
	c.Flags().StringVar(&f.eventType, "type", "", "of this `TYPE`")
	c.Flags().StringVar(&f.state, "state", "", "in this `STATE`: "+strings.Join(states(), ", "))
	c.Flags().StringVar(&f.since, "since", "", "received since this `TIME`, as 90m, 24h or 7d ago, or as 2026-10-01 or\n2026-10-01T12:00:00Z")
	c.Flags().StringVar(&f.until, "until", "", "received before this `TIME`, in the same forms")
}

func (f *filter) isEmpty() bool { return *f == filter{} }

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
func (f *filter) scan(now time.Time) (s dynamo.Scan, err error) {
	s.Source, s.Type = f.source, f.eventType
	switch {
	case f.state == stateUnhandled:
		s.State, s.Reason = ledger.StateCompleted, ledger.ReasonUnhandled
	case f.state != "" && !slices.Contains(states(), f.state):
		return s, cli.Usagef("--state has to be one of %s", strings.Join(states(), ", "))
	default:
		s.State = ledger.State(strings.ToUpper(f.state))
	}
	if s.From, err = moment(f.since, now); err != nil {
		return s, cli.Usagef("--since: %w", err)
	}
	if s.Until, err = moment(f.until, now); err != nil {
		return s, cli.Usagef("--until: %w", err)
	}
	return s, nil
}

// moment reads a time, or how long ago it was; an empty text gives the zero time. A date
// starts in now's zone.
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
