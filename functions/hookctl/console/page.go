package console

import (
	"net/http"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"webhookintake/functions/hookctl/cli"
)

// A page is one answer for a browser.
type page struct {
	title  string
	here   string // the link of the navigation that it belongs to
	status int    // 0 means 200
	// every is after how many seconds the page shows what is new; 0 means never.
	every int
	body  []g.Node
}

type link struct{ href, text string }

// links are the pages of the navigation, without those that have nothing to show.
func (c *Console) links() []link {
	all := []link{{"./", "Overview"}, {"events", "Events"}, {"dead", "Dead letters"}, {"quarantine", "Quarantine"}, {"handlers", "Handlers"}}
	if c.options.Sources != nil {
		all = append(all, link{"send", "Send"})
	}
	if c.options.ListSources != nil || c.options.Editor != nil {
		all = append(all, link{"sources", "Sources"})
	}
	if c.options.Refused != nil {
		all = append(all, link{"refused", "Refused"})
	}
	return append(all, link{"cost", "Cost"})
}

// show answers with a page. A script asks for its main part alone, to refresh it.
func (c *Console) show(w http.ResponseWriter, r *http.Request, p page) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if p.status != 0 {
		w.WriteHeader(p.status)
	}
	main := c.main(r, p)
	if r.Header.Get("HX-Request") == "true" {
		_ = main.Render(w) // where it fails, the browser is gone
		return
	}
	_ = h.Doctype(h.HTML(h.Lang("en"), c.head(p), h.Body(
		h.A(h.Class("skip"), h.Href("#main"), g.Text("Skip to content")),
		c.header(p), main,
	))).Render(w)
}

func (c *Console) head(p page) g.Node {
	return h.Head(
		h.Meta(h.Charset("utf-8")),
		h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
		h.Meta(h.Name("color-scheme"), h.Content("light dark")),
		h.TitleEl(g.Text(p.title+" · "+c.options.Name)),
		h.Link(h.Rel("stylesheet"), h.Href("assets/style.css")),
		h.Link(h.Rel("icon"), h.Href("assets/icon.svg")),
		g.If(p.every > 0, g.Group{
			// Without indicators it adds no style of its own, which the policy forbids.
			h.Meta(h.Name("htmx-config"), h.Content(`{"includeIndicatorCSS":false,"history":false}`)),
			h.Script(h.Src("assets/htmx.min.js"), h.Defer()),
			h.Script(h.Src("assets/live.js"), h.Defer()),
			h.NoScript(h.Meta(g.Attr("http-equiv", "refresh"), h.Content("10"))),
		}),
	)
}

func (c *Console) header(p page) g.Node {
	mode := g.If(!c.options.Write, h.Span(h.Class("pill"), h.Title("start it with --write to change something"), g.Text("read-only")))
	var items []g.Node
	for _, l := range c.links() {
		items = append(items, h.Li(h.A(h.Href(l.href), g.If(l.href == p.here, h.Aria("current", "page")), g.Text(l.text))))
	}
	return h.Header(
		h.P(h.Class("name"), h.Strong(g.Text("Webhook Intake")), h.Span(g.Text(c.options.Name)), mode),
		h.Nav(h.Aria("label", "Pages"), h.Ul(items...)),
	)
}

func (c *Console) main(r *http.Request, p page) g.Node {
	return h.Main(h.ID("main"), h.TabIndex("-1"),
		g.If(p.every > 0, g.Group{
			h.Data("hx-get", r.URL.RequestURI()), h.Data("hx-trigger", "every "+seconds(p.every)),
			h.Data("hx-swap", "outerMorph"),
		}),
		h.H1(g.Text(p.title)), c.paused(r.Context()), g.Group(p.body), c.asOf(),
	)
}

// asOf says how old the page is.
func (c *Console) asOf() g.Node {
	now := c.options.Now()
	return h.P(h.Class("asof"), g.Text("As of "+cli.Time(now, now)+". Point at a time to see it exactly."))
}

// fail answers with a page that says what went wrong.
func (c *Console) fail(w http.ResponseWriter, r *http.Request, status int, title, text string) {
	c.show(w, r, page{title: title, status: status, body: []g.Node{h.P(h.Class("problem"), g.Text(text)), h.P(h.A(h.Href("./"), g.Text("Back to the overview")))}})
}

// broken answers when the intake could not be asked.
func (c *Console) broken(w http.ResponseWriter, r *http.Request, doing string, err error) {
	c.fail(w, r, http.StatusBadGateway, "This could not be read", doing+": "+reason(err))
}
