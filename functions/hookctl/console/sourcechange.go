package console

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/webhook"
)

const (
	// pendingFor is how long a planned change of sources waits for its confirmation.
	pendingFor = 10 * time.Minute
	// maxPending is how many such changes wait at most.
	maxPending = 10
)

// A pendingChange is a change of a source that waits for its confirmation. It holds the
// secret that was typed, so that no page has to.
type pendingChange struct {
	id, name, title, next string
	typed                 string // what confirms it; empty if a click does
	plan                  sources.Plan
	expires               time.Time
}

type pendingChanges struct {
	mu  sync.Mutex
	all []pendingChange
}

// keep keeps a change, and forgets those that are too old or too many.
func (p *pendingChanges) keep(one pendingChange, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = slices.DeleteFunc(append(p.all, one), func(o pendingChange) bool { return !now.Before(o.expires) })
	p.all = slices.Clone(p.all[max(0, len(p.all)-maxPending):])
}

// take returns a change, which is then no longer kept, unless it is not confirmed.
func (p *pendingChanges) take(id, typed string, now time.Time) (one pendingChange, found, confirmed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.all, func(o pendingChange) bool { return o.id == id && now.Before(o.expires) })
	if i < 0 {
		return one, false, false
	}
	one = p.all[i]
	if one.typed != "" && typed != one.typed {
		return one, true, false
	}
	p.all = slices.Delete(p.all, i, i+1)
	return one, true, true
}

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

// changeSource plans a change or, with the id of a plan, writes it.
func (c *Console) changeSource(w http.ResponseWriter, r *http.Request) {
	if id := r.PostForm.Get("plan"); id != "" {
		c.writeSource(w, r, id)
		return
	}
	name, change := r.PostForm.Get("name"), r.PostForm
	edit, ok := sourceChanges()[change.Get("do")]
	if !ok || name == "" || change.Get("do") != doFinish && change.Get("secret") == "" {
		c.fail(w, r, http.StatusBadRequest, "Not understood", "A change needs a source's name, and a secret.")
		return
	}
	p, err := c.planSource(r.Context(), name, change, edit)
	switch {
	case err != nil:
		c.fail(w, r, http.StatusConflict, "Nothing was changed", reason(err))
		return
	case len(p.plan.Says) == 0:
		c.fail(w, r, http.StatusConflict, "Nothing changes", "The source is already like this.")
		return
	}
	now := c.options.Now()
	p.expires = now.Add(pendingFor)
	c.pending.keep(p, now)
	c.show(w, r, page{title: p.title, here: "sources", body: confirmChange(p, "")})
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

// planSource plans a change on the version of now.
func (c *Console) planSource(ctx context.Context, name string, form url.Values, edit sourceChange) (pendingChange, error) {
	secret := form.Get("secret")
	if len(secret) > cli.MaxSecret {
		return pendingChange{}, errors.New("the secret is longer than any provider's: enter the secret alone")
	}
	base, err := c.options.Editor.Editor.Load(ctx)
	if err != nil {
		return pendingChange{}, err
	}
	known := base.Document.Has(name)
	plan, err := sources.PlanChange(base, c.options.Editor.Format, name, func(d sources.Document) (sources.Document, error) {
		return edit.make(d, name, webhook.NewSecret(secret), form)
	})
	p := pendingChange{id: rand.Text(), name: name, title: edit.title + name, next: edit.next, plan: plan}
	if known && form.Get("do") != doRotate { // webhooks under way may be refused
		p.typed = name
	}
	if d, err := dialect.Of(base.Document.Entry(name).Provider); err == nil && form.Get("do") == doRotate {
		p.next += d.AfterRotation
	}
	return p, err
}

// confirmChange shows a plan, and asks. The secret stays in this program.
func confirmChange(p pendingChange, problem string) []g.Node {
	return []g.Node{
		g.If(problem != "", h.P(h.Class("problem"), g.Text(problem))),
		h.P(h.Class("verdict"), g.Text("This is what would be written. Nothing has happened yet.")),
		h.Pre(g.Text(strings.Join(p.plan.Says, "\n"))),
		h.Form(h.Method("post"), h.Action("source"), h.Class("acts"), h.Input(h.Type("hidden"), h.Name("plan"), h.Value(p.id)),
			g.If(p.typed != "", h.Label(g.Text("To confirm, type "+p.typed), h.Input(h.Type("text"), h.Name("typed"), h.AutoComplete("off"), h.Required()))),
			h.Button(h.Type("submit"), h.Class("act"), g.Text("Write it")), h.A(h.Href("sources"), g.Text("Leave it"))),
	}
}

// writeSource writes a plan that was shown.
func (c *Console) writeSource(w http.ResponseWriter, r *http.Request, id string) {
	p, found, confirmed := c.pending.take(id, r.PostForm.Get("typed"), c.options.Now())
	switch {
	case !found:
		c.fail(w, r, http.StatusNotFound, "No such plan", "It was written already, or is too old. Begin again from the sources.")
		return
	case !confirmed:
		c.show(w, r, page{title: p.title, here: "sources", status: http.StatusConflict, body: confirmChange(p, "Not confirmed: type "+p.typed+".")})
		return
	}
	a := act{title: p.title, noun: "Source", count: 1, back: link{"sources", "Back to the sources"}}
	a.run = func(ctx context.Context, report func(jobResult)) error {
		err := c.options.Editor.Editor.Write(ctx, p.plan.Base, p.plan.After)
		if err == nil {
			report(jobResult{item: link{"sources", p.name}, tone: good, word: "written", text: p.next})
		}
		return err
	}
	c.start(w, r, a)
}
