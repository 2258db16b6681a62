package dead

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"webhookintake/functions/hookctl/operate"
)

// Text returns what redriving would do, in one line. Format writes times.
func (plan Plan) Text(format func(time.Time) string) string {
	switch plan.Fate {
	case FateRefused:
		return "refused: " + plan.Why.Error()
	case FateDuplicate:
		return "nothing runs: the event is " + plan.recordText() + ", and the letter is dropped as a duplicate"
	case FateWait:
		return fmt.Sprintf("waits: the event is %s until %s", plan.recordText(), format(plan.Until))
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
	if len(plan.NotRepeated) > 0 {
		parts = append(parts, strings.Join(plan.NotRepeated, ", ")+" began and is not repeated, so the event comes back here as outcome_unknown")
	}
	if len(plan.MayActTwice) > 0 {
		parts = append(parts, strings.Join(plan.MayActTwice, ", ")+" may act a second time")
	}
	if len(plan.Run)+len(plan.Done)+len(plan.NotRepeated) == 0 {
		parts = append(parts, "nothing runs: no handler for its type is registered here")
	}
	if plan.Record == nil {
		parts = append(parts, "the ledger has no record of the event")
	}
	return strings.Join(parts, "; ")
}

// timeless returns the text without times, which pass while an operator reads.
func (plan Plan) timeless() string { return plan.Text(func(time.Time) string { return "" }) }

func (plan Plan) marked() []string {
	var names []string
	for _, name := range plan.Run {
		names = append(names, operate.Mark(name, !slices.Contains(plan.RunIfSet, name)))
	}
	return names
}

func (plan Plan) recordText() string {
	if plan.Record == nil {
		return "unknown"
	}
	return string(plan.Record.State)
}
