package console

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/shared/webhook"
)

// refused lists the requests that were not accepted, by why and from which source.
func (c *Console) refused(w http.ResponseWriter, r *http.Request) {
	list := c.options.Journal.refused()
	now := c.options.Now()
	body := []g.Node{h.P(h.Class("sub"), g.Text("Requests that were answered with an error since hookctl run started, at most the last "+strconv.Itoa(journalRefusals)+"."))}
	if len(list) == 0 {
		body = append(body, empty("Nothing was refused.", h.P(g.Text("To see what a forged webhook gets, "), h.A(h.Href("send"), g.Text("send one")), g.Text("."))))
	} else {
		body = append(body, refusalTable(list, now))
	}
	c.show(w, r, page{title: "Refused", here: "refused", every: c.refreshEvery(), body: body})
}

func refusalTable(list []refusal, now time.Time) g.Node {
	type cause struct{ source, code string }
	counts := map[cause]int{}
	var order []cause
	last := map[cause]refusal{}
	for _, one := range list {
		k := cause{one.source, one.code}
		if counts[k]++; counts[k] == 1 {
			order, last[k] = append(order, k), one
		}
	}
	slices.SortStableFunc(order, func(a, b cause) int { return cmp.Compare(counts[b], counts[a]) })
	t := table{caption: "By source and reason, the most frequent first", columns: []string{"Why", "Answered", "Source", "Requests", "Last", "What to do"}}
	for _, k := range order {
		advice := strings.ReplaceAll(cli.RefusalAdvice(webhook.Code(k.code)), "\n", " ")
		t.rows = append(t.rows, []g.Node{
			h.Code(g.Text(k.code)), g.Text(strconv.Itoa(last[k].status)), textOrNone(k.source), g.Text(strconv.Itoa(counts[k])),
			when(last[k].at, now), textOrNone(advice),
		})
	}
	return t.node()
}
