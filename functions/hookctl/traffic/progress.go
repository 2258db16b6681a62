package traffic

import (
	"fmt"
	"time"
)

// A Progress is the progress of a run.
type Progress struct {
	Elapsed  time.Duration
	Counts   Counts
	InFlight int           // tries that wait for an answer
	Waiting  int           // deliveries that wait for their next try
	Next     time.Duration // until the first of those, if Waiting is not 0
	Stopped  bool          // the provider does not send at the moment
	LastWhy  string        // the reason of the last failed try
}

// String returns one line for people.
func (p Progress) String() string {
	c := p.Counts
	text := fmt.Sprintf("%s  sent %d  accepted %d  retried %d  refused %d  lost %d",
		p.Elapsed.Truncate(time.Second), c.Sent, c.Accepted, c.Retried, c.Refused, c.Lost)
	if c.ForgedAccepted > 0 {
		text += fmt.Sprintf("  FORGED ACCEPTED %d", c.ForgedAccepted)
	}
	if p.InFlight > 0 {
		text += fmt.Sprintf("  in flight %d", p.InFlight)
	}
	if p.Waiting > 0 {
		text += fmt.Sprintf("  waiting %d, next try in %s", p.Waiting, (p.Next + time.Second - 1).Truncate(time.Second))
	}
	if p.Stopped {
		text += "  (the provider has stopped sending)"
	}
	if p.LastWhy != "" {
		text += "  last failure: " + p.LastWhy
	}
	return text
}
