package console

import (
	"sync"
	"time"

	g "maragu.dev/gomponents"
)

// keptShown is of how many times that a body was shown a console knows.
const keptShown = 500

// A shownBody is one time that an event's body was shown.
type shownBody struct {
	key    string
	at     time.Time
	masked bool
}

type shownBodies struct {
	mu  sync.Mutex
	all []shownBody // the oldest first
}

// noteShown notes that an event's body is shown, before it is.
func (c *Console) noteShown(key string, masked bool) {
	if c.options.Shown != nil {
		c.options.Shown(key, masked)
	}
	c.shown.mu.Lock()
	defer c.shown.mu.Unlock()
	c.shown.all = append(c.shown.all, shownBody{key, c.options.Now(), masked})
	c.shown.all = c.shown.all[max(0, len(c.shown.all)-keptShown):]
}

// shownSteps are the times that an event's body was shown, for its story.
func (c *Console) shownSteps(key string) []step {
	c.shown.mu.Lock()
	defer c.shown.mu.Unlock()
	var steps []step
	for _, one := range c.shown.all {
		if one.key != key {
			continue
		}
		text := "Its body was shown in this console, unmasked"
		if one.masked {
			text = "Its body was shown in this console, masked"
		}
		if c.options.Operator != "" {
			text += ", to " + c.options.Operator
		}
		steps = append(steps, step{at: one.at, tone: dull, head: []g.Node{g.Text(text)}})
	}
	return steps
}
