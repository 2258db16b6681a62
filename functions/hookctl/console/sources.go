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
	"webhookintake/functions/hookctl/operate/sources"
)

// A ListSources reads the configured sources, with masked secrets.
type ListSources func(ctx context.Context) ([]sources.Row, error)

// A SourceEditor reads and changes the sources of a stack.
type SourceEditor struct {
	Editor *sources.Editor
	Format int         // of the document that the stack's ingest reads
	Log    sources.Log // of ingest; nil if it is not known
}

// sources lists the configured sources, with masked secrets.
func (c *Console) sources(w http.ResponseWriter, r *http.Request) {
	if c.options.Editor != nil {
		c.stackSources(w, r)
		return
	}
	list, err := c.options.ListSources(r.Context())
	if err != nil {
		c.broken(w, r, "Read the sources", err)
		return
	}
	t := table{caption: "Where webhooks come from", columns: []string{"Source", "Provider", "Secrets", "Settings", "Path"}}
	for _, one := range list {
		t.rows = append(t.rows, []g.Node{
			h.A(h.Href(query("events", "source", one.Name)), g.Text(one.Name)), g.Text(one.Provider),
			h.Span(g.Text(strconv.Itoa(len(one.Secrets))+": "), h.Code(g.Text(strings.Join(one.Secrets, " ")))),
			textOrNone(one.SettingsText()), h.Code(g.Text("/hooks/" + one.Name)),
		})
	}
	body := []g.Node{maskNote(), t.node()}
	if len(list) == 0 {
		body = []g.Node{empty("There are no sources: every webhook is answered with 404.")}
	}
	c.show(w, r, page{title: "Sources", here: "sources", body: body})
}

func maskNote() g.Node {
	return h.P(h.Class("sub"), g.Text("A secret of 12 characters or more shows its last four."))
}

// stackSources lists a stack's sources with the age of each secret, and on demand with when
// each was last used.
func (c *Console) stackSources(w http.ResponseWriter, r *http.Request) {
	e, now := c.options.Editor, c.options.Now()
	report, err := sources.Examine(r.Context(), e.Editor.Secret)
	if err != nil {
		c.broken(w, r, "Read the sources", err)
		return
	}
	body := []g.Node{maskNote()}
	if err := report.Err(); err != nil {
		body = append(body, h.P(h.Class("problem"), g.Text(err.Error())))
	}
	for _, one := range report.Warnings {
		body = append(body, h.P(h.Class("problem"), g.Text("Probably a mistake: "+one.String())))
	}
	if from, err := ago(r.URL.Query().Get("uses"), now); err == nil && !from.IsZero() && e.Log != nil {
		if err := report.FindUses(r.Context(), e.Log, now, now.Sub(from)); err != nil {
			body = append(body, unread([]error{err}))
		}
	}
	if report.Serving != "" && len(report.Sources) > 0 {
		body = append(body, c.useForm(r), c.secretTable(report, now))
	} else if report.Valid {
		body = append(body, empty("There are no sources yet: every webhook is answered with 404."))
	}
	if c.options.Write {
		body = append(body, h.H2(g.Text("Add a source")), newSourceForm())
	}
	c.show(w, r, page{title: "Sources", here: "sources", body: body})
}

// useForm asks how far back the log is searched, which takes a request for each secret.
func (c *Console) useForm(r *http.Request) g.Node {
	if c.options.Editor.Log == nil {
		return nil
	}
	return h.Form(h.Class("filter"), h.Action("sources"), h.Method("get"),
		selectOne("Look for uses in the last", "uses", r.URL.Query().Get("uses"), sinceChoices[2:]), h.Button(h.Type("submit"), g.Text("Search the log")))
}

func (c *Console) secretTable(report *sources.Report, now time.Time) g.Node {
	t := table{caption: "Secrets: of each source, the first is the one to sign with", columns: []string{"Source", "Provider", "Secret", "Set", "Last used", "What it means"}}
	for _, s := range report.Sources {
		name := h.A(h.Href(query("events", "source", s.Name, "state", stateAny)), g.Text(s.Name))
		if c.options.Write {
			name = h.Span(name, g.Text(" "), h.A(h.Href(query("source", "name", s.Name)), g.Text("change…")))
		}
		provider, means := g.Text(s.Provider), textOrNone(meaning(report, s))
		for _, secret := range s.Secrets {
			t.rows = append(t.rows, []g.Node{name, provider, h.Code(g.Text(secret.Secret)), putAt(secret, now), lastUse(report, s, secret, now), means})
			name, provider, means = g.Text(s.Name), g.Text(s.Provider), nil
		}
	}
	return t.node()
}

// putAt says how old a secret is, at least.
func putAt(s sources.SecretUse, now time.Time) g.Node {
	if s.Older {
		return h.Span(when(s.Put, now), g.Text(" or earlier"))
	}
	return when(s.Put, now)
}

// lastUse says when a secret last verified a webhook, or since when it has not.
func lastUse(r *sources.Report, s sources.SourceUse, u sources.SecretUse, now time.Time) g.Node {
	switch {
	case r.Since == nil:
		return nil
	case u.LastUsed != nil:
		return when(*u.LastUsed, now)
	case s.Known.IsZero() || !u.Searched:
		return g.Text("not known")
	}
	return g.Text("not in the last " + cli.Age(r.SearchedFrom(s), now))
}

// meanings are the conclusions from the uses of a source's secrets.
var meanings = map[sources.Verdict]string{
	sources.InUse:    "in use",
	sources.Idle:     "no webhook was accepted in this time",
	sources.TooEarly: "changed too lately to say",
	sources.NotYet:   "the provider still signs with an older secret: give it the first",
	sources.Both:     "an older secret was used as well: wait before you drop it",
	sources.Unclear:  "the log is too long to search: choose a shorter time",
	sources.Finish:   "only the first is in use: the others can be dropped",
}

func meaning(r *sources.Report, s sources.SourceUse) string {
	text := meanings[s.Verdict]
	if s.ExpiredURL != nil {
		text += "; a webhook came to a URL that is no longer valid"
	}
	if r.Since == nil && len(s.Secrets) > 1 {
		text = "a rotation is under way: search the log for whether it can be finished"
	}
	return text
}
