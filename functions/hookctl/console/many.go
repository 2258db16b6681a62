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

// A deed is an act on one event, or on all that a filter matches.
type deed struct {
	all, one, verb, word string
	ended                bool // it is for events that have ended
	of                   func(*events.Order, *events.Replay, events.Items) many.Act[events.Entry]
}

// deeds are the acts by the name in their address.
var deeds = map[string]deed{
	"retry": {"Run all that match now", "Retry the event", "Run", "retried", false, func(o *events.Order, _ *events.Replay, items events.Items) many.Act[events.Entry] {
		return o.RetryAll(items)
	}},
	"cancel": {"Cancel all that match", "Cancel the event", "Cancel", "cancelled", false, func(o *events.Order, _ *events.Replay, items events.Items) many.Act[events.Entry] {
		return o.CancelAll(items)
	}},
	"replay": {"Replay all that match", "Replay the event", "Handle again", "replayed", true, func(_ *events.Order, r *events.Replay, items events.Items) many.Act[events.Entry] {
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
			g.Text(deeds[name].all+"…"))
	}
	switch f.state {
	case stateOpen, "released", "claimed":
		return h.P(h.Class("acts"), do("retry"), do("cancel"))
	}
	return h.P(h.Class("acts"), do("replay"))
}

// matchOf returns what an act is for. It sets the form's "before" to now unless an act that
// was stopped goes on: what is handled from then on is not handled a second time.
func (c *Console) matchOf(d deed, form url.Values) (events.Match, error) {
	f := filter{source: form.Get("source"), eventType: form.Get("type"), state: form.Get("state"), kind: form.Get("kind")}
	scan, err := f.scan(c.options.Now())
	if err != nil {
		return events.Match{}, err
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

// planMany plans an act on the event that the form names, or on all that its filter matches.
func (c *Console) planMany(ctx context.Context, form url.Values) (act, error) {
	name, key := form.Get("do"), form.Get("key")
	d := deeds[name]
	if key == "" && name != "cancel" && form.Get("before") == "" { // a cancelled event does not match again
		form.Set("before", c.options.Now().UTC().Format(time.RFC3339Nano))
	}
	a := act{title: d.all, back: link{query("events", "source", form.Get("source"), "type", form.Get("type"), "state", form.Get("state"), "kind", form.Get("kind")), "Back to the events"}}
	m := events.Match{Keys: []string{key}}
	if key != "" {
		a.title, a.back = d.one, link{query("event", "key", key), "See the event"}
	} else {
		var err error
		if m, err = c.matchOf(d, form); err != nil {
			return act{}, err
		}
	}
	l, err := c.options.Intake.Ledger()
	if err != nil {
		return act{}, err
	}
	q, err := c.options.Intake.Queue()
	if err != nil {
		return act{}, err
	}
	providers := c.providers(ctx)
	formatTime := func(t time.Time) string { return relative(t, c.options.Now()) }
	order := &events.Order{Ledger: l, Queue: q, Now: c.options.Now, Handlers: c.options.Handlers, Providers: providers, FormatTime: formatTime}
	replay := &events.Replay{Ledger: l, Queue: q, Now: c.options.Now, Handlers: c.options.Handlers, Providers: providers, FormatTime: formatTime}
	all := d.of(order, replay, events.Each(l, &m, c.options.Now()))
	survey, err := all.Survey(ctx, nil)
	if err != nil {
		return act{}, err
	}
	a.count, a.refused, a.lines = survey.Act, survey.Refuse, groupLines(survey)
	a.verb = d.verb + " " + count(a.count, "event", "events")
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
