package console

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/monitor"
)

// A span is how far back a chart goes.
type span struct {
	name, text string
	monitor.Span
}

var spans = []span{
	{"", "hour", monitor.Span{Bars: 60, Step: time.Minute}},
	{"day", "day", monitor.Span{Bars: 96, Step: 15 * time.Minute}},
	{"week", "week", monitor.Span{Bars: 84, Step: 2 * time.Hour}},
}

// spanOf returns the span that the address names.
func spanOf(r *http.Request) span {
	for _, s := range spans {
		if s.name == r.URL.Query().Get("span") {
			return s
		}
	}
	return spans[0]
}

// traffic is whether the intake keeps up: what came, and what happened to it.
func (c *Console) traffic(chosen span, report monitor.Report) g.Node {
	if c.options.Monitor == nil {
		return nil
	}
	var links []g.Node
	for _, s := range spans {
		links = append(links, h.A(h.Href(query("./", "span", s.name)), g.If(s == chosen, h.Aria("current", "true")), g.Text(s.text)), g.Text(" "))
	}
	nodes := g.Group{h.H2(g.Text("Traffic")), h.P(h.Class("spans"), g.Text("The last "), g.Group(links))}
	if len(report.Bars) == 0 {
		return append(nodes, h.P(h.Class("note"), g.Text("It is not known here.")))
	}
	sum := monitor.Sum(report.Bars)
	text := fmt.Sprintf("In the last %s: %d received, %d refused; %d handled, %d failed.", chosen.text, sum.Received, sum.Refused, sum.Handled, sum.Failed)
	zone := c.options.Now().Location()
	note := fmt.Sprintf("A bar is %s. ", cli.Duration(chosen.Step))
	switch {
	case !c.options.Here:
		note += "CloudWatch shows what happened some minutes late, and what you send back is received once more."
	case !report.From.IsZero():
		note += "This hookctl run counts since it started, " + cli.Age(report.From, c.options.Now()) + " ago."
	}
	nodes = append(nodes, h.P(g.Text(text)))
	for _, p := range plots {
		nodes = append(nodes, p.draw(report.Bars, text, zone), h.P(h.Class("ends"), h.Span(g.Text("one "+chosen.text+" ago")), h.Span(g.Text("now"))), h.P(h.Class("chart-key"), pill(good, p.lower), pill(p.tone, p.upper), h.Span(h.Class("note"), g.Text(fmt.Sprintf("the highest bar is %d", p.most(report.Bars))))))
	}
	return append(nodes, h.P(h.Class("note"), g.Text(note)))
}

// The size of a chart in its own units.
const (
	barWidth    = 10
	chartHeight = 80
)

// A plot is two counts on each other.
type plot struct {
	lower, upper string
	tone         tone // of the upper count
	of           func(monitor.Bar) (lower, upper int)
}

var plots = []plot{
	{"received", "refused", warn, func(b monitor.Bar) (int, int) { return b.Received, b.Refused }},
	{"handled", "failed", bad, func(b monitor.Bar) (int, int) { return b.Handled, b.Failed }},
}

// most is the sum of both counts in the highest bar.
func (p plot) most(bars []monitor.Bar) int {
	most := 0
	for _, b := range bars {
		lower, upper := p.of(b)
		most = max(most, lower+upper)
	}
	return most
}

// draw draws a bar for each step. A pointer on it shows its time and counts.
func (p plot) draw(bars []monitor.Bar, text string, zone *time.Location) g.Node {
	most := max(1, p.most(bars))
	var shapes []g.Node
	shape := func(t tone, i, from, n int, label string) {
		if n == 0 {
			return
		}
		height := max(n*chartHeight/most, 2)
		shapes = append(shapes, g.El("rect", g.Attr("class", string(t)), number("x", i*barWidth+1), number("width", barWidth-2),
			number("y", chartHeight-from*chartHeight/most-height), number("height", height), g.El("title", g.Text(label))))
	}
	for i, b := range bars {
		lower, upper := p.of(b)
		label := fmt.Sprintf("%s: %d %s, %d %s", b.At.In(zone).Format("Jan 2 15:04"), lower, p.lower, upper, p.upper)
		shape(good, i, 0, lower, label)
		shape(p.tone, i, lower, upper, label)
	}
	width := len(bars) * barWidth
	shapes = append(shapes, g.El("path", g.Attr("class", "axis"), g.Attr("d", fmt.Sprintf("M0 %dH%d", chartHeight, width))))
	return g.El("svg", g.Attr("class", "chart"), g.Attr("role", "img"), g.Attr("aria-label", p.lower+" and "+p.upper+". "+text), g.Attr("preserveAspectRatio", "none"),
		g.Attr("viewBox", fmt.Sprintf("0 0 %d %d", width, chartHeight+1)), g.Group(shapes))
}

func number(name string, n int) g.Node { return g.Attr(name, strconv.Itoa(n)) }
