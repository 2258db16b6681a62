package console

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"webhookintake/functions/hookctl/operate"
)

// keepProcessing is how long a stack's state is taken to last, as each page shows it and AWS
// limits how often it may be asked.
const keepProcessing = 10 * time.Second

// processingState is the answer to the last question whether events are handled.
type processingState struct {
	mu    sync.Mutex
	state operate.ProcessingState
	err   error
	until time.Time // when it has to be asked again
}

// processing returns whether events are handled, or [operate.ErrCannotPause].
func (c *Console) processing(ctx context.Context) (operate.ProcessingState, error) {
	p := &c.lastProcessing
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := c.options.Now(); c.options.Here || !now.Before(p.until) {
		p.state, p.err = c.options.Intake.Processing(ctx)
		p.until = now.Add(keepProcessing)
	}
	return p.state, p.err
}

// changesProcessing makes the next page ask for the state.
func (c *Console) changesProcessing() {
	c.lastProcessing.mu.Lock()
	defer c.lastProcessing.mu.Unlock()
	c.lastProcessing.until = time.Time{}
}

// paused says on each page that events wait, as long as they do. What cannot be read, the
// overview says.
func (c *Console) paused(ctx context.Context) g.Node {
	state, err := c.processing(ctx)
	if err != nil || state == operate.Running {
		return nil
	}
	return h.P(h.Class("verdict warn"), h.Strong(g.Text("Processing is "+string(state)+": ")),
		g.Text("webhooks are received, and wait in the queue until it is resumed. "), c.processingButton(state))
}

// processingButton leads to the act that changes the state.
func (c *Console) processingButton(state operate.ProcessingState) g.Node {
	switch {
	case !c.options.Write:
		return nil
	case state == operate.Running || state == operate.Resuming:
		return h.A(h.Class("button"), h.Href("act?do=pause"), g.Text("Pause…"))
	}
	return h.A(h.Class("button"), h.Href("act?do=resume"), g.Text("Resume…"))
}

func (c *Console) planPause(ctx context.Context, _ url.Values) (act, error) {
	return c.planProcessing(ctx, operate.Paused, "Pause processing", "Pause",
		"what is being handled is finished; webhooks are received all the same, and wait in the queue, for at most 7 days")
}

func (c *Console) planResume(ctx context.Context, _ url.Values) (act, error) {
	return c.planProcessing(ctx, operate.Running, "Resume processing", "Resume", "the events in the queue are handled again")
}

// planProcessing plans to pause or to resume.
func (c *Console) planProcessing(ctx context.Context, want operate.ProcessingState, title, verb, text string) (act, error) {
	c.changesProcessing()
	state, err := c.processing(ctx)
	if err != nil {
		return act{}, err
	}
	item := link{"./", "processing"}
	a := act{title: title, noun: "What", verb: verb, count: 1, back: link{"./", "See the overview"}}
	if state == want {
		a.count, a.refused, text = 0, 1, "it is "+string(state)+" already"
	}
	a.lines = []actLine{{item: item, about: "is " + string(state), text: text, refused: state == want}}
	a.run = func(ctx context.Context, report func(jobResult)) error {
		defer c.changesProcessing()
		err := operate.SwitchProcessing(ctx, c.options.Intake, want, func(string) {})
		switch {
		case errors.Is(err, context.Canceled): // what was asked for still happens
			report(jobResult{item: item, tone: warn, word: "not waited for", text: err.Error()})
		case err == nil:
			report(jobResult{item: item, tone: good, word: string(want)})
		default:
			return err
		}
		return nil
	}
	return a, nil
}
