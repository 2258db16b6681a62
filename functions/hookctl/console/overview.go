package console

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/events"
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

// overview says whether the intake is healthy, and what is failing.
func (c *Console) overview(w http.ResponseWriter, r *http.Request) {
	counts, err := c.options.Intake.Counts(r.Context())
	if err != nil {
		c.broken(w, r, "Count the messages in the queues", err)
		return
	}
	l, err := c.options.Intake.Ledger()
	if err != nil {
		c.broken(w, r, "Find the ledger", err)
		return
	}
	open, err := events.OpenEvents(r.Context(), l, "", "", sampledEvents)
	noIndex := errors.Is(err, ledger.ErrNoIndex)
	if err != nil && !noIndex {
		c.broken(w, r, "Read the index of open events", err)
		return
	}
	body := []g.Node{verdict(counts, open), tiles(counts, open)}
	if noIndex {
		body = append(body, h.P(h.Class("problem"), g.Text("The table has no index of open events, so what is failing is not known here: deploy this version of the template.")))
	} else {
		body = append(body, h.H2(g.Text("What is failing")), c.groups(open, counts))
	}
	body = append(body, c.traffic(r))
	c.show(w, r, page{title: "Overview", here: "./", every: c.refreshEvery(), body: body})
}

// verdict is the one sentence that says whether somebody has to act.
func verdict(counts operate.Counts, open events.Open) g.Node {
	retried := open.Count - open.Failed
	letters := counts.DeadLetters.All()
	switch {
	case letters > 0:
		text := count(letters, "dead letter waits for you", "dead letters wait for you")
		if retried > 0 {
			text += ", and " + count(retried, "event is", "events are") + " being retried"
		}
		return h.P(h.Class("verdict bad"), h.Strong(g.Text("Needs you: ")), g.Text(text+"."))
	case retried > 0:
		return h.P(h.Class("verdict warn"), h.Strong(g.Text("Retrying: ")),
			g.Text(count(retried, "event has", "events have")+" failed and will be tried again. Nothing has failed for good."))
	}
	return h.P(h.Class("verdict good"), h.Strong(g.Text("Healthy: ")), g.Text("nothing is failing."))
}

func tiles(counts operate.Counts, open events.Open) g.Node {
	tile := func(href, number, name, note string) g.Node {
		return h.A(h.Class("tile"), h.Href(href), h.Strong(g.Text(number)), h.Span(g.Text(name)), h.Small(g.Text(note)))
	}
	q := counts.Queue
	return h.Div(h.Class("tiles"),
		tile("events?state=claimed", strconv.Itoa(q.All()), "in the queue", fmt.Sprintf("%d wait, %d are being handled or wait for another try", q.Waiting+q.Delayed, q.InFlight)),
		tile("events?state=open", strconv.Itoa(open.Count-open.Failed), "failed, will be retried", "by themselves"),
		tile("dead", strconv.Itoa(counts.DeadLetters.All()), oneOr(counts.DeadLetters.All(), "dead letter", "dead letters"), "for you to send back"),
	)
}

// groups lists open events that most likely have the same cause.
func (c *Console) groups(open events.Open, counts operate.Counts) g.Node {
	if len(open.Groups) == 0 {
		next := []g.Node{h.P(g.Text("See what came: "), h.A(h.Href("events"), g.Text("all events")), g.Text("."))}
		if c.options.Here {
			next = append(next, c.howToSend())
		}
		return empty("No event is failing.", next...)
	}
	now := c.options.Now()
	t := table{caption: "Open events by cause, the largest group first", columns: []string{"Cause", "Source and type", "Events", "Newest error", "Since", "Newest", "Next try"}}
	for _, group := range open.Groups {
		cause := group.Kind
		if cause == "" {
			cause = "unknown"
		}
		number := strconv.Itoa(group.Count)
		switch {
		case group.Failed == group.Count:
			number += ", dead"
		case group.Failed > 0:
			number += fmt.Sprintf(", %d of them dead", group.Failed)
		}
		t.rows = append(t.rows, []g.Node{
			h.A(h.Href(query("events", "state", stateOpen, "source", group.Source, "type", group.Type, "kind", group.Kind)), g.Text(cause)),
			g.Text(sourceAndType(group.Source, group.Type)), g.Text(number), errorText(newestError(open.Entries, group)),
			when(group.First, now), when(group.Last, now), whenOrNone(group.NextTry, now),
		})
	}
	nodes := g.Group{t.node()}
	if n := open.NotInIndex(counts.DeadLetters); n > 0 {
		nodes = append(nodes, h.P(h.Class("note"), g.Text(count(n, "dead letter is", "dead letters are")+" in none of these groups: a conflict, a second letter of one event, or one that cannot be read.")))
	}
	if open.Partial {
		nodes = append(nodes, h.P(h.Class("note"), g.Text(fmt.Sprintf("There are more: only the first %d were counted.", events.MaxOpen))))
	}
	return nodes
}

// newestError returns why the newest event of the group failed, if it is one of the entries.
func newestError(entries []events.Entry, group events.Group) string {
	for _, e := range entries {
		if e.Kind != group.Kind || e.Type != group.Type || e.Source() != group.Source || len(e.Tries) == 0 {
			continue
		}
		return e.Tries[len(e.Tries)-1].Error
	}
	return ""
}

// howToSend says how a first webhook comes.
func (c *Console) howToSend() g.Node {
	if c.options.Sources != nil {
		return h.P(h.A(h.Class("button"), h.Href("send"), g.Text("Send a sample webhook")))
	}
	return g.Group{h.P(g.Text("Send a webhook from a terminal:")), command("go tool hookctl send contiguity.text.incoming.sms")}
}
