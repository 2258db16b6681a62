package monitor

import (
	"context"
	"sync"
	"time"
)

// keptMinutes is how many minutes of counts are kept: those of a week.
const keptMinutes = 7 * 24 * 60

// Counts are the counts of a program that handles webhooks itself, since it started. They
// are a [Monitor]. Make them with [NewCounts]; their methods may be called concurrently.
type Counts struct {
	now func() time.Time
	// Oldest, if set, returns when the oldest message of the queue came; zero if there is none.
	Oldest func() time.Time

	mu      sync.Mutex // guards what follows
	started time.Time
	minutes [keptMinutes]Bar
}

// NewCounts returns counts of nothing yet.
func NewCounts(now func() time.Time) *Counts { return &Counts{now: now, started: now()} }

// Add adds to the counts of now.
func (c *Counts) Add(b Bar) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.now().Truncate(time.Minute)
	m := &c.minutes[at.Unix()/60%keptMinutes]
	if !m.At.Equal(at) {
		*m = Bar{At: at}
	}
	m.add(b)
}

// Look implements [Monitor]. The counts reach back a week at most.
func (c *Counts) Look(_ context.Context, s Span) Report {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	r := Report{Bars: s.bars(now)}
	for _, m := range c.minutes {
		if i := s.at(r.Bars, m.At); i >= 0 {
			r.Bars[i].add(m)
		}
	}
	if r.From = now.Add(-keptMinutes * time.Minute); c.started.After(r.From) {
		r.From = c.started
	}
	if !r.From.After(r.Bars[0].At) {
		r.From = time.Time{}
	}
	if c.Oldest != nil {
		waits := time.Duration(0)
		if came := c.Oldest(); !came.IsZero() {
			waits = max(0, now.Sub(came))
		}
		r.Oldest = &waits
	}
	return r
}
