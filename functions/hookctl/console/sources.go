package console

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"webhookintake/functions/hookctl/operate/sources"
)

// A ListSources reads the configured sources, with masked secrets.
type ListSources func(ctx context.Context) ([]sources.Row, error)

// sources lists the configured sources, with masked secrets.
func (c *Console) sources(w http.ResponseWriter, r *http.Request) {
	list, err := c.options.ListSources(r.Context())
	if err != nil {
		c.broken(w, r, "Read the sources", err)
		return
	}
	flags := c.options.Flags
	body := []g.Node{h.P(h.Class("sub"), g.Text("A secret of 12 characters or more shows its last four."))}
	if len(list) == 0 {
		body = append(body, empty("There are no sources yet: every webhook is answered with 404.", command("go tool hookctl sources set NAME"+flags)))
	} else {
		t := table{caption: "Where webhooks come from", columns: []string{"Source", "Provider", "Secrets", "Settings", "Path"}}
		for _, one := range list {
			t.rows = append(t.rows, []g.Node{
				h.A(h.Href(query("events", "source", one.Name)), g.Text(one.Name)), g.Text(one.Provider),
				h.Span(g.Text(strconv.Itoa(len(one.Secrets))+": "), h.Code(g.Text(strings.Join(one.Secrets, " ")))),
				textOrNone(one.SettingsText()), h.Code(g.Text("/hooks/" + one.Name)),
			})
		}
		body = append(body, t.node())
	}
	if !c.options.Here {
		body = append(body, h.H2(g.Text("Change them")), h.P(g.Text("A secret is never typed into a page: change it from a terminal, which asks for it.")),
			command("go tool hookctl sources check"+flags), command("go tool hookctl sources rotate NAME"+flags))
	}
	c.show(w, r, page{title: "Sources", here: "sources", body: body})
}
