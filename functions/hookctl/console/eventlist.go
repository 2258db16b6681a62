package console

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
)

// shownEvents is how many events a page lists.
const shownEvents = 50

// The states by which events are filtered, beside those of the ledger in lower case.
const (
	stateAny       = "any"
	stateOpen      = "open" // by the index
	stateUnhandled = ledger.ReasonUnhandled
)

type choice struct{ value, text string }

var stateChoices = []choice{
	{stateAny, "any"}, {stateOpen, "failing now"}, {"failed", "failed for good"}, {"released", "will be retried"},
	{"claimed", "running"}, {"completed", "done"}, {stateUnhandled, "no handler"},
}

var sinceChoices = []choice{{"", "ever"}, {"15m", "15 minutes"}, {"1h", "an hour"}, {"24h", "a day"}, {"168h", "a week"}}

// A filter is what the address of the list says.
type filter struct{ source, eventType, state, kind, since string }

func (c *Console) filter(r *http.Request) filter {
	q := r.URL.Query()
	f := filter{source: q.Get("source"), eventType: q.Get("type"), state: q.Get("state"), kind: q.Get("kind"), since: q.Get("since")}
	if f.state == "" {
		f.state = stateAny
		if !c.options.Here {
			f.state = stateOpen
		}
	}
	return f
}

// selectsAll reports whether every event matches.
func (f filter) selectsAll() bool { return f == filter{state: stateAny} }

// scan returns the records that the filter selects. An error says what is wrong with it.
func (f filter) scan(now time.Time) (s ledger.Scan, err error) {
	s.Source, s.Type = f.source, f.eventType
	if !slices.ContainsFunc(stateChoices, func(one choice) bool { return one.value == f.state }) {
		return s, fmt.Errorf("there is no such state as %q", f.state)
	}
	switch f.state {
	case stateAny, stateOpen:
	case stateUnhandled:
		s.State, s.Reason = ledger.StateCompleted, ledger.ReasonUnhandled
	default:
		s.State = ledger.State(strings.ToUpper(f.state))
	}
	s.From, err = ago(f.since, now)
	return s, err
}

// A listing is what the list shows.
type listing struct {
	entries []events.Entry
	matched int
	note    string
}

// events lists events, the newest first.
func (c *Console) events(w http.ResponseWriter, r *http.Request) {
	f := c.filter(r)
	now := c.options.Now()
	s, wrong := f.scan(now)
	body := []g.Node{eventForm(f)}
	p := page{title: "Events", here: "events", every: c.refreshEvery()}
	switch {
	case wrong != nil:
		p.body, p.every, p.status = append(body, h.P(h.Class("problem"), g.Text("This filter selects nothing: "+wrong.Error()))), 0, http.StatusBadRequest
	case f.state != stateOpen && !c.options.Here && r.URL.Query().Get("read") != "all":
		p.body, p.every = append(body, askToScan(r)), 0
	default:
		list, err := c.list(r.Context(), f, s)
		if err != nil {
			c.broken(w, r, "Read the events", err)
			return
		}
		if !c.options.Here && f.state != stateOpen {
			p.every = 0 // the whole table again and again would be expensive
		}
		if list.matched > 0 {
			body = append(body, c.actsOnAll(f, s))
		}
		p.body = append(body, c.entryTable(list, f, now))
	}
	c.show(w, r, p)
}

// list reads the events that the filter selects.
func (c *Console) list(ctx context.Context, f filter, s ledger.Scan) (listing, error) {
	l, err := c.options.Intake.Ledger()
	if err != nil {
		return listing{}, err
	}
	if f.state != stateOpen {
		found, err := events.Newest(ctx, l, s, shownEvents)
		return listing{found.Entries, found.Matched, found.Skipped.Text()}, err
	}
	open, err := events.OpenEvents(ctx, l, f.source, f.eventType, events.MaxSelected)
	if err != nil {
		return listing{}, err
	}
	entries := slices.DeleteFunc(open.Entries, func(e events.Entry) bool {
		return !e.IsOf(f.kind) || !s.From.IsZero() && e.Received.Before(s.From)
	})
	return listing{entries[:min(shownEvents, len(entries))], len(entries), open.Skipped.Text()}, nil
}

func eventForm(f filter) g.Node {
	return filterForm("events",
		textField("Source", "source", f.source), textField("Type", "type", f.eventType),
		selectOne("State", "state", f.state, stateChoices), selectOne("Received in the last", "since", f.since, sinceChoices),
		g.If(f.kind != "", textField("Cause", "kind", f.kind)))
}

func selectOne(label, name, value string, choices []choice) g.Node {
	var options []g.Node
	for _, one := range choices {
		options = append(options, h.Option(h.Value(one.value), g.If(one.value == value, h.Selected()), g.Text(one.text)))
	}
	return h.Label(g.Text(label), h.Select(h.Name(name), g.Group(options)))
}

// askToScan says what reading every record costs before it does so.
func askToScan(r *http.Request) g.Node {
	q := r.URL.Query()
	q.Set("read", "all")
	return empty("Only what is failing now is in an index.",
		h.P(g.Text("Everything else means reading the whole table: a million records cost about one cent, and take some minutes.")),
		h.P(h.A(h.Class("button"), h.Href("events?"+q.Encode()), g.Text("Read the whole table"))),
	)
}

func (c *Console) entryTable(list listing, f filter, now time.Time) g.Node {
	if list.matched == 0 {
		return c.noEvents(f)
	}
	t := table{caption: "Events, the newest first", columns: []string{"Event", "Source and type", "State", "Received", "Runs", "Next try", "Last error"}, numbers: []string{"Runs"}}
	for _, e := range list.entries {
		t.rows = append(t.rows, []g.Node{
			h.A(h.Href(query("event", "key", e.Key)), h.Code(g.Text(short(e.ID())))), g.Text(sourceAndType(e.Source(), e.Type)),
			statePill(e, now), when(e.Received, now), g.Text(fmt.Sprint(e.Runs)), nextOf(e, now), errorText(e.LastError()),
		})
	}
	text := count(list.matched, "event matches.", "events match.")
	if len(list.entries) < list.matched {
		text = fmt.Sprintf("The newest %d of %d events that match.", len(list.entries), list.matched)
	}
	return g.Group{t.node(), h.P(h.Class("note"), g.Text(text+" "+list.note))}
}

func nextOf(e events.Entry, now time.Time) g.Node {
	switch e.State {
	case ledger.StateReleased:
		return nextTry(e.NotBefore, now)
	case ledger.StateClaimed:
		return h.Span(g.Text("lease ends "), when(e.Lease, now))
	}
	return nil
}

// noEvents says what to do when nothing matches.
func (c *Console) noEvents(f filter) g.Node {
	if !f.selectsAll() {
		if f.state == stateOpen && f.source == "" && f.eventType == "" && f.kind == "" && f.since == "" {
			return empty("No event is failing.", h.P(h.A(h.Href("events?state=any"), g.Text("Show all events"))))
		}
		return empty("No event matches.", h.P(h.A(h.Href("events"), g.Text("Clear the filter"))))
	}
	return empty("No event has come yet.", c.howToSend())
}

const (
	// maxError and maxID are how many characters of an error and of an id a list shows.
	maxError = 120
	maxID    = 28
)

func cut(text string) string { return cutTo(text, maxError) }

func short(id string) string { return cutTo(id, maxID) }

func cutTo(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}
