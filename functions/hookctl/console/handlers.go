package console

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/hook"
)

// A registration is a handler with the types that it handles.
type registration struct {
	provider string
	handler  hook.Handler
	types    []string
	certain  bool
}

// registrations returns the handlers for the types that are known here, in the order of the
// types, and by provider the types without one.
func (c *Console) registrations() (list []registration, without map[string][]string) {
	without = map[string][]string{}
	for _, s := range dialect.Samples() {
		provider := s.Provider.Name()
		found := c.options.Handlers.All.For(provider, s.Type)
		if len(found) == 0 {
			without[provider] = append(without[provider], s.Type)
		}
		for _, one := range found {
			i := slices.IndexFunc(list, func(r registration) bool { return r.provider == provider && r.handler.Name == one.Name })
			if i < 0 {
				i = len(list)
				list = append(list, registration{provider: provider, handler: one, certain: c.options.Handlers.IsCertain(provider, s.Type, one.Name)})
			}
			list[i].types = append(list[i].types, s.Type)
		}
	}
	return list, without
}

// handlers lists what is registered.
func (c *Console) handlers(w http.ResponseWriter, r *http.Request) {
	list, without := c.registrations()
	columns := []string{"Handler", "Provider", "Types", "Options"}
	if c.options.Journal != nil {
		columns = append(columns, "Runs since the start", "Last run")
	}
	t := table{caption: "In the order of registration by type", columns: columns}
	for _, one := range list {
		name := []g.Node{h.Strong(g.Text(one.handler.Name))}
		if !one.certain {
			name = append(name, g.Text(" "), h.Span(h.Class("pill warn"), h.Title("The settings of the deployed function cannot be seen from here."), g.Text("only with its settings")))
		}
		row := []g.Node{h.Span(g.Group(name)), g.Text(one.provider), g.Text(strings.Join(one.types, ", ")), textOrNone(optionsText(one.handler))}
		if j := c.options.Journal; j != nil {
			n := j.countsOf(one.handler.Name)
			row = append(row, g.Text(fmt.Sprintf("%d done, %d failed", n.done, n.failed)), when(n.last, c.options.Now()))
		}
		t.rows = append(t.rows, row)
	}
	var body []g.Node
	if len(list) == 0 {
		body = append(body, empty("No handler is registered.", h.P(g.Text("Register one in functions/process/handlers/register.go."))))
	} else {
		body = append(body, h.P(h.Class("sub"), g.Text("Those of this checkout: functions/process/handlers.")), t.node())
	}
	if len(without) > 0 {
		body = append(body, h.H2(g.Text("Types without a handler")),
			h.P(g.Text("Their events end at once, with the reason unhandled, and can be replayed once there is a handler.")))
		t := table{caption: "Of those that are known here", columns: []string{"Provider", "Types"}}
		for _, provider := range slices.Sorted(maps.Keys(without)) {
			var types []g.Node
			for _, name := range without[provider] {
				types = append(types, h.Span(g.Text(name)), g.Text(" "))
			}
			t.rows = append(t.rows, []g.Node{h.Code(g.Text(provider)), h.Div(h.Class("types"), g.Group(types))})
		}
		body = append(body, t.node())
	}
	c.show(w, r, page{title: "Handlers", here: "handlers", body: body})
}

func optionsText(one hook.Handler) string {
	var parts []string
	if one.Has(hook.AtMostOnce) {
		parts = append(parts, "at most once")
	}
	if one.Has(hook.SkipStale) {
		parts = append(parts, "skips stale events")
	}
	if one.MovesState() {
		parts = append(parts, "moves a state")
	}
	if len(one.After) > 0 {
		parts = append(parts, "after "+strings.Join(one.After, ", "))
	}
	if one.Timeout > 0 {
		parts = append(parts, "timeout "+one.Timeout.String())
	}
	if one.Attempts > 0 {
		parts = append(parts, "at most "+strconv.Itoa(one.Attempts)+" attempts")
	}
	return strings.Join(parts, "; ")
}
