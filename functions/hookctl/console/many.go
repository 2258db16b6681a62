package console

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	many "webhookintake/functions/hookctl/operate/act"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
)

// A deed is an act on all events that a filter matches.
type deed struct {
	title, verb, word string
	ended             bool // it is for events that have ended
	of                func(*events.Order, *events.Replay, events.Items) many.Act[events.Entry]
}

// deeds are the acts by the name in their address.
var deeds = map[string]deed{
	"retry-all": {"Run all that match now", "Run", "retried", false, func(o *events.Order, _ *events.Replay, items events.Items) many.Act[events.Entry] {
		return o.RetryAll(items)
	}},
	"cancel-all": {"Cancel all that match", "Cancel", "cancelled", false, func(o *events.Order, _ *events.Replay, items events.Items) many.Act[events.Entry] {
		return o.CancelAll(items)
	}},
	"replay-all": {"Replay all that match", "Handle again", "replayed", true, func(_ *events.Order, r *events.Replay, items events.Items) many.Act[events.Entry] {
		return r.ReplayAll(items)
	}},
}

// actsOnAll are the acts on everything that the list's filter matches.
func (c *Console) actsOnAll(f filter, s ledger.Scan) g.Node {
	if !c.options.Write || f.selectsAll() {
		return nil
	}
	do := func(name string) g.Node {
		from := ""
		if !s.From.IsZero() { // a time that does not move while the plan is read
			from = s.From.UTC().Format(time.RFC3339Nano)
		}
		return h.A(h.Class("button"), h.Href(query("act", "do", name, "source", f.source, "type", f.eventType, "state", f.state, "kind", f.kind, "from", from)),
			g.Text(deeds[name].title+"…"))
	}
	switch f.state {
	case stateOpen, "released", "claimed":
		return h.P(h.Class("acts"), do("retry-all"), do("cancel-all"))
	}
	return h.P(h.Class("acts"), do("replay-all"))
}

// matchOf returns what an act is for. It sets the form's "before" to now unless an act that
// was stopped goes on: what is handled from then on is not handled a second time.
func (c *Console) matchOf(d deed, form url.Values) (events.Match, error) {
	f := filter{source: form.Get("source"), eventType: form.Get("type"), state: form.Get("state"), kind: form.Get("kind")}
	scan, problem := f.scan(c.options.Now())
	if problem != "" {
		return events.Match{}, errors.New(problem)
	}
	m := events.Match{Scan: scan, Kind: f.kind, Ended: d.ended, Open: f.state == stateOpen}
	for name, into := range map[string]*time.Time{"from": &m.From, "before": &m.HandledBefore} {
		text := form.Get(name)
		if text == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return events.Match{}, errors.New("the time in the address is not one")
		}
		*into = at
	}
	return m, nil
}

// planMany plans an act on all events that the form's filter matches.
func (c *Console) planMany(ctx context.Context, form url.Values) (act, error) {
	name := form.Get("do")
	d := deeds[name]
	if name != "cancel-all" && form.Get("before") == "" { // a cancelled event does not match again
		form.Set("before", c.options.Now().UTC().Format(time.RFC3339Nano))
	}
	m, err := c.matchOf(d, form)
	if err != nil {
		return act{}, err
	}
	l, err := c.options.Intake.Ledger()
	if err != nil {
		return act{}, err
	}
	q, err := c.options.Intake.Queue()
	if err != nil {
		return act{}, err
	}
	o := &events.Order{Ledger: l, Queue: q, Now: c.options.Now, Handlers: c.options.Handlers, FormatTime: c.formatTime}
	r := &events.Replay{Ledger: l, Queue: q, Now: c.options.Now, Handlers: c.options.Handlers, FormatTime: c.formatTime}
	all := d.of(o, r, events.Each(l, &m, c.options.Now()))
	survey, err := all.Survey(ctx, nil)
	if err != nil {
		return act{}, err
	}
	list := query("events", "source", m.Source, "type", m.Type, "state", form.Get("state"), "kind", m.Kind)
	a := act{title: d.title, count: survey.Act, refused: survey.Refuse, back: link{list, "Back to the events"}}
	a.verb = d.verb + " " + count(a.count, "event", "events")
	a.lines = groupLines(survey)
	a.run = func(ctx context.Context, report func(jobResult)) error {
		all.Rate, all.Confirmed = many.DefaultRate, &survey
		_, err := all.Run(ctx, func(one many.Result[events.Entry]) { report(d.result(one)) })
		return err
	}
	return a, nil
}

// groupLines are the lines of a plan: one for all events to which the same would happen.
func groupLines(s many.Survey) []actLine {
	var lines []actLine
	for _, group := range s.Groups {
		_, id, _ := strings.Cut(group.Samples[0], "#")
		l := actLine{item: link{query("event", "key", group.Samples[0]), id}, about: count(group.Count, "event", "events, such as this"), text: group.Text, refused: group.Refused}
		if group.Warn != "" {
			l.text += "; " + group.Warn
		}
		if group.Refused {
			l.text = group.Why
		}
		lines = append(lines, l)
	}
	return lines
}

func (d deed) result(one many.Result[events.Entry]) jobResult {
	r := jobResult{item: link{query("event", "key", one.Item.Key), one.Item.ID()}, tone: good, word: d.word}
	switch {
	case one.Err != nil:
		r.tone, r.word, r.text = bad, "failed", one.Err.Error()
	case one.Refuse != nil:
		r.tone, r.word, r.text = warn, "left alone", one.Refuse.Error()
	}
	return r
}
