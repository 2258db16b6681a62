package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/functions/hookctl/operate/monitor"
	"webhookintake/shared/ledger"
)

// refreshEvery is after how many seconds a page shows what is new, and that of a stack,
// which each time costs some requests.
const (
	refreshEvery      = 2
	refreshEveryStack = 30
)

func (c *Console) refreshEvery() int {
	if c.options.Here {
		return refreshEvery
	}
	return refreshEveryStack
}

// sampledEvents is how many of the newest open events are looked at for an error to show
// with their group.
const sampledEvents = 500

// A look is what the overview knows. What could not be read is absent, and in faults.
type look struct {
	counts     *operate.Counts
	open       *events.Open
	noIndex    bool
	processing operate.ProcessingState // empty if it is not known
	report     monitor.Report
	faults     []error
}

// look asks for everything at once, as each answer may take a while.
func (c *Console) look(ctx context.Context, s monitor.Span) look {
	var l look
	var all sync.WaitGroup
	var faults [3]error
	all.Go(func() {
		counts, err := c.options.Intake.Counts(ctx)
		if faults[0] = err; err == nil {
			l.counts = &counts
		}
	})
	all.Go(func() {
		open, err := c.openEvents(ctx)
		if l.noIndex = errors.Is(err, ledger.ErrNoIndex); err == nil {
			l.open = &open
		} else if !l.noIndex {
			faults[1] = err
		}
	})
	all.Go(func() {
		state, err := c.processing(ctx)
		if l.processing = state; !errors.Is(err, operate.ErrCannotPause) {
			faults[2] = err
		}
	})
	if c.options.Monitor != nil {
		all.Go(func() { l.report = c.options.Monitor.Look(ctx, s) })
	}
	all.Wait()
	l.faults = slices.DeleteFunc(append(faults[:], l.report.Faults...), func(err error) bool { return err == nil })
	return l
}

func (c *Console) openEvents(ctx context.Context) (events.Open, error) {
	l, err := c.options.Intake.Ledger()
	if err != nil {
		return events.Open{}, err
	}
	return events.OpenEvents(ctx, l, "", "", sampledEvents)
}

// overview says whether the intake is healthy, and what is failing.
func (c *Console) overview(w http.ResponseWriter, r *http.Request) {
	chosen := spanOf(r)
	l := c.look(r.Context(), chosen.Span)
	body := []g.Node{c.verdict(l), c.tiles(l), unread(l.faults), alarms(l.report.Alarms, c.options.Now())}
	switch {
	case l.noIndex:
		body = append(body, h.P(h.Class("problem"), g.Text("The table has no index of open events, so what is failing is not known here: deploy this version of the template.")))
	case l.open != nil:
		body = append(body, h.H2(g.Text("What is failing")), c.groups(*l.open, l.counts))
	}
	c.show(w, r, page{title: "Overview", here: "./", every: c.refreshEvery(), body: append(body, c.traffic(chosen, l.report))})
}

// on returns the alarms that are on.
func on(all []monitor.Alarm) (names []string) {
	for _, a := range all {
		if a.State == monitor.AlarmOn {
			names = append(names, a.Name)
		}
	}
	return names
}

// verdict is the one sentence that says whether somebody has to act.
func (c *Console) verdict(l look) g.Node {
	var waiting []string
	retried, letters := 0, 0
	if l.open != nil {
		retried, letters = l.open.Count-l.open.Failed, l.open.Failed
	}
	if l.counts != nil {
		letters = l.counts.DeadLetters.All()
	}
	if letters > 0 {
		waiting = append(waiting, count(letters, "dead letter waits for you", "dead letters wait for you"))
	}
	if names := on(l.report.Alarms); len(names) > 0 {
		waiting = append(waiting, oneOr(len(names), "the alarm ", "the alarms ")+strings.Join(names, ", ")+oneOr(len(names), " is on", " are on"))
	}
	if len(waiting) > 0 && retried > 0 {
		waiting = append(waiting, count(retried, "event is", "events are")+" being retried")
	}
	box := func(t tone, head, text string) g.Node {
		return h.P(h.Class("verdict "+string(t)), h.Strong(g.Text(head+": ")), g.Text(text+"."))
	}
	switch {
	case len(waiting) > 0:
		return box(bad, "Needs you", strings.Join(waiting, ", and "))
	case l.counts == nil || l.open == nil:
		return box(warn, "Not known", "a part of this could not be read, see below")
	case retried > 0:
		return box(warn, "Retrying", count(retried, "event has", "events have")+" failed and will be tried again. Nothing has failed for good")
	case l.processing != operate.Running && l.processing != "":
		return nil // which every page says
	}
	return box(good, "Healthy", "nothing is failing")
}

func (c *Console) tiles(l look) g.Node {
	tile := func(href, number, name, note string) g.Node {
		return h.A(h.Class("tile"), h.Href(href), h.Strong(g.Text(number)), h.Span(g.Text(name)), h.Small(g.Text(note)))
	}
	var all []g.Node
	if l.counts != nil {
		q := l.counts.Queue
		all = append(all, tile("events?state=claimed", strconv.Itoa(q.All()), "in the queue", fmt.Sprintf("%d wait, %d are being handled or wait for another try", q.Waiting+q.Delayed, q.InFlight)))
	}
	if l.report.Oldest != nil {
		note := "or its event's next try"
		if !c.options.Here {
			note = "at most; CloudWatch is some minutes late"
		}
		all = append(all, tile("events?state=open", cli.Duration(l.report.Oldest.Round(time.Second)), "age of the oldest message", note))
	}
	if l.open != nil {
		all = append(all, tile("events?state=open", strconv.Itoa(l.open.Count-l.open.Failed), "failed, will be retried", "by themselves"))
	}
	if l.counts != nil {
		letters := l.counts.DeadLetters.All()
		all = append(all, tile("dead", strconv.Itoa(letters), oneOr(letters, "dead letter", "dead letters"), "for you to send back"))
	}
	if l.processing != "" {
		all = append(all, h.Div(h.Class("tile"), h.Strong(g.Text(string(l.processing))), h.Span(g.Text("processing")), g.If(l.processing == operate.Running, c.processingButton(l.processing))))
	}
	return h.Div(h.Class("tiles"), g.Group(all))
}

// alarms lists a stack's alarms, those that are on in full.
func alarms(all []monitor.Alarm, now time.Time) g.Node {
	if len(all) == 0 {
		return nil
	}
	t := table{caption: "On, or without data", columns: []string{"Alarm", "State", "Since", "What to do"}}
	quiet := 0
	for _, a := range all {
		switch a.State {
		case monitor.AlarmOff:
			quiet++
			continue
		case monitor.AlarmOn:
			t.rows = append(t.rows, []g.Node{h.Code(g.Text(a.Name)), pill(bad, "on"), when(a.Since, now), textOrNone(a.Text)})
		default:
			t.rows = append(t.rows, []g.Node{h.Code(g.Text(a.Name)), pill(dull, "no data"), when(a.Since, now), nil})
		}
	}
	nodes := g.Group{h.H2(g.Text("Alarms"))}
	if len(t.rows) > 0 {
		nodes = append(nodes, t.node())
	}
	return append(nodes, h.P(h.Class("note"), g.Text(fmt.Sprintf("%d of %s off.", quiet, count(len(all), "alarm is", "alarms are")))))
}

// unread says what could not be read, and which rights are missing if that is why.
func unread(faults []error) g.Node {
	var nodes []g.Node
	var rights []string
	for _, err := range faults {
		if right := operate.MissingRight(err); right != "" {
			rights = append(rights, right)
		} else {
			nodes = append(nodes, h.P(h.Class("problem"), g.Text("Not shown: "+err.Error())))
		}
	}
	if len(rights) > 0 {
		nodes = append(nodes, h.P(h.Class("problem"), g.Text("Not all is shown. "+lacking(rights...))))
	}
	return g.Group(nodes)
}

// reason is an error's text, or which right the operator lacks.
func reason(err error) string {
	if right := operate.MissingRight(err); right != "" {
		return lacking(right)
	}
	return err.Error()
}

func lacking(rights ...string) string {
	return "Your AWS identity lacks the " + oneOr(len(rights), "right ", "rights ") + strings.Join(rights, ", ") +
		". The policy in the stack's output OperatorPolicyArn has it; its statements whose names begin with Read are enough to look."
}

// groups lists open events that most likely have the same cause.
func (c *Console) groups(open events.Open, counts *operate.Counts) g.Node {
	if len(open.Groups) == 0 {
		next := []g.Node{h.P(g.Text("See what came: "), h.A(h.Href("events"), g.Text("all events")), g.Text("."))}
		if c.options.Here {
			next = append(next, c.howToSend())
		}
		return empty("No event is failing.", next...)
	}
	now := c.options.Now()
	t := table{caption: "Open events by cause, the largest group first", columns: []string{"Cause", "Source and type", "Events", "Dead", "Newest error", "Since", "Newest", "Next try"}, numbers: []string{"Events", "Dead"}}
	for _, group := range open.Groups {
		cause := events.Cause(group.Kind)
		if cause == "" {
			cause = "unknown"
		}
		dead := ""
		if group.Failed > 0 {
			dead = strconv.Itoa(group.Failed)
		}
		t.rows = append(t.rows, []g.Node{
			h.A(h.Href(query("events", "state", stateOpen, "source", group.Source, "type", group.Type, "kind", events.Cause(group.Kind))), g.Text(cause)),
			g.Text(sourceAndType(group.Source, group.Type)), g.Text(strconv.Itoa(group.Count)), textOrNone(dead), errorText(group.Error),
			when(group.First, now), when(group.Last, now), nextTry(group.NextTry, now),
		})
	}
	nodes := g.Group{t.node()}
	n := 0
	if counts != nil {
		n = open.NotInIndex(counts.DeadLetters)
	}
	if n > 0 {
		nodes = append(nodes, h.P(h.Class("note"), g.Text(count(n, "dead letter is", "dead letters are")+" in none of these groups: a conflict, a second letter of one event, or one that cannot be read.")))
	}
	if open.Partial {
		nodes = append(nodes, h.P(h.Class("note"), g.Text(fmt.Sprintf("There are more: only the first %d were counted.", events.MaxOpen))))
	}
	return nodes
}

// howToSend says how a first webhook comes.
func (c *Console) howToSend() g.Node {
	if c.options.Sources != nil {
		return h.P(h.A(h.Class("button"), h.Href("send"), g.Text("Send a sample webhook")))
	}
	return g.Group{h.P(g.Text("Send a webhook from a terminal:")), command("go tool hookctl send contiguity.text.incoming.sms")}
}
