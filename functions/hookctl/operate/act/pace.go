package act

import (
	"context"
	"time"
)

// A Pace is a limit of items a second. The nil Pace has none. One goroutine may use it.
type Pace struct {
	gap  time.Duration // between two items
	next time.Time     // when the next item may begin
}

// NewPace returns a limit of rate items a second; 0 means no limit.
func NewPace(rate float64) *Pace {
	if rate <= 0 {
		return nil
	}
	return &Pace{gap: time.Duration(float64(time.Second) / rate)}
}

// Wait waits until the next n items may begin, or for the end of ctx, whose error it returns.
func (p *Pace) Wait(ctx context.Context, n int) error {
	if p == nil {
		return context.Cause(ctx)
	}
	now := time.Now()
	if p.next.Before(now) {
		p.next = now
	}
	delay := p.next.Sub(now)
	p.next = p.next.Add(time.Duration(n) * p.gap)
	if delay <= 0 {
		return context.Cause(ctx)
	}
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(delay):
		return nil
	}
}
