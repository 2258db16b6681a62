package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/quarantine"
	kept "webhookintake/shared/vault/quarantine"
	"webhookintake/shared/webhook"
)

// maxVerified is how many requests one act takes: each is read and verified for its plan.
const maxVerified = 500

// findRefused returns the kept requests that a form selects.
func (c *Console) findRefused(ctx context.Context, form url.Values) (quarantine.List, operate.Quarantine, error) {
	q, err := c.options.Intake.Quarantine()
	if err != nil {
		return quarantine.List{}, nil, err
	}
	var f quarantine.Filter
	if id := form.Get("id"); id != "" {
		f.IDs = []string{id}
	}
	if source := form.Get("source"); source != "" {
		f.Sources = []string{source}
	}
	if code := form.Get("code"); code != "" {
		f.Codes = []webhook.Code{webhook.Code(code)}
	}
	if f.From, err = ago(form.Get("since"), c.options.Now()); err != nil {
		return quarantine.List{}, nil, err
	}
	list, err := quarantine.Find(ctx, q, f, nil)
	return list, q, err
}

// quarantine lists the requests that were refused for their signature and kept.
func (c *Console) quarantine(w http.ResponseWriter, r *http.Request) {
	form := r.URL.Query()
	list, _, err := c.findRefused(r.Context(), form)
	if err != nil {
		c.broken(w, r, "List the quarantine", err)
		return
	}
	c.show(w, r, page{title: "Quarantine", here: "quarantine", body: []g.Node{
		h.P(h.Class("sub"), g.Text("Requests that were refused for their signature, and kept. If our side had the wrong secret, put the right one first; then release those that verify with it.")),
		refusedForm(form), c.refusedCounts(list, form), c.refusedList(list),
	}})
}

func refusedForm(form url.Values) g.Node {
	codes := []choice{{"", "any"}}
	for _, code := range kept.Codes() {
		codes = append(codes, choice{string(code), string(code)})
	}
	return filterForm("quarantine",
		textField("Source", "source", form.Get("source")), selectOne("Code", "code", form.Get("code"), codes),
		selectOne("Arrived in the last", "since", form.Get("since"), sinceChoices))
}

// refusedCounts says how many were refused and how many of them are kept, and leads to the
// acts on all.
func (c *Console) refusedCounts(list quarantine.List, form url.Values) g.Node {
	if len(list.Entries) == 0 {
		if form.Get("source")+form.Get("code")+form.Get("since") == "" {
			return empty("Nothing is in the quarantine.", h.P(g.Text("All refused requests, also those that are not kept, are counted under "), h.A(h.Href("refused"), g.Text("Refused")), g.Text(".")))
		}
		return empty("No refused request matches.", h.P(h.A(h.Href("quarantine"), g.Text("Clear the filter"))))
	}
	t := table{caption: "By source and code, the most frequent first", columns: []string{"Source", "Code", "Refused", "Kept"}, numbers: []string{"Refused", "Kept"}}
	for _, one := range list.Counts {
		t.rows = append(t.rows, []g.Node{g.Text(one.Source), h.Code(g.Text(string(one.Code))), g.Text(fmt.Sprint(one.Refused())), g.Text(fmt.Sprint(one.Kept))})
	}
	do := func(name string) string {
		return query("act", "do", name, "source", form.Get("source"), "code", form.Get("code"), "since", form.Get("since"))
	}
	return g.Group{t.node(), h.P(h.Class("acts"),
		h.A(h.Class("button act"), h.Href(do("release")), g.Text("Verify and release all that match…")),
		h.A(h.Class("button"), h.Href(do("drop")), g.Text("Drop all that match…")),
	)}
}

func (c *Console) refusedList(list quarantine.List) g.Node {
	now := c.options.Now()
	newest := list.Entries[max(0, len(list.Entries)-shownLines):]
	t := table{caption: "The newest kept, the newest first", columns: []string{"Arrived", "Source", "Code", "Bytes", "Request"}, numbers: []string{"Bytes"}}
	for _, e := range slices.Backward(newest) {
		item := refusedItem(e)
		t.rows = append(t.rows, []g.Node{when(e.At, now), g.Text(e.Source), h.Code(g.Text(string(e.Code))), g.Text(fmt.Sprint(e.Size)), h.A(h.Href(item.href), h.Code(g.Text(item.text)))})
	}
	return g.If(len(t.rows) > 0, t.node())
}

// refusedItem leads to one kept request.
func refusedItem(e quarantine.Entry) link {
	return link{query("quarantined", "id", e.ID), e.ID[:min(10, len(e.ID))]}
}

// quarantined shows one request, and whether it would be accepted now.
func (c *Console) quarantined(w http.ResponseWriter, r *http.Request) {
	form := r.URL.Query()
	list, q, err := c.findRefused(r.Context(), url.Values{"id": form["id"]})
	if err != nil {
		c.broken(w, r, "Read the quarantine", err)
		return
	}
	if form.Get("id") == "" || len(list.Entries) != 1 {
		c.fail(w, r, http.StatusNotFound, "No such request", "The quarantine does not have it: it was released or dropped, or it expired.")
		return
	}
	e, now := list.Entries[0], c.options.Now()
	releaser := quarantine.Releaser{Quarantine: q}
	result := releaser.Verify(r.Context(), e)
	body := []g.Node{
		facts(g.Text("Source"), g.Text(e.Source), g.Text("Arrived"), when(e.At, now), g.Text("Refused"), h.Code(g.Text(string(e.Code))),
			g.Text("With the current secrets"), g.Text(result.Text())),
		g.If(c.options.Write, h.P(h.Class("acts"),
			g.If(result.Outcome == quarantine.Verifies, h.A(h.Class("button act"), h.Href(query("act", "do", "release", "id", e.ID)), g.Text("Release…"))),
			h.A(h.Class("button"), h.Href(query("act", "do", "drop", "id", e.ID)), g.Text("Drop…")))),
	}
	if request, unread := releaser.Read(r.Context(), e); unread == nil {
		body = append(body, c.refusedRequest(e, request, form.Get("body")))
	}
	c.show(w, r, page{title: "Refused request", here: "quarantine", body: body})
}

// refusedRequest shows what the sender wrote, which nobody has verified: of the query the
// names alone, as a token may be in it, and the body as far as it is asked for.
func (c *Console) refusedRequest(e quarantine.Entry, r kept.Request, asked string) g.Node {
	var lines []string
	for name, values := range r.Header {
		lines = append(lines, name+": "+strings.Join(values, ", "))
	}
	for name := range r.Query {
		lines = append(lines, name+"=… in the query")
	}
	slices.Sort(lines)
	head := g.Group{h.H2(g.Text("What is signed")), g.If(len(lines) > 0, h.Pre(h.Class("body"), h.TabIndex("0"), g.Text(cli.Visible(strings.Join(lines, "\n"))))), h.H2(g.Text("Body"))}
	page := query("quarantined", "id", e.ID)
	if asked != bodyMasked && asked != bodyShown {
		return g.Group{head, hiddenBody(page, "Not shown, as it may hold personal data, and nobody has verified it. ")}
	}
	c.noteShown("the refused request "+e.ID, asked == bodyMasked)
	return g.Group{head, visibleBody(page, asked, r.Body)}
}

// planRefused plans an act on the newest kept requests that a form selects.
func (c *Console) planRefused(ctx context.Context, form url.Values) (a act, entries []quarantine.Entry, r quarantine.Releaser, err error) {
	list, q, err := c.findRefused(ctx, form)
	if err != nil {
		return a, nil, r, err
	}
	r.Quarantine = q
	if r.Queue, err = c.options.Intake.Queue(); err != nil {
		return a, nil, r, err
	}
	entries = list.Entries
	if n := len(entries) - maxVerified; n > 0 {
		entries = entries[n:]
		a.more = fmt.Sprintf("One act takes the newest %d; %d older ones stay.", maxVerified, n)
	}
	a.noun, a.back = "Request", link{"quarantine", "Back to the quarantine"}
	return a, entries, r, nil
}

// planRelease plans to queue the requests that verify now. Its plan verifies each.
func (c *Console) planRelease(ctx context.Context, form url.Values) (act, error) {
	a, entries, r, err := c.planRefused(ctx, form)
	if err != nil {
		return act{}, err
	}
	var verified []quarantine.Entry
	var refused []actLine
	err = r.VerifyAll(ctx, entries, func(result quarantine.Result) {
		verifies := result.Outcome == quarantine.Verifies
		l := actLine{item: refusedItem(result.Entry), about: refusedAbout(result.Entry), text: result.Text(), refused: !verifies}
		if !verifies {
			refused = append(refused, l)
			return
		}
		verified, a.lines = append(verified, result.Entry), append(a.lines, l)
	})
	a.count, a.refused = len(verified), len(refused)
	a.lines = append(a.lines, refused...)
	a.title, a.verb = "Release refused requests", "Release "+count(a.count, "request", "requests")
	a.run = func(ctx context.Context, report func(jobResult)) error {
		return r.ReleaseAll(ctx, verified, func(result quarantine.Result) { report(refusedResult(result, quarantine.Released)) })
	}
	return a, err
}

// planDrop plans to delete requests, whether they verify or not.
func (c *Console) planDrop(ctx context.Context, form url.Values) (act, error) {
	a, entries, r, err := c.planRefused(ctx, form)
	if err != nil {
		return act{}, err
	}
	for _, e := range slices.Backward(entries) {
		a.lines = append(a.lines, actLine{item: refusedItem(e), about: refusedAbout(e), text: "is deleted for good"})
	}
	a.count = len(entries)
	a.title, a.verb = "Drop refused requests", "Drop "+count(a.count, "request", "requests")
	a.run = func(ctx context.Context, report func(jobResult)) error {
		return r.DropAll(ctx, entries, func(result quarantine.Result) { report(refusedResult(result, quarantine.Dropped)) })
	}
	return a, nil
}

func refusedAbout(e quarantine.Entry) string { return e.Source + ": " + string(e.Code) }

func refusedResult(r quarantine.Result, want quarantine.Outcome) jobResult {
	result := jobResult{item: refusedItem(r.Entry), tone: good, word: string(r.Outcome)}
	switch {
	case r.Err != nil:
		result.tone, result.text = bad, r.Err.Error()
	case r.Outcome != want:
		result.tone, result.text = warn, r.Text()
	}
	return result
}
