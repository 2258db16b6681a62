package tail

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/webhook"
)

// A Line is one thing that happened. Its JSON is what commands print.
type Line struct {
	At       time.Time            `json:"at"` // in UTC
	Source   string               `json:"source,omitempty"`
	ID       string               `json:"id,omitempty"`
	Type     string               `json:"type,omitempty"`
	What     string               `json:"what"` // accepted, refused, or an outcome of process, as handled
	Status   int                  `json:"status,omitempty"`
	Code     string               `json:"code,omitempty"` // why it was refused
	Attempt  int                  `json:"attempt,omitempty"`
	Reason   string               `json:"reason,omitempty"`
	Error    string               `json:"error,omitempty"` // its Go type
	Text     string               `json:"text,omitempty"`  // the log's own words
	Handlers []operate.HandlerRun `json:"handlers,omitempty"`
	Handled  int                  `json:"handlers_done,omitempty"` // how many finished, where the log has no room for their names
	Took     float64              `json:"took_ms,omitempty"`       // all handlers together, of an event that went well
	Secret   *int                 `json:"secret,omitempty"`        // index of the one that signed it
	Signed   string               `json:"signed,omitempty"`        // which of several ways to sign held
	Delay    int                  `json:"delay_s,omitempty"`       // from its arrival until now, if at least a second
}

// A Filter selects lines. An empty field excludes nothing but probes, which are selected by
// their source or id.
type Filter struct{ Source, Type, ID string }

// Matches reports whether f selects a line.
func (f Filter) Matches(l Line) bool {
	if f.Source == "" && f.ID == "" && l.Source == webhook.Probe && l.Type == webhook.ProbeType {
		return false
	}
	return is(l.Source, f.Source) && is(l.Type, f.Type) && is(l.ID, f.ID)
}

// is reports whether a name of the log, of which the end may be cut, is the wanted one.
func is(name, wanted string) bool {
	if beginning, cut := strings.CutSuffix(name, "…"); cut {
		return wanted == "" || strings.HasPrefix(wanted, beginning)
	}
	return wanted == "" || name == wanted
}

// A Feed returns what happened since it was last asked.
type Feed interface {
	Next(ctx context.Context) ([]Line, error)
}

// Every is the time between two looks.
const Every = 2 * time.Second

// Follow calls fn with each line that the filter selects, until ctx ends, and then returns
// nil. It ends with the first error of the feed.
func Follow(ctx context.Context, feed Feed, f Filter, fn func(Line)) error {
	for {
		lines, err := feed.Next(ctx)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // Ctrl-C is how it ends
		}
		if err != nil {
			return err
		}
		slices.SortStableFunc(lines, func(a, b Line) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
		for _, l := range lines {
			if f.Matches(l) {
				fn(l)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(Every):
		}
	}
}
