package console

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"webhookintake/functions/hookctl/cli"
)

// A span is how far back a chart goes.
type span struct {
	name, text string
	bars, step int // of step minutes each
}

var spans = []span{{"", "hour", 60, 1}, {"day", "day", 96, 15}, {"week", "week", 84, 120}}

// traffic is whether the intake keeps up: what came, and what happened to it.
func (c *Console) traffic(r *http.Request) g.Node {
	j := c.options.Journal
	if j == nil {
		return nil
	}
	chosen := spans[0]
	var links []g.Node
	for _, s := range spans {
		if s.name == r.URL.Query().Get("span") {
			chosen = s
		}
	}
	for _, s := range spans {
		links = append(links, h.A(h.Href(query("./", "span", s.name)), g.If(s == chosen, h.Aria("current", "true")), g.Text(s.text)), g.Text(" "))
	}
	bars := j.since(chosen.bars, chosen.step)
	var sum minute
	for _, m := range bars {
		sum.received, sum.refused = sum.received+m.received, sum.refused+m.refused
		sum.handled, sum.failed = sum.handled+m.handled, sum.failed+m.failed
	}
	text := fmt.Sprintf("In the last %s: %d received, %d refused; %d runs ended well, %d failed.", chosen.text, sum.received, sum.refused, sum.handled, sum.failed)
	now := c.options.Now()
	if ago := time.Duration(chosen.bars*chosen.step) * time.Minute; now.Sub(j.started) < ago {
		text += " hookctl run has counted since it started, " + cli.Age(j.started, now) + " ago."
	}
	return g.Group{
		h.H2(g.Text("Is it keeping up?")), h.P(h.Class("spans"), g.Text("The last "), g.Group(links)),
		chart(bars, text, now.Location()),
		h.P(h.Class("chart-key"), pill(good, "received"), pill(warn, "refused"), pill(bad, "failed runs"), h.Span(h.Class("note"), g.Text(text))),
	}
}

// The measures of a chart, in its own units.
const (
	barWidth    = 10
	chartHeight = 60
)

// chart draws received webhooks as bars, and over them what failed. Its text says the same.
func chart(bars []minute, text string, zone *time.Location) g.Node {
	most := 1
	for _, m := range bars {
		most = max(most, m.received+m.refused, m.failed)
	}
	var shapes []g.Node
	bar := func(class string, i, from, n int, label string) {
		if n == 0 {
			return
		}
		height := max(n*chartHeight/most, 2)
		shapes = append(shapes, g.El("rect", g.Attr("class", class), number("x", i*barWidth+1), number("width", barWidth-2),
			number("y", chartHeight-from*chartHeight/most-height), number("height", height), g.El("title", g.Text(label))))
	}
	for i, m := range bars {
		at := time.Unix(m.unix*60, 0).In(zone).Format("Jan 2 15:04")
		label := fmt.Sprintf("%s: %d received, %d refused, %d failed runs", at, m.received, m.refused, m.failed)
		bar("good", i, 0, m.received, label)
		bar("warn", i, m.received, m.refused, label)
		bar("bad", i, 0, min(m.failed, most), label)
	}
	width := len(bars) * barWidth
	shapes = append(shapes, g.El("path", g.Attr("class", "axis"), g.Attr("d", fmt.Sprintf("M0 %dH%d", chartHeight, width))))
	return g.El("svg", g.Attr("class", "chart"), g.Attr("role", "img"), g.Attr("aria-label", text), g.Attr("preserveAspectRatio", "none"),
		g.Attr("viewBox", fmt.Sprintf("0 0 %d %d", width, chartHeight+1)), g.Group(shapes))
}

func number(name string, n int) g.Node { return g.Attr(name, strconv.Itoa(n)) }
