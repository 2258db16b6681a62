package events

import (
	"context"
	"fmt"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/erase"
	"webhookintake/functions/hookctl/operate/events"
)

// outOfReachBackups and outOfReach say what an erasure leaves.
const (
	outOfReachBackups = "Not reached: the table's point-in-time backups, which have it for 35 more days."
	outOfReach        = "Not reached: the table's point-in-time backups, which have it for 35 more days; the event's id and its body's digest, in the record and the logs; a body of over 1 MiB, which the vault keeps for 90 days; states of handlers (--state NAME --key KEY); and what handlers wrote elsewhere."
)

// reportOutOfReach says on standard error what could not be searched, and what is not erased.
func reportOutOfReach(ctx context.Context, e *cli.Env, s searching) {
	if s.Search != nil {
		s.reportNotSearched(ctx, e, true)
	}
	e.Err.Text("%s", outOfReach)
}

// shownItems is how many events of a plan are shown.
const shownItems = 20

// printErasePlan writes what would be erased.
func printErasePlan(out *cli.Writer, plan erase.Plan, now time.Time) {
	if len(plan.Items)+len(plan.NotEnded) == 0 {
		out.Print("No event matches.")
		return
	}
	table := cli.Table{Heading: []string{"RECEIVED", "SOURCE", "ID", "TYPE", "STATE", "LETTERS"}, Numbers: []int{5}}
	for _, item := range plan.Items[:min(shownItems, len(plan.Items))] {
		if !item.HasRecord && item.Source() == item.Key { // a letter that is not an event's
			table.Rows = append(table.Rows, []string{"-", "-", "message " + item.Key, "-", "-", fmt.Sprint(len(item.Letters))})
			continue
		}
		state := "no record"
		if item.HasRecord {
			state = item.StateText()
		}
		table.Rows = append(table.Rows, []string{
			cli.Time(item.Received, now), item.Source(), item.ID(), cli.OrDash(item.Type), state, fmt.Sprint(len(item.Letters)),
		})
	}
	if len(table.Rows) > 0 {
		table.Print(out)
	}
	if more := len(plan.Items) - len(table.Rows); more > 0 {
		out.Print("and %d more", more)
	}
	out.Print("To erase: the content of %s, and %s.", countEvents(len(plan.Items)), cli.Count(plan.Letters(), "dead letter", "dead letters"))
	if n := len(plan.NotEnded); n > 0 {
		out.Text("Left alone, as they have not ended and the queue still has their messages: %s. Erase them when they have ended; events cancel ends them.", countEvents(n))
		for _, entry := range plan.NotEnded[:min(shownItems, n)] {
			printLine(out, entry.Source(), entry.ID()+" "+entry.StateText())
		}
	}
}

// An erasedView is the outcome for one event as JSON.
type erasedView struct {
	events.View
	Letters []string `json:"letter_ids"` // of the messages
	Act     string   `json:"act"`        // erase
	Outcome string   `json:"outcome"`    // planned, erased or failed
	Problem string   `json:"problem,omitempty"`
}

// printErased writes the outcome for one event.
func (f *eraseFlags) printErased(out *cli.Writer, r erase.Result) {
	outcome := "erased"
	switch {
	case f.dryRun:
		outcome = events.OutcomePlanned
	case r.Err != nil:
		outcome = "failed"
	}
	if f.asJSON {
		view := erasedView{View: r.View(), Letters: append([]string{}, r.Letters...), Act: "erase", Outcome: outcome}
		view.Tries = nil // they are erased
		if r.Err != nil {
			view.Problem = r.Err.Error()
		}
		_ = out.JSONLine(view) // if it fails, nobody reads it
		return
	}
	switch {
	case f.dryRun: // the plan shows it
	case r.Err != nil:
		out.Print("%s %s", out.Bad("not erased"), cli.OneLine(r.Key+": "+r.Err.Error()))
	default:
		out.Print("%s %s", out.Good("erased"), cli.OneLine(r.Key))
	}
}
