package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/shared/queue"
)

// eager receives without waiting for what may come, as all of a queue in memory is there.
type eager struct{ queue.Queue }

// Receive implements [queue.Queue].
func (e eager) Receive(ctx context.Context, limit int, _ time.Duration) ([]queue.Message, error) {
	return e.Queue.Receive(ctx, limit, 0)
}

// deadClient returns what looks through the dead letters and sends them back.
func (c *Console) deadClient(form url.Values) (d dead.Client, err error) {
	in := c.options.Intake
	if d.Dead, err = in.DeadLetters(); err != nil {
		return d, err
	}
	if d.Queue, err = in.Queue(); err != nil {
		return d, err
	}
	if c.options.Here {
		d.Dead = eager{d.Dead}
	}
	d.Confirmed = true // a plan is always shown first
	d.Records, err = in.Ledger()
	d.Planner = dead.Planner{Handlers: c.options.Handlers, Now: c.options.Now, AssumeDone: form["assume"], RunAgain: form.Get("again") != ""}
	return d, err
}

func letterFilter(form url.Values) dead.Filter {
	one := func(name string) []string {
		if value := form.Get(name); value != "" {
			return []string{value}
		}
		return nil
	}
	f := dead.Filter{IDs: one("id"), Sources: one("source"), Types: one("type")}
	if reason := form.Get("reason"); reason != "" {
		f.Reasons = []queue.Reason{queue.Reason(reason)}
	}
	return f
}

// letters lists the dead letters, and what redriving each would do.
func (c *Console) letters(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	plans, others, err := c.letterPlans(r.Context(), q)
	if err != nil {
		c.broken(w, r, "Look through the dead letters", err)
		return
	}
	c.show(w, r, page{title: "Dead letters", here: "dead", body: []g.Node{
		h.P(h.Class("sub"), g.Text("Events that failed for good. Mend the cause first, then send them back: what is done does not run again.")),
		letterForm(q), c.letterTable(plans, others, q),
	}})
}

func (c *Console) letterPlans(ctx context.Context, q url.Values) ([]dead.Plan, int, error) {
	d, err := c.deadClient(q)
	if err != nil {
		return nil, 0, err
	}
	return d.Plans(ctx, letterFilter(q), 0)
}

func letterForm(q url.Values) g.Node {
	reasons := []choice{{"", "any"}}
	for _, reason := range dead.Reasons() {
		reasons = append(reasons, choice{string(reason), string(reason)})
	}
	return filterForm("dead",
		textField("Source", "source", q.Get("source")), textField("Type", "type", q.Get("type")),
		selectOne("Reason", "reason", q.Get("reason"), reasons))
}

func (c *Console) letterTable(plans []dead.Plan, others int, q url.Values) g.Node {
	if len(plans) == 0 && others == 0 {
		return empty("There are no dead letters.", h.P(g.Text("What fails and is still retried is under "), h.A(h.Href("events?state=open"), g.Text("failing now")), g.Text(".")))
	}
	if len(plans) == 0 {
		return empty("No dead letter matches; "+count(others, "other is there.", "others are there."), h.P(h.A(h.Href("dead"), g.Text("Clear the filter"))))
	}
	now := c.options.Now()
	t := table{caption: "Dead letters, the oldest first", columns: []string{"Event", "Source and type", "Reason", "Failed", "Error", "If sent back"}}
	for _, plan := range plans[:min(shownLines, len(plans))] {
		l := plan.Letter
		t.rows = append(t.rows, []g.Node{
			letterLink(l), g.Text(sourceAndType(l.Source, l.Type)), h.Span(h.Title(l.Explanation()), g.Text(string(l.Reason()))),
			when(l.At(), now), errorText(l.Cause()),
			h.Div(g.Text(planText(plan, now)), g.If(c.options.Write, g.Group{g.Text(" "), h.A(h.Href(letterAct(l)), g.Text("Send back…"))})),
		})
	}
	all := query("act", "do", "redrive", "source", q.Get("source"), "type", q.Get("type"), "reason", q.Get("reason"))
	text := count(len(plans), "event", "events") + oneOr(len(plans), " matches", " match")
	if others > 0 {
		text += "; " + count(others, "other does not", "others do not")
	}
	if len(plans) > shownLines {
		text += fmt.Sprintf(". The first %d are shown", shownLines)
	}
	return g.Group{
		h.P(h.Class("acts"), h.A(h.Class("button act"), h.Href(all), g.Text("Send back all "+fmt.Sprint(len(plans))+" that match…")), h.Span(h.Class("note"), g.Text(text+"."))),
		t.node(),
	}
}

func planText(plan dead.Plan, now time.Time) string {
	if plan.Fate == dead.FateRefused && len(plan.MayActTwice) > 0 { // its error names flags
		return "refused until you say whether it acted: " + strings.Join(plan.MayActTwice, ", ") + " began, and runs at most once"
	}
	return plan.Text(func(t time.Time) string { return relative(t, now) })
}

// letterLink leads to the letter's event, if it is one.
func letterLink(l dead.Letter) g.Node {
	item := letterItem(l)
	return h.A(h.Href(item.href), h.Code(g.Text(short(item.text))))
}

// letterAct leads to the plan to send the letter back, with all others of its event.
func letterAct(l dead.Letter) string {
	if l.Unreadable != nil {
		return query("act", "do", "redrive", "id", l.Wire.MessageID)
	}
	return query("act", "do", "redrive", "id", l.ID, "source", l.Source)
}

func letterItem(l dead.Letter) link {
	if l.Unreadable != nil {
		return link{letterAct(l), "message " + l.Wire.MessageID}
	}
	return link{query("event", "key", l.Key()), l.Name()}
}

// planRedrive plans to send back all letters that match.
func (c *Console) planRedrive(ctx context.Context, form url.Values) (act, error) {
	d, err := c.deadClient(form)
	if err != nil {
		return act{}, err
	}
	plans, _, err := d.Plans(ctx, letterFilter(form), 0)
	if err != nil {
		return act{}, err
	}
	now := c.options.Now()
	a := act{title: "Send back dead letters", back: link{"dead", "Back to the dead letters"}, extra: confirmations(plans, form)}
	for _, plan := range plans {
		refused := plan.Fate == dead.FateRefused
		if a.count++; refused {
			a.count--
			a.refused++
		}
		l := plan.Letter
		a.lines = append(a.lines, actLine{item: letterItem(l), about: sourceAndType(l.Source, l.Type) + " · " + cut(l.Cause()), text: planText(plan, now), refused: refused})
		if len(plan.RunIfSet) > 0 {
			a.more = operate.UncertainNote + "."
		}
	}
	if len(plans) == 1 && plans[0].Letter.Unreadable == nil {
		a.back = link{query("event", "key", plans[0].Letter.Key()), "See the event"}
	}
	a.verb = "Send back " + count(a.count, "letter", "letters")
	a.run = func(ctx context.Context, report func(jobResult)) error {
		return d.Redrive(ctx, plans, func(r dead.Result) { report(redriveResult(r, now)) })
	}
	return a, nil
}

func redriveResult(r dead.Result, now time.Time) jobResult {
	result := jobResult{item: letterItem(r.Letter), tone: good, word: r.Outcome()}
	switch {
	case r.Fail != nil:
		result.tone, result.text = bad, r.Fail.Error()
	case !r.OK():
		result.tone, result.text = warn, planText(r.Plan, now)
	}
	return result
}

// confirmations are the answers to whether at-most-once handlers acted that may have.
func confirmations(plans []dead.Plan, form url.Values) []g.Node {
	var names []string
	for _, plan := range plans {
		if plan.Fate == dead.FateRefused {
			names = append(names, plan.MayActTwice...)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) == 0 {
		return nil
	}
	with := func(name, value string) string {
		changed := url.Values{}
		for key, values := range form {
			changed[key] = slices.Clone(values)
		}
		changed.Add(name, value)
		return "act?" + changed.Encode()
	}
	nodes := []g.Node{h.P(g.Text("A handler that runs at most once began, and may have acted. Find out at the provider whether it did:"))}
	for _, name := range names {
		nodes = append(nodes, h.P(h.A(h.Class("button"), h.Href(with("assume", name)), g.Text(name+" acted: take it as done"))))
	}
	return append(nodes, h.P(h.A(h.Class("button"), h.Href(with("again", "1")), g.Text("None of them acted: run them again"))))
}
