package console

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// An act is something that an operator may do: first its plan is shown, then a POST starts
// it as a job.
type act struct {
	id      string // of the kept plan
	title   string // "Redrive dead letters"
	noun    string // of what it acts on; empty means Event
	verb    string // of the button: "Send back 3"
	lines   []actLine
	count   int // of what it would act on
	refused int
	more    string    // what the lines do not show; may be empty
	extra   []g.Node  // choices that change the plan
	typed   string    // what confirms it; empty means the count, if it is above confirmAbove
	expires time.Time // when it is not kept any more; zero means that there is no such time
	back    link
	again   string // the address of the plan for what is left, if it is stopped
	run     func(ctx context.Context, report func(jobResult)) error
}

// An actLine is what would happen to one item.
type actLine struct {
	item    link
	about   string
	text    string
	refused bool
}

// shownLines is how many lines of a plan are shown: a sample, if there are more.
const shownLines = 50

// confirmAbove is how many items an act takes without a typed confirmation.
const confirmAbove = 1

// planners make an act's plan from a query. An error is for people.
func (c *Console) planners() map[string]func(context.Context, url.Values) (act, error) {
	return map[string]func(context.Context, url.Values) (act, error){
		"redrive": c.planRedrive, "retry": c.planMany, "cancel": c.planMany, "replay": c.planMany,
		"release": c.planRelease, "drop": c.planDrop, "pause": c.planPause, "resume": c.planResume,
	}
}

// plan makes the plan that a request names. If it cannot, it has answered.
func (c *Console) plan(w http.ResponseWriter, r *http.Request, form url.Values) (act, bool) {
	planner, ok := c.planners()[form.Get("do")]
	if !ok {
		c.fail(w, r, http.StatusNotFound, "No such act", "The console knows no act of this name.")
		return act{}, false
	}
	a, err := planner(r.Context(), form)
	if err != nil {
		c.broken(w, r, "Plan it", err)
		return act{}, false
	}
	return a, true
}

// showPlan says what an act would do, and asks.
func (c *Console) showPlan(w http.ResponseWriter, r *http.Request) {
	form := r.URL.Query()
	if a, ok := c.plan(w, r, form); ok {
		c.show(w, r, page{title: a.title, body: c.planBody(c.plans.keep(a), form, "")})
	}
}

func (c *Console) planBody(a act, form url.Values, problem string) []g.Node {
	t := table{caption: "What would happen to each", columns: []string{cmp.Or(a.noun, "Event"), "About", "What would happen"}}
	for _, l := range a.lines[:min(shownLines, len(a.lines))] {
		text := g.Text(l.text)
		if l.refused {
			text = h.Span(pill(bad, "refused"), g.Text(" "+l.text))
		}
		t.rows = append(t.rows, []g.Node{h.A(h.Href(l.item.href), h.Code(g.Text(short(l.item.text)))), textOrNone(l.about), text})
	}
	more := a.more
	if n := len(a.lines) - shownLines; n > 0 {
		more = "And " + count(n, "more, which is", "more, which are") + " part of the plan. " + more
	}
	body := []g.Node{g.If(problem != "", h.P(h.Class("problem"), g.Text(problem))), c.planSum(a), g.Group(a.extra)}
	if len(a.lines) == 0 {
		return append(body, h.P(h.A(h.Href(a.back.href), g.Text(a.back.text))))
	}
	return append(body, c.confirmForm(a, form), t.node(), g.If(more != "", h.P(h.Class("note"), g.Text(more))))
}

func (c *Console) planSum(a act) g.Node {
	if len(a.lines) == 0 {
		return empty("Nothing matches any more.")
	}
	text := "Would act on " + strconv.Itoa(a.count)
	if a.refused > 0 {
		text += ", and leave " + strconv.Itoa(a.refused) + " as " + oneOr(a.refused, "it is", "they are")
	}
	return h.P(h.Class("verdict"), g.Text(text+". Nothing has happened yet."))
}

func oneOr(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// confirmForm asks whether to carry out the plan.
func (c *Console) confirmForm(a act, form url.Values) g.Node {
	back := h.A(h.Href(a.back.href), g.Text("Leave it"))
	switch {
	case !c.options.Write:
		return h.P(h.Class("note"), g.Text("This console only shows. To act, start it with --write. "), back)
	case a.count == 0:
		return h.P(h.Class("acts"), g.Text("There is nothing to act on. "), back)
	}
	var hidden []g.Node
	for name, values := range form {
		if name == "typed" || name == "plan" {
			continue
		}
		for _, value := range values {
			hidden = append(hidden, h.Input(h.Type("hidden"), h.Name(name), h.Value(value)))
		}
	}
	word := a.word()
	return h.Form(h.Method("post"), h.Action("act"), h.Class("acts"), g.Group(hidden),
		h.Input(h.Type("hidden"), h.Name("plan"), h.Value(a.id)),
		g.If(word != "", h.Label(g.Text("To confirm, type "+word), h.Input(h.Type("text"), h.Name("typed"), h.AutoComplete("off"), h.Required()))),
		h.Button(h.Type("submit"), h.Class("act"), g.Text(a.verb)), back,
	)
}

// word returns what has to be typed to confirm the act, or nothing if a click does.
func (a act) word() string {
	if a.typed == "" && a.count > confirmAbove {
		return strconv.Itoa(a.count)
	}
	return a.typed
}

// startAct carries out the plan that was shown, once. If it is not kept, it is made and shown
// again.
func (c *Console) startAct(w http.ResponseWriter, r *http.Request) {
	id, typed := r.PostForm.Get("plan"), r.PostForm.Get("typed")
	r.PostForm.Del("typed")
	r.PostForm.Del("plan")
	a, ok := c.plans.find(id, c.options.Now())
	problem := ""
	switch {
	case ok && a.word() != "" && typed != a.word():
		problem = "Not confirmed: type " + a.word() + "."
	case ok && a.count > 0 && c.plans.take(id):
	case !r.PostForm.Has("do"):
		c.fail(w, r, http.StatusNotFound, "No such plan", "It was carried out, or is not kept any more. Begin again.")
		return
	default:
		if a, ok = c.plan(w, r, r.PostForm); !ok {
			return
		}
		a, problem = c.plans.keep(a), "The plan that you confirmed was carried out, or is not kept any more. This is the plan as it is now."
	}
	if problem != "" {
		c.show(w, r, page{title: a.title, status: http.StatusConflict, body: c.planBody(a, r.PostForm, problem)})
		return
	}
	if r.PostForm.Has("do") {
		a.again = "act?" + r.PostForm.Encode()
	}
	c.start(w, r, a)
}
