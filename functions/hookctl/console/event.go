package console

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
	"webhookintake/shared/vault"
)

// event shows one event's whole story.
func (c *Console) event(w http.ResponseWriter, r *http.Request) {
	key := r.URL.Query().Get("key")
	l, err := c.options.Intake.Ledger()
	if err != nil {
		c.broken(w, r, "Find the ledger", err)
		return
	}
	rec, ok, err := l.Record(r.Context(), key)
	if err != nil {
		c.broken(w, r, "Read the event's record", err)
		return
	}
	if !ok {
		c.fail(w, r, http.StatusNotFound, "No such event", "The ledger has no record of this event. Records expire; or the address is not whole.")
		return
	}
	e := events.Entry{Key: key, Record: rec}
	now := c.options.Now()
	body := c.body(r, l, e) // before the story, which says that it is shown
	p := page{title: e.Type, here: "events", body: []g.Node{
		h.P(h.Class("sub"), statePill(e, now), g.Text(" "), h.Code(g.Text(e.ID())), g.Text(" from source "), h.A(h.Href(query("events", "source", e.Source(), "state", stateAny)), g.Text(e.Source()))),
		c.nextStep(e, now), c.acts(e),
		h.H2(g.Text("What happened")), c.timeline(e, now),
		h.H2(g.Text("Body")), body,
		h.H2(g.Text("Record")), record(e, now),
	}}
	if !e.Ended() && r.URL.Query().Get("body") == "" {
		p.every = c.refreshEvery()
	}
	c.show(w, r, p)
}

// nextStep says what happens next by itself, or what an operator can do.
func (c *Console) nextStep(e events.Entry, now time.Time) g.Node {
	text := e.Next(now, func(t time.Time) string { return relative(t, now) })
	switch {
	case e.State == ledger.StateFailed && e.Reason == ledger.ReasonCancelled:
		return h.P(h.Class("verdict"), g.Text("An operator cancelled it. Nothing happens to it any more."))
	case e.State == ledger.StateFailed:
		return h.P(h.Class("verdict bad"), h.Strong(g.Text("Failed for good: ")), g.Text(e.LastError()))
	case e.State == ledger.StateReleased || e.State == ledger.StateClaimed:
		return h.P(h.Class("verdict warn"), g.Text("It "+text+"."))
	case e.Reason == ledger.ReasonUnhandled:
		return h.P(h.Class("verdict"), g.Text("No handler was registered for its type, so nothing ran."))
	}
	return h.P(h.Class("verdict good"), g.Text("All of its handlers are done."))
}

// acts are what can be done with the event.
func (c *Console) acts(e events.Entry) g.Node {
	if !c.options.Write {
		return nil
	}
	do := func(text string, pairs ...string) g.Node {
		return h.A(h.Class("button"), h.Href(query("act", pairs...)), g.Text(text+"…"))
	}
	replay := do("Replay", "do", "replay", "key", e.Key)
	switch {
	case e.State == ledger.StateFailed && e.Reason != ledger.ReasonCancelled:
		return h.P(h.Class("acts"), do("Send its dead letter back", "do", "redrive", "id", e.ID(), "source", e.Source()), replay)
	case e.Ended():
		return h.P(h.Class("acts"), replay)
	}
	return h.P(h.Class("acts"), do("Retry now", "do", "retry", "key", e.Key), do("Cancel", "do", "cancel", "key", e.Key))
}

// A step of the timeline.
type step struct {
	at   time.Time
	tone tone
	head []g.Node
	text string
}

// timeline tells what happened to the event, the oldest first.
func (c *Console) timeline(e events.Entry, now time.Time) g.Node {
	steps := []step{{at: e.Received, tone: dull, head: []g.Node{g.Text("Received" + signedBy(e))}}}
	steps = append(steps, c.runSteps(e)...)
	for _, name := range e.Started {
		if !slices.Contains(e.Done, name) {
			steps = append(steps, step{tone: warn, head: []g.Node{h.Strong(g.Text(name)), g.Text(" began, runs at most once, and may or may not have acted")}})
		}
	}
	watched := c.options.Journal.runsOf(e.Key)
	seen := func(name string) bool {
		return slices.ContainsFunc(watched, func(run handlerRun) bool { return run.handler == name && run.text == "" })
	}
	if done := slices.DeleteFunc(slices.Clone(e.Done), seen); len(done) > 0 {
		steps = append(steps, step{tone: good, head: []g.Node{h.Strong(g.Text(strings.Join(done, ", "))), g.Text(" done")}})
	}
	steps = append(steps, lastStep(e, now))
	steps = append(steps, c.shownSteps(e.Key)...)
	var items []g.Node
	for _, s := range steps {
		items = append(items, h.Li(h.Class(string(s.tone)), h.P(g.Group(s.head), g.If(!s.at.IsZero(), g.Group{g.Text(" · "), when(s.at, now)})),
			g.If(s.text != "", h.Pre(h.Class("error"), g.Text(s.text)))))
	}
	return h.Ol(h.Class("timeline"), g.Group(items))
}

// runSteps are the runs of handlers: all of them where they were watched, and otherwise those
// that the record keeps, which left the event unfinished.
func (c *Console) runSteps(e events.Entry) []step {
	var steps []step
	watched := c.options.Journal.runsOf(e.Key)
	first := math.MaxInt
	if len(watched) > 0 {
		first = watched[0].attempt
	}
	if len(e.Tries) > 0 && min(first, e.Tries[0].Attempt) > 1 {
		steps = append(steps, step{tone: dull, head: []g.Node{g.Text(fmt.Sprintf("Earlier runs are not kept: the record has the last %d that failed", ledger.MaxTries))}})
	}
	for _, t := range e.Tries {
		if t.Attempt >= first && t.Handler != "" { // a run whose process died was not watched
			continue
		}
		name := t.Handler
		if name == "" {
			name = "the whole run"
		}
		steps = append(steps, step{at: t.At, tone: bad, head: runHead(name, t.Outcome, t.Attempt), text: t.Error})
	}
	for _, run := range watched {
		s := step{at: run.at, tone: bad, head: runHead(run.handler, string(run.end), run.attempt), text: run.text}
		s.head = append(s.head, g.Text(", took "+cli.Millis(run.took)))
		if run.text == "" {
			s.tone = good
		}
		steps = append(steps, s)
	}
	slices.SortStableFunc(steps, func(a, b step) int { return a.at.Compare(b.at) })
	return steps
}

func runHead(name, end string, attempt int) []g.Node {
	return []g.Node{h.Strong(g.Text(name)), g.Text(" " + strings.ReplaceAll(end, "_", " ") + fmt.Sprintf(" in run %d", attempt))}
}

// signedBy says which secret signed the event.
func signedBy(e events.Entry) string {
	if e.Secret == nil {
		return ""
	}
	if *e.Secret == 0 {
		return ", signed with the source's current secret"
	}
	return fmt.Sprintf(", signed with the source's secret number %d, an older one", *e.Secret+1)
}

func lastStep(e events.Entry, now time.Time) step {
	switch {
	case e.State == ledger.StateFailed && e.Reason == ledger.ReasonCancelled:
		return step{at: e.Finished, tone: dull, head: []g.Node{g.Text("Cancelled by an operator")}}
	case e.State == ledger.StateFailed:
		letter := h.A(h.Href(query("dead", "id", e.ID(), "source", e.Source())), g.Text("a dead letter"))
		return step{at: e.Finished, tone: bad, head: []g.Node{g.Text("Became "), letter, g.Text(": " + e.Reason)}}
	case e.State == ledger.StateReleased:
		return step{at: e.NotBefore, tone: warn, head: []g.Node{g.Text("Next try")}}
	case e.State == ledger.StateClaimed && now.Before(e.Lease):
		return step{at: e.Lease, tone: warn, head: []g.Node{g.Text("Running; its lease ends")}}
	case e.State == ledger.StateClaimed:
		return step{at: e.Lease, tone: bad, head: []g.Node{g.Text("Its process ended without finishing it; the queue delivers it again. The lease ended")}}
	case e.Reason == ledger.ReasonUnhandled:
		return step{at: e.Finished, tone: dull, head: []g.Node{g.Text("Ended: no handler is registered for the type")}}
	}
	return step{at: e.Finished, tone: good, head: []g.Node{g.Text("Completed")}}
}

func relative(t, now time.Time) string {
	if t.After(now) {
		return cli.Time(t, now) + ", in " + cli.Age(now, t)
	}
	return cli.Time(t, now) + ", " + cli.Age(t, now) + " ago"
}

// record shows what the ledger keeps besides.
func record(e events.Entry, now time.Time) g.Node {
	attempts := fmt.Sprint(e.Attempts)
	if e.Runs > e.Attempts {
		attempts += fmt.Sprintf(", of %d runs in all", e.Runs)
	}
	hash := "not kept: bodies may differ under this id"
	if e.Hash != "" {
		hash = e.Hash
	}
	return facts(
		g.Text("Key"), h.Code(g.Text(e.Key)),
		g.Text("Attempts"), g.Text(attempts),
		g.Text("First tried"), when(e.FirstClaimed, now),
		g.Text("Duplicates are dropped until"), when(e.DedupUntil, now),
		g.Text("Digest of the body"), h.Code(g.Text(hash)),
		g.Text("Fence"), g.Text(fmt.Sprint(e.Fence)),
		g.Text("Record expires"), when(e.Expires, now),
	)
}

// The parts of a body that are shown.
const (
	bodyMasked = "masked"
	bodyShown  = "shown"
)

// payload returns the event's body as it is kept, from the vault if it is there.
func (c *Console) payload(ctx context.Context, l events.Ledger, key string) ([]byte, error) {
	kept, err := l.Payload(ctx, key)
	if err != nil {
		return nil, err
	}
	return operate.WholeBody(ctx, kept, c.options.Intake.Vault)
}

// body shows the event's body as far as it is asked for.
func (c *Console) body(r *http.Request, l events.Ledger, e events.Entry) g.Node {
	asked, page := r.URL.Query().Get("body"), query("event", "key", e.Key)
	if asked != bodyMasked && asked != bodyShown {
		return hiddenBody(page, "Not shown, as it may hold personal data. ")
	}
	c.noteShown(e.Key, asked == bodyMasked)
	payload, err := c.payload(r.Context(), l, e.Key)
	switch {
	case errors.Is(err, vault.ErrNotFound):
		return h.P(h.ID("body"), h.Class("problem"), g.Text("It was too large for the queue, and is gone from the vault."))
	case errors.Is(err, ledger.ErrNoPayload):
		return h.P(h.ID("body"), g.Text("It is not kept: "+events.HowToKeep+"."))
	case err != nil:
		return h.P(h.ID("body"), h.Class("problem"), g.Text("It could not be read: "+err.Error()))
	}
	shown := g.Group{visibleBody(page, asked, payload)}
	if asked == bodyShown {
		shown = append(shown, c.copies(r.Context(), e, payload))
	}
	return shown
}

// hiddenBody says why a body is not shown on its page, and offers to.
func hiddenBody(page, why string) g.Node {
	return h.P(h.ID("body"), g.Text(why), bodyLink(page, bodyMasked, "Show it, masked"))
}

func bodyLink(page, how, text string) g.Node {
	return h.A(h.Class("button"), h.Href(page+"&body="+how+"#body"), g.Text(text))
}

// visibleBody shows a body as it was asked for.
func visibleBody(page, asked string, payload []byte) g.Node {
	text, other := masked(payload), bodyLink(page, bodyShown, "Show it unmasked")
	if asked == bodyShown {
		text, other = pretty(payload), bodyLink(page, bodyMasked, "Mask it")
	}
	return h.Div(h.ID("body"), h.Pre(h.Class("body"), h.TabIndex("0"), g.Text(text)), h.P(other, g.Text(" "), h.A(h.Href(page), g.Text("Hide it"))))
}
