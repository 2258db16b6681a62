package tail

import (
	"context"
	"strings"

	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
)

// Records is a feed made of the records of a ledger that costs nothing to read, as that of a
// hookctl run. It has a line for each change that it sees, and so neither refused webhooks
// nor duplicates. The first look only notes what is there.
type Records struct {
	Ledger events.Ledger

	seen map[string]seen // nil before the first look
}

type seen struct {
	state ledger.State
	fence int64
}

// Next implements [Feed].
func (r *Records) Next(ctx context.Context) ([]Line, error) {
	first := r.seen == nil
	now := map[string]seen{}
	var lines []Line
	for found, err := range r.Ledger.Records(ctx, ledger.Scan{}) {
		if err != nil {
			return nil, err
		}
		one := seen{found.Record.State, found.Record.Fence}
		now[found.Key] = one
		if first || r.seen[found.Key] == one {
			continue
		}
		lines = append(lines, lineOf(events.Entry{Key: found.Key, Record: found.Record}))
	}
	r.seen = now
	return lines, nil
}

func lineOf(e events.Entry) Line {
	l := Line{
		At: e.Finished.UTC(), Source: e.Source(), ID: e.ID(), Type: e.Type, What: strings.ToLower(string(e.State)),
		Attempt: e.Runs, Reason: e.Reason, Error: e.Kind,
	}
	if n := len(e.Tries); !e.Ended() && n > 0 {
		l.At = e.Tries[n-1].At.UTC()
	} else if !e.Ended() {
		l.At = e.FirstClaimed.UTC()
	}
	return l
}
