package simulate

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// An entry is one line of a trace. Only the driver writes it, so that its order is
// determined; it becomes text only when somebody reads it.
type entry struct {
	at                       time.Duration
	actor, op, subject, what string
	detail                   any
}

func (e entry) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%14s  %-11s", e.at.Round(time.Microsecond), e.actor)
	for _, part := range []string{e.op, e.subject, e.what} {
		if part != "" {
			b.WriteString(" " + part)
		}
	}
	if e.detail != nil && e.detail != "" {
		fmt.Fprintf(&b, " (%v)", e.detail)
	}
	return b.String()
}

func (w *world) elapsed() time.Duration { return time.Since(w.began) }

// note writes the outcome of a call.
func (w *world) note(c *call, what string, detail any) {
	w.trace = append(w.trace, entry{w.elapsed(), c.actor, c.op, c.subject, what, detail})
}

// say writes what the world did on its own.
func (w *world) say(actor, what string, detail any) {
	w.trace = append(w.trace, entry{at: w.elapsed(), actor: actor, what: what, detail: detail})
}

// A Violation is a broken invariant; the package comment lists them by number.
type Violation struct {
	Invariant int
	Text      string
}

// Error returns the invariant's number and what was seen.
func (v *Violation) Error() string { return fmt.Sprintf("invariant %d: %s", v.Invariant, v.Text) }

// violated ends the schedule: nothing after a broken invariant is meaningful. What breaks
// one because the event's row got lost is reported apart, and the schedule goes on: no
// ledger can remember what was removed from it.
func (w *world) violated(invariant int, format string, args ...any) {
	v := &Violation{invariant, fmt.Sprintf(format, args...)}
	if w.lostRow != "" && slices.Contains(args, any(w.lostRow)) {
		w.followed = append(w.followed, v.Error())
		w.say("checker", "finds, because of the lost row,", v)
		return
	}
	if w.violation == nil {
		w.violation = v
		w.say("checker", "finds a violation of", w.violation)
	}
}
