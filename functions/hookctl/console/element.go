package console

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
)

func seconds(n int) string { return strconv.Itoa(n) + "s" }

// when shows a time as its distance from now, and the exact time to who points at it.
func when(t, now time.Time) g.Node {
	if t.IsZero() {
		return g.Text("–")
	}
	text := cli.Age(t, now) + " ago"
	if t.After(now) {
		text = "in " + cli.Age(now, t)
	}
	return h.Time(h.DateTime(t.UTC().Format(time.RFC3339Nano)), h.Title(cli.Time(t, now)), g.Text(text))
}

// nextTry is a cell with the time of a next try, or an empty one.
func nextTry(t, now time.Time) g.Node {
	switch {
	case t.IsZero():
		return nil
	case !t.After(now):
		return g.Text("due")
	}
	return when(t, now)
}

// ago returns the time that is as long before now as the text says, or zero if it says
// nothing.
func ago(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return time.Time{}, fmt.Errorf("the time %q is not one like 90m or 24h", text)
	}
	return now.Add(-d), nil
}

// filterForm chooses what a list shows.
func filterForm(page string, fields ...g.Node) g.Node {
	return h.Form(h.Class("filter"), h.Action(page), h.Method("get"), h.Role("search"), g.Group(fields),
		h.Button(h.Type("submit"), g.Text("Filter")), h.A(h.Href(page), g.Text("Clear")))
}

// tone is how a pill looks. Its text says the same.
type tone string

const (
	good tone = "good"
	warn tone = "warn"
	bad  tone = "bad"
	dull tone = "dull"
)

func pill(t tone, text string) g.Node { return h.Span(h.Class("pill "+string(t)), g.Text(text)) }

// statePill shows the state of an event.
func statePill(e events.Entry, now time.Time) g.Node {
	switch {
	case e.State == ledger.StateFailed && e.Reason == ledger.ReasonCancelled:
		return pill(dull, "cancelled")
	case e.State == ledger.StateFailed:
		return pill(bad, "failed")
	case e.State == ledger.StateReleased:
		return pill(warn, "will be retried")
	case e.State == ledger.StateClaimed && now.Before(e.Lease):
		return pill(warn, "running")
	case e.State == ledger.StateClaimed:
		return pill(warn, "interrupted")
	case e.Reason == ledger.ReasonUnhandled:
		return pill(dull, "no handler")
	}
	return pill(good, "done")
}

// query returns a relative address with parameters, without those that are empty.
func query(path string, pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// A table has a row of cells in the order of its columns.
type table struct {
	caption string
	columns []string
	numbers []string // those of the columns that are numbers
	narrow  bool     // a narrow screen has room for it as it is
	rows    [][]g.Node
}

// node renders the table. On a narrow screen each row is a card, in which each cell has its
// column's name.
func (t table) node() g.Node {
	var heads []g.Node
	align := func(name string) g.Node {
		return g.If(slices.Contains(t.numbers, name), h.Class("number"))
	}
	for _, name := range t.columns {
		heads = append(heads, h.Th(h.Scope("col"), align(name), g.Text(name)))
	}
	var rows []g.Node
	for _, cells := range t.rows {
		var row []g.Node
		for i, cell := range cells {
			if cell == nil { // a narrow screen does not show it
				row = append(row, h.Td())
				continue
			}
			row = append(row, h.Td(h.Data("label", t.columns[i]), align(t.columns[i]), cell))
		}
		rows = append(rows, h.Tr(row...))
	}
	return h.Table(g.If(t.narrow, h.Class("narrow")), h.Caption(g.Text(t.caption)), h.THead(h.Tr(heads...)), h.TBody(rows...))
}

// facts is a list of names with values.
func facts(pairs ...g.Node) g.Node {
	var nodes []g.Node
	for i := 0; i+1 < len(pairs); i += 2 {
		nodes = append(nodes, h.Div(h.Dt(pairs[i]), h.Dd(pairs[i+1])))
	}
	return h.Dl(h.Class("facts"), g.Group(nodes))
}

// empty says that there is nothing, and what to do next.
func empty(text string, next ...g.Node) g.Node {
	return h.Div(h.Class("empty"), h.P(g.Text(text)), g.Group(next))
}

func command(text string) g.Node { return h.Pre(h.Class("command"), h.Code(g.Text(text))) }

func count(n int, one, many string) string { return cli.Count(n, one, many) }

// sourceAndType names what kind of event something is about.
func sourceAndType(source, eventType string) string {
	if eventType == "" {
		return source
	}
	return source + " · " + eventType
}

// textOrNone is a cell with a text, or an empty one.
func textOrNone(text string) g.Node {
	if text == "" {
		return nil
	}
	return g.Text(text)
}

// errorText is a cell with an error, or an empty one.
func errorText(text string) g.Node {
	if text == "" {
		return nil
	}
	return h.Span(h.Class("error"), g.Text(cut(text)))
}

func textField(label, name, value string) g.Node {
	return h.Label(g.Text(label), h.Input(h.Type("text"), h.Name(name), h.Value(value), h.AutoComplete("off"), g.Attr("spellcheck", "false")))
}
