package console

import (
	"cmp"
	"context"
	"net/http"
	"net/url"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/functions/hookctl/samples"
	"webhookintake/functions/hookctl/sign"
	"webhookintake/shared/webhook"
)

// providers returns the providers of the configured sources. Where a stack's cannot be read,
// as without the right to, those remain that sources are named after.
func (c *Console) providers(ctx context.Context) map[string]string {
	of := map[string]string{}
	for name, src := range c.options.Sources {
		of[name] = src.Provider.Name()
	}
	if c.options.Editor == nil {
		return of
	}
	base, err := c.options.Editor.Editor.Load(ctx)
	if err != nil {
		return of
	}
	for _, name := range base.Document.Names() {
		of[name] = base.Document.Entry(name).Provider
	}
	return of
}

// providerOfSource returns the provider of a source: of one that is configured, or else the
// one that the source is named after.
func (c *Console) providerOfSource(ctx context.Context, name string) (dialect.Dialect, bool) {
	d, err := dialect.Of(cmp.Or(c.providers(ctx)[name], name))
	return d, err == nil
}

// copies offers the webhook to be sent again to a hookctl run: as a command, and as a file.
// Both are signed with the public sample secret, never with one of the source's.
func (c *Console) copies(ctx context.Context, e events.Entry, payload []byte) g.Node {
	d, ok := c.providerOfSource(ctx, e.Source())
	if !ok {
		return nil
	}
	to := c.options.URL
	if to == "" {
		to = "http://" + sign.DefaultAddress
	}
	src := dialect.Sources()[d.Provider.Name()]
	signed := dialect.Sign(src.Provider, src.Settings, payload, c.options.Now())
	text, err := sign.Curl(dialect.URL(to+"/hooks/"+src.Name, signed), signed, "", 0)
	if err != nil {
		text = "It cannot be a command: " + err.Error()
	}
	return h.Details(h.Summary(g.Text("Copy it, to send it to a hookctl run")),
		h.P(g.Text("Signed with the public sample secret, which hookctl run takes without sources of its own. One click selects the command:")),
		h.Pre(h.Class("copy"), h.TabIndex("0"), g.Text(text)),
		h.P(g.Text("Or save it "), h.A(h.Href(query("webhook.json", "key", e.Key)), h.Download(""), g.Text("as a file")), g.Text(", for a test or for:")),
		command("go tool hookctl send --file webhook.json"),
	)
}

// file answers with the event's webhook as a file that "hookctl send" takes.
func (c *Console) file(w http.ResponseWriter, r *http.Request) {
	e, l, err := c.entry(r.Context(), r.URL.Query())
	if err != nil {
		c.broken(w, r, "Read the event's record", err)
		return
	}
	d, ok := c.providerOfSource(r.Context(), e.Source())
	if e.State == "" || !ok {
		c.fail(w, r, http.StatusNotFound, "No such event", "The ledger has no record of this event, or its provider is not known here.")
		return
	}
	c.noteShown(e.Key, false)
	payload, err := c.payload(r.Context(), l, e.Key)
	if err != nil {
		c.broken(w, r, "Read the event's body", err)
		return
	}
	content, _, err := samples.File(webhook.Event{
		Source: e.Source(), Provider: d.Provider.Name(), ID: e.ID(), Type: e.Type, Received: e.Received, Raw: payload, Identity: e.Identity,
	})
	if err != nil {
		c.broken(w, r, "Make the file", err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="webhook.json"`)
	_, _ = w.Write(content) // where it fails, the browser is gone
}

// entry reads the event that a form names. One without a record has no state.
func (c *Console) entry(ctx context.Context, form url.Values) (events.Entry, events.Ledger, error) {
	l, err := c.options.Intake.Ledger()
	if err != nil {
		return events.Entry{}, nil, err
	}
	key := form.Get("key")
	rec, _, err := l.Record(ctx, key)
	return events.Entry{Key: key, Record: rec}, l, err
}
