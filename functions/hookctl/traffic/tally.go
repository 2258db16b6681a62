package traffic

import (
	"slices"
	"time"

	"webhookintake/functions/hookctl/dialect"
)

// Counts count deliveries by their outcome. Sent + NotSent = Accepted + Refused +
// ForgedAccepted + ForgedUnanswered + Lost + Unfinished, once a run has ended.
type Counts struct {
	Sent           int `json:"sent"`            // deliveries that were tried, duplicates and forged ones included
	Accepted       int `json:"accepted"`        // finally answered with 2xx
	Retried        int `json:"retried"`         // tried more than once
	Refused        int `json:"refused"`         // forged, and refused as it should be: 400, 401 or 403
	ForgedAccepted int `json:"forged_accepted"` // forged, and accepted as it must not be
	// ForgedUnanswered are forged, and were neither accepted nor refused.
	ForgedUnanswered int `json:"forged_unanswered"`
	Lost             int `json:"lost"`       // given up without a 2xx
	NotSent          int `json:"not_sent"`   // of those: never tried, because the provider had stopped sending
	Unfinished       int `json:"unfinished"` // still to be tried again when the run was interrupted
}

// maxReasons is how many reasons of failures are distinguished.
const maxReasons = 50

// A tally counts during a run.
type tally struct {
	samples []dialect.Sample
	all     Counts
	types   []Counts
	took    [][]time.Duration // by type: how long 2xx answers took
	seen    Faulty
	tries   int
	behind  time.Duration
	reasons map[string]int
}

func newTally(samples []dialect.Sample) *tally {
	return &tally{
		samples: samples, types: make([]Counts, len(samples)), took: make([][]time.Duration, len(samples)),
		reasons: map[string]int{},
	}
}

// count changes the counts of the delivery's type, and those of all.
func (t *tally) count(d Delivery, change func(*Counts)) {
	change(&t.all)
	change(&t.types[d.Type])
}

// started counts the start of a try, and how much later than due it was.
func (t *tally) started(task task, behind time.Duration) {
	t.tries++
	t.behind = max(t.behind, behind)
	switch task.tries {
	case 1:
		t.count(task.Delivery, func(c *Counts) { c.Sent++ })
		t.seen.add(task.Delivery)
	case 2:
		t.count(task.Delivery, func(c *Counts) { c.Retried++ })
	}
}

// skipped counts a delivery that the provider does not send, or not again, because it
// has stopped sending.
func (t *tally) skipped(task task) {
	t.count(task.Delivery, func(c *Counts) {
		c.Lost++
		if task.tries == 0 {
			c.NotSent++
		}
	})
}

func (t *tally) finished(got result) {
	t.count(got.Delivery, func(c *Counts) {
		switch {
		case got.Forgery == Authentic:
			c.Accepted++
		case got.accepted():
			c.ForgedAccepted++
		default:
			c.Refused++
		}
	})
	if got.Forgery == Authentic {
		t.took[got.Type] = append(t.took[got.Type], got.took)
	}
}

// failed notes why a try failed. A connection that this program dropped is not a failure
// of the receiver.
func (t *tally) failed(got result) {
	if got.hungUp {
		return
	}
	why := got.why
	if _, known := t.reasons[why]; !known && len(t.reasons) >= maxReasons {
		why = "other"
	}
	t.reasons[why]++
}

func (t *tally) givenUp(got result) {
	t.failed(got)
	t.count(got.Delivery, func(c *Counts) {
		if got.Forgery == Authentic {
			c.Lost++
		} else {
			c.ForgedUnanswered++
		}
	})
}

func (t *tally) unfinished(d Delivery) { t.count(d, func(c *Counts) { c.Unfinished++ }) }

// report returns the report of a run that has ended.
func (t *tally) report(o Options, firstID string, elapsed time.Duration, interrupted bool) Report {
	r := Report{
		Provider: o.Profile.Provider, Seed: o.Plan.Seed, FirstID: firstID, Interrupted: interrupted,
		Elapsed: Millis(elapsed), Behind: Millis(t.behind),
		Counts: t.all, Tries: t.tries, Faulty: t.seen, Failures: t.reasons,
		Acknowledged: quantiles(slices.Concat(t.took...)),
	}
	for i, s := range t.samples {
		r.Types = append(r.Types, TypeReport{Type: s.Type, Counts: t.types[i], Acknowledged: quantiles(t.took[i])})
	}
	return r
}
