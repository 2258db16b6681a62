package traffic

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"webhookintake/functions/hookctl/cli"
)

// A Report is the outcome of a run.
type Report struct {
	Provider string `json:"provider"`
	Seed     uint64 `json:"seed"`
	FirstID  string `json:"first_id"` // of the run's first event; the other ids count up from it
	Counts

	Acknowledged Quantiles      `json:"acknowledged"` // how long answers with 2xx took
	Tries        int            `json:"tries"`
	Faulty       Faulty         `json:"faults"`
	Failures     map[string]int `json:"failures"` // failed tries by reason
	Elapsed      Millis         `json:"elapsed_ms"`
	Behind       Millis         `json:"behind_ms"` // the longest delay of a try
	Interrupted  bool           `json:"interrupted"`
	Types        []TypeReport   `json:"types"`
}

// A TypeReport is the outcome of the deliveries of one type.
type TypeReport struct {
	Type string `json:"type"`
	Counts

	Acknowledged Quantiles `json:"acknowledged"`
}

// Faulty counts the faults of deliveries that were tried.
type Faulty struct {
	Duplicate int `json:"duplicate"`
	Reordered int `json:"reordered"`
	Forged    int `json:"forged"`
	SlowRead  int `json:"slow_read"`
	HungUp    int `json:"hung_up"`
}

func (f *Faulty) add(d Delivery) {
	for _, one := range []struct {
		count *int
		has   bool
	}{
		{&f.Duplicate, d.Copy}, {&f.Reordered, d.Late}, {&f.Forged, d.Forgery != Authentic},
		{&f.SlowRead, d.Slow == SlowRead}, {&f.HungUp, d.Slow == HangUp},
	} {
		if one.has {
			*one.count++
		}
	}
}

// Millis is a duration that JSON has in milliseconds.
type Millis time.Duration

// MarshalJSON returns milliseconds with three decimals.
func (m Millis) MarshalJSON() ([]byte, error) {
	return json.Marshal(float64(time.Duration(m).Microseconds()) / 1000)
}

// String returns milliseconds for people.
func (m Millis) String() string { return cli.Millis(time.Duration(m)) }

// Quantiles are the median, the 99th percentile and the maximum of a set of durations. They
// are 0 for the empty set.
type Quantiles struct {
	P50 Millis `json:"p50_ms"`
	P99 Millis `json:"p99_ms"`
	Max Millis `json:"max_ms"`
}

// quantiles sorts took and returns its quantiles by nearest rank.
func quantiles(took []time.Duration) Quantiles {
	if len(took) == 0 {
		return Quantiles{}
	}
	slices.Sort(took)
	rank := func(percent int) Millis { return Millis(took[(len(took)*percent+99)/100-1]) }
	return Quantiles{P50: rank(50), P99: rank(99), Max: rank(100)}
}

// The results that make a run fail.
var (
	ErrLost           = errors.New("lost: given up without a 2xx answer")
	ErrForgedAccepted = errors.New("forged and accepted: the receiver accepts webhooks with invalid signatures")
	ErrInterrupted    = errors.New("interrupted; the figures are of the time before")
)

// Err returns the errors above that apply, or nil.
func (r Report) Err() error {
	var errs []error
	if r.ForgedAccepted > 0 {
		errs = append(errs, fmt.Errorf("%d %w", r.ForgedAccepted, ErrForgedAccepted))
	}
	if r.Lost > 0 {
		errs = append(errs, fmt.Errorf("%d %w", r.Lost, ErrLost))
	}
	if r.Interrupted {
		errs = append(errs, ErrInterrupted)
	}
	return errors.Join(errs...)
}

// Print writes a table for people: a line for each type, one for all, and remarks.
func (r Report) Print(out *cli.Writer) {
	table := cli.Table{
		Heading: []string{"TYPE", "SENT", "ACCEPTED", "RETRIED", "REFUSED", "LOST", "P50", "P99"},
		Numbers: []int{1, 2, 3, 4, 5, 6, 7}, Less: []int{6},
	}
	for _, t := range r.Types {
		table.Rows = append(table.Rows, row(t.Type, t.Counts, t.Acknowledged))
	}
	table.Rows = append(table.Rows, row("all", r.Counts, r.Acknowledged))
	table.Print(out)
	out.Print("")
	for _, line := range r.remarks() {
		out.Text("%s", line)
	}
}

func row(name string, c Counts, q Quantiles) []string {
	cells := []string{name}
	for _, n := range []int{c.Sent, c.Accepted, c.Retried, c.Refused, c.Lost} {
		cells = append(cells, fmt.Sprint(n))
	}
	if q == (Quantiles{}) {
		return append(cells, "-", "-")
	}
	return append(cells, q.P50.String(), q.P99.String())
}

// remarks returns what the table has no column for.
func (r Report) remarks() []string {
	f := r.Faulty
	lines := []string{fmt.Sprintf("%d tries in %s. First event %s, seed %d.",
		r.Tries, cli.Duration(time.Duration(r.Elapsed).Round(100*time.Millisecond)), r.FirstID, r.Seed)}
	if f != (Faulty{}) {
		lines = append(lines, fmt.Sprintf("Of those sent: %d duplicates, %d out of order, %d forged, %d answers read slowly, %d hung up on.",
			f.Duplicate, f.Reordered, f.Forged, f.SlowRead, f.HungUp))
	}
	for _, one := range []struct {
		n    int
		text string
	}{
		{r.NotSent, "of those lost were never sent, because the provider had stopped sending for a while."},
		{r.ForgedAccepted, "forged ones were accepted."},
		{r.ForgedUnanswered, "forged ones were neither refused nor accepted."},
		{r.Unfinished, "were still to be tried again."},
	} {
		if one.n > 0 {
			lines = append(lines, fmt.Sprintf("%d %s", one.n, one.text))
		}
	}
	if len(r.Failures) > 0 {
		lines = append(lines, "Tries failed: "+r.why()+".")
	}
	if time.Duration(r.Behind) > time.Second {
		lines = append(lines, fmt.Sprintf("Sending fell behind by %s: the receiver or this machine is too slow for the rate.",
			cli.Duration(time.Duration(r.Behind).Round(100*time.Millisecond))))
	}
	return lines
}

// why lists the reasons of failed tries, the most frequent first.
func (r Report) why() string {
	reasons := slices.SortedFunc(maps.Keys(r.Failures), func(a, b string) int {
		if r.Failures[a] != r.Failures[b] {
			return r.Failures[b] - r.Failures[a]
		}
		return strings.Compare(a, b)
	})
	items := make([]string, len(reasons))
	for i, reason := range reasons {
		items[i] = fmt.Sprintf("%d × %s", r.Failures[reason], reason)
	}
	return strings.Join(items, ", ")
}
