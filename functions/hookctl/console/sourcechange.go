package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/webhook"
)

// keepChange is how long a planned change of sources waits for its confirmation. It holds
// the secret that was typed, so that no page has to.
const keepChange = 10 * time.Minute

// The changes of a source.
const (
	doRotate = "rotate"
	doSet    = "set"
	doFinish = "finish"
)

// sourceForm offers the changes of one source.
func (c *Console) sourceForm(w http.ResponseWriter, r *http.Request) {
	base, err := c.options.Editor.Editor.Load(r.Context())
	if err != nil {
		c.broken(w, r, "Read the sources", err)
		return
	}
	name := r.URL.Query().Get("name")
	if !base.Document.Has(name) {
		c.fail(w, r, http.StatusNotFound, "No such source", "The stack has no source of this name.")
		return
	}
	body := []g.Node{
		h.H2(g.Text("Rotate its secret")),
		h.P(g.Text("The new secret becomes the first, and the present first one the second: webhooks signed with either are accepted. Older ones are dropped.")),
		changeForm(doRotate, name, secretField("New secret")),
	}
	if len(base.Document.Entry(name).Secrets) > 1 {
		body = append(body, h.H2(g.Text("Finish a rotation")), h.P(g.Text("All secrets but the first are dropped. Search the log first for whether they are still used.")),
			changeForm(doFinish, name))
	}
	body = append(body,
		h.H2(g.Text("Replace all of its secrets")), h.P(g.Text("Webhooks under way that are signed with a former secret are refused.")),
		changeForm(doSet, name, secretField("Only secret")),
		h.P(h.Class("note"), g.Text("Settings are changed from a terminal:")), command("go tool hookctl sources set --help"))
	c.show(w, r, page{title: "Change " + name, here: "sources", body: body})
}

func newSourceForm() g.Node {
	choices := []choice{{"", "as its name says"}}
	for _, name := range dialect.Providers() {
		choices = append(choices, choice{name, name})
	}
	return changeForm(doSet, "", textField("Name, the last part of its URL", "name", ""), selectOne("Provider", "provider", "", choices), secretField("Secret"))
}

// changeForm sends a change. No address ever has what is typed into it.
func changeForm(do, name string, fields ...g.Node) g.Node {
	return h.Form(h.Method("post"), h.Action("source"), h.Class("acts"), h.Input(h.Type("hidden"), h.Name("do"), h.Value(do)),
		g.If(name != "", h.Input(h.Type("hidden"), h.Name("name"), h.Value(name))), g.Group(fields), h.Button(h.Type("submit"), g.Text("See the plan")))
}

func secretField(label string) g.Node {
	return h.Label(g.Text(label), h.Input(h.Type("password"), h.Name("secret"), h.AutoComplete("off"), h.Required()))
}

// changeSource shows what a change would write.
func (c *Console) changeSource(w http.ResponseWriter, r *http.Request) {
	name, change := r.PostForm.Get("name"), r.PostForm
	edit, ok := sourceChanges()[change.Get("do")]
	if !ok || name == "" || change.Get("do") != doFinish && change.Get("secret") == "" {
		c.fail(w, r, http.StatusBadRequest, "Not understood", "A change needs a source's name, and a secret.")
		return
	}
	a, err := c.planSource(r.Context(), name, change, edit)
	switch {
	case err != nil:
		c.fail(w, r, http.StatusConflict, "Nothing was changed", reason(err))
	case len(a.lines) == 0:
		c.fail(w, r, http.StatusConflict, "Nothing changes", "The source is already like this.")
	default:
		c.show(w, r, page{title: a.title, here: "sources", body: c.planBody(c.plans.keep(a), nil, "")})
	}
}

// A sourceChange is how a change is made, and worded.
type sourceChange struct {
	title, next string
	make        func(d sources.Document, name string, secret webhook.Secret, form url.Values) (sources.Document, error)
}

func sourceChanges() map[string]sourceChange {
	const inUse = "It is in use after at most 5 minutes, or at once when a webhook does not match the former secrets. "
	return map[string]sourceChange{
		doRotate: {"Rotate the secret of ", inUse, func(d sources.Document, name string, s webhook.Secret, _ url.Values) (sources.Document, error) {
			return d.Rotate(name, s)
		}},
		doSet: {"Set ", inUse, func(d sources.Document, name string, s webhook.Secret, form url.Values) (sources.Document, error) {
			e := sources.Edit{Secret: s}
			if provider := form.Get("provider"); provider != "" {
				e.Provider = &provider
			}
			return d.Set(name, e)
		}},
		doFinish: {"Finish the rotation of ", "Within 5 minutes, webhooks signed with a dropped secret are answered with 401. ",
			func(d sources.Document, name string, _ webhook.Secret, _ url.Values) (sources.Document, error) {
				return d.Finish(name)
			}},
	}
}

// planSource plans a change on the version of now. The secret stays in this program.
func (c *Console) planSource(ctx context.Context, name string, form url.Values, edit sourceChange) (act, error) {
	secret, rotates := form.Get("secret"), form.Get("do") == doRotate
	if len(secret) > cli.MaxSecret {
		return act{}, errors.New("the secret is longer than any provider's: enter the secret alone")
	}
	base, err := c.options.Editor.Editor.Load(ctx)
	if err != nil {
		return act{}, err
	}
	plan, err := sources.PlanChange(base, c.options.Editor.Format, name, func(d sources.Document) (sources.Document, error) {
		return edit.make(d, name, webhook.NewSecret(secret), form)
	})
	next := edit.next
	if d, err := dialect.Of(base.Document.Entry(name).Provider); err == nil && rotates {
		next += d.AfterRotation
	}
	a := act{title: edit.title + name, noun: "Source", verb: "Write it", count: 1, back: link{"sources", "Back to the sources"}, expires: c.options.Now().Add(keepChange)}
	if base.Document.Has(name) && !rotates { // webhooks under way may be refused
		a.typed = name
	}
	for _, line := range plan.Says {
		a.lines = append(a.lines, actLine{item: link{"sources", name}, text: line})
	}
	a.run = func(ctx context.Context, report func(jobResult)) error {
		err := c.options.Editor.Editor.Write(ctx, plan.Base, plan.After)
		if err == nil {
			report(jobResult{item: link{"sources", name}, tone: good, word: "written", text: next})
		}
		return err
	}
	return a, err
}
