package console

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/tail"
	"webhookintake/shared/webhook"
)

// A ReadRefused counts the requests that were refused since a time.
type ReadRefused func(ctx context.Context, from time.Time) (tail.Refusals, error)

// defaultRefused is how far back refused requests of a stack are counted at first.
const defaultRefused = "1h"

// refused lists the requests that were not accepted, by why and from which source.
func (c *Console) refused(w http.ResponseWriter, r *http.Request) {
	now, since := c.options.Now(), r.URL.Query().Get("since")
	p := page{title: "Refused", here: "refused", every: c.refreshEvery()}
	from := time.Time{}
	if !c.options.Here {
		p.every = 0 // each look reads the log
		if since == "" {
			since = defaultRefused
		}
		var err error
		if from, err = ago(since, now); err != nil {
			c.fail(w, r, http.StatusBadRequest, "Not understood", err.Error())
			return
		}
	}
	list, err := c.options.Refused(r.Context(), from)
	if err != nil {
		c.broken(w, r, "Read the log of ingest", err)
		return
	}
	p.body = append([]g.Node{c.refusedIntro(since)}, c.refusalTable(list, now)...)
	c.show(w, r, p)
}

// refusedIntro says which requests are counted, and for a stack lets choose since when.
func (c *Console) refusedIntro(since string) g.Node {
	if c.options.Here {
		return h.P(h.Class("sub"), g.Text("Requests that were answered with an error since hookctl run started, at most the last "+strconv.Itoa(journalRefusals)+"."))
	}
	return g.Group{
		h.P(h.Class("sub"), g.Text("Requests that ingest answered with an error, by its log.")),
		h.Form(h.Class("filter"), h.Action("refused"), h.Method("get"), selectOne("In the last", "since", since, sinceChoices[1:]), h.Button(h.Type("submit"), g.Text("Count"))),
	}
}

func (c *Console) refusalTable(list tail.Refusals, now time.Time) []g.Node {
	if len(list.Causes) == 0 {
		next := h.P(g.Text("What came and was accepted is under "), h.A(h.Href("events"), g.Text("Events")), g.Text("."))
		if c.options.Sources != nil {
			next = h.P(g.Text("To see what a forged webhook gets, "), h.A(h.Href("send"), g.Text("send one")), g.Text("."))
		}
		return []g.Node{empty("Nothing was refused.", next)}
	}
	t := table{caption: "By source and reason, the most frequent first", columns: []string{"Why", "Answered", "Source", "Requests", "Last", "What to do"}, numbers: []string{"Requests"}}
	for _, one := range list.Causes[:min(shownLines, len(list.Causes))] {
		advice := strings.ReplaceAll(cli.RefusalAdvice(webhook.Code(one.Code)), "\n", " ")
		t.rows = append(t.rows, []g.Node{
			h.Code(g.Text(one.Code)), g.Text(strconv.Itoa(one.Status)), textOrNone(one.Source), g.Text(strconv.Itoa(one.Count)),
			when(one.Last, now), textOrNone(advice),
		})
	}
	nodes := []g.Node{t.node()}
	if !list.All {
		nodes = append(nodes, h.P(h.Class("note"), g.Text("There are more lines than were read: only the newest are counted. Choose a shorter time.")))
	}
	if more := len(list.Causes) - shownLines; more > 0 {
		nodes = append(nodes, h.P(h.Class("note"), g.Text("And "+count(more, "rarer cause.", "rarer causes."))))
	}
	return nodes
}
