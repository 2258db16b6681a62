package letters

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"webhookintake/functions/hookctl/screen"
	"webhookintake/shared/ledger"
)

// Text says in a line what redriving would do.
func (plan Plan) Text() string {
	switch plan.Fate {
	case FateRefused:
		return "refused: " + plan.Why.Error()
	case FateDuplicate:
		if plan.Copy {
			return "nothing runs: it is a copy of a letter before it, so it is dropped as a duplicate"
		}
		return "nothing runs: the event is " + plan.recordText() + ", so the letter is dropped as a duplicate"
	case FateWait:
		return fmt.Sprintf("waits: the event is %s until %s", plan.recordText(), stamp(plan.Until))
	case FateDead:
		return "nothing runs: the event is " + plan.recordText() + ", and comes back here"
	}
	var parts []string
	if len(plan.Run) > 0 {
		parts = append(parts, "runs "+strings.Join(plan.marked(), ", "))
	}
	if len(plan.Done) > 0 {
		parts = append(parts, "done: "+strings.Join(plan.Done, ", "))
	}
	if len(plan.Stuck) > 0 {
		parts = append(parts, strings.Join(plan.Stuck, ", ")+" began and is not repeated, so it comes back here as outcome_unknown")
	}
	if len(plan.Uncertain) > 0 {
		parts = append(parts, strings.Join(plan.Uncertain, ", ")+" may act a second time")
	}
	if len(plan.Run)+len(plan.Done)+len(plan.Stuck) == 0 {
		parts = append(parts, "nothing runs: no handler is registered for the type")
	}
	if plan.Record == nil {
		parts = append(parts, "the ledger does not know the event")
	}
	return strings.Join(parts, "; ")
}

func (plan Plan) marked() []string {
	names := slices.Clone(plan.Run)
	for i, name := range names {
		if slices.Contains(plan.Unsure, name) {
			names[i] += screen.UnsureMark
		}
	}
	return names
}

func (plan Plan) recordText() string {
	if plan.Record == nil {
		return "unknown"
	}
	return string(plan.Record.State)
}

// recordLine is a record in a line.
func recordLine(r *ledger.Record) string {
	if r == nil {
		return "none: the ledger does not know the event"
	}
	text := string(r.State)
	if r.Reason != "" {
		text += " " + r.Reason
	}
	return fmt.Sprintf("%s, fence %d, attempts %d", text, r.Fence, r.Attempts)
}

// names are listed; a dash is none.
func names(list []string) string { return cmp.Or(strings.Join(list, ", "), "-") }

// stamp is a time for people; a dash is none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}

// age is how long ago t was, in one unit.
func age(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case t.IsZero():
		return "-"
	case d < time.Minute:
		return fmt.Sprintf("%ds", max(int(d.Seconds()), 0))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours())/24)
}
