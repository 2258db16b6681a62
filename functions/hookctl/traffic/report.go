package traffic

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"webhookintake/functions/hookctl/screen"
)

// A Report is what came of a run.
type Report struct {
	Provider string `json:"provider"`
	Seed     uint64 `json:"seed"`
	FirstID  string `json:"first_id"` // of the run's first event; those of others count on
	Counts

	Acknowledged Quantiles      `json:"acknowledged"` // how long answers with 2xx took
	Tries        int            `json:"tries"`
	Faulty       Faulty         `json:"faults"`
	Failures     map[string]int `json:"failures"` // tries that failed, by why
	Elapsed      Millis         `json:"elapsed_ms"`
	Behind       Millis         `json:"behind_ms"` // how much later than due a try began, at most
	Interrupted  bool           `json:"interrupted"`
	Types        []TypeReport   `json:"types"`
}

// A TypeReport is what came of the deliveries of one type.
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

// MarshalJSON writes milliseconds with three places, which is microseconds.
func (m Millis) MarshalJSON() ([]byte, error) {
	return json.Marshal(float64(time.Duration(m).Microseconds()) / 1000)
}

// String writes milliseconds for people.
func (m Millis) String() string {
	return fmt.Sprintf("%.1f ms", float64(m)/float64(time.Millisecond))
}

// Quantiles are the values of a set of durations below which half of it lies, 99 of a
// hundred, and all. All are 0 for the empty set.
type Quantiles struct {
	P50 Millis `json:"p50_ms"`
	P99 Millis `json:"p99_ms"`
	Max Millis `json:"max_ms"`
}

// quantiles sorts took and picks by nearest rank: every value is one that occurred.
func quantiles(took []time.Duration) Quantiles {
	if len(took) == 0 {
		return Quantiles{}
	}
	slices.Sort(took)
	rank := func(percent int) Millis { return Millis(took[(len(took)*percent+99)/100-1]) }
	return Quantiles{P50: rank(50), P99: rank(99), Max: rank(100)}
}

// The results that are not as hoped.
var (
	ErrLost           = errors.New("lost: given up without an answer of 2xx")
	ErrForgedAccepted = errors.New("forged and accepted: the receiver takes what no provider signed")
	ErrInterrupted    = errors.New("interrupted; the figures are of what was sent until then")
)

// Err is nil where nothing was lost, nothing forged accepted, and the run not
// interrupted. Else it says which, by the errors above.
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

// WriteTo writes a table for people: a line for each type, one for all, and what there
// is to say of them.
func (r Report) WriteTo(w io.Writer) (int64, error) {
	var text strings.Builder
	rows := [][]string{{"TYPE", "SENT", "ACCEPTED", "RETRIED", "REFUSED", "LOST", "P50", "P99"}}
	for _, t := range r.Types {
		rows = append(rows, row(t.Type, t.Counts, t.Acknowledged))
	}
	rows = append(rows, row("all", r.Counts, r.Acknowledged))
	writeRows(&text, rows)
	text.WriteString("\n")
	for _, line := range r.remarks() {
		text.WriteString(line + "\n")
	}
	n, err := io.WriteString(w, text.String())
	return int64(n), err
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

// writeRows aligns names to the left and numbers to the right.
func writeRows(w io.Writer, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, cells := range rows {
		for i, cell := range cells {
			widths[i] = max(widths[i], len(cell))
		}
	}
	for _, cells := range rows {
		line := screen.Pad(cells[0], widths[0])
		for i, cell := range cells[1:] {
			line += fmt.Sprintf("  %*s", widths[i+1], cell)
		}
		fmt.Fprintln(w, line)
	}
}

// remarks are what the table has no column for.
func (r Report) remarks() []string {
	f := r.Faulty
	lines := []string{fmt.Sprintf("%d tries in %s. First event %s, seed %d.",
		r.Tries, short(time.Duration(r.Elapsed).Round(100*time.Millisecond)), r.FirstID, r.Seed)}
	if f != (Faulty{}) {
		lines = append(lines, fmt.Sprintf("Of those sent: %d duplicates, %d out of order, %d forged, %d answers read slowly, %d hung up on.",
			f.Duplicate, f.Reordered, f.Forged, f.SlowRead, f.HungUp))
	}
	for _, one := range []struct {
		n    int
		text string
	}{
		{r.NotSent, "of those lost were never sent, as the provider had stopped sending for a while."},
		{r.ForgedAccepted, "forged ones were accepted."},
		{r.ForgedUnanswered, "forged ones got no answer that refuses them."},
		{r.Unfinished, "were yet to be tried again."},
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
			short(time.Duration(r.Behind).Round(100*time.Millisecond))))
	}
	return lines
}

// why lists the reasons of failures, the most frequent first.
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
