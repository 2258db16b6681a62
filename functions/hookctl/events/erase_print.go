package events

import (
	"context"
	"fmt"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/erase"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/vault"
)

// What an erasure leaves: on a stack, in a hookctl run, and everywhere.
const (
	backups    = "the table's point-in-time backups, which have it for 35 more days"
	savedFiles = "what an earlier hookctl run saved, until this one ends and saves"

	outOfReachThere = "the event's id and its body's digest, in the record and the logs; versions of the vault's objects, if somebody switched them on"
	outOfReachHere  = "the event's id and its body's digest, in the record; files that --save wrote"
	outOfReach      = "a message that is still in the queue, as after a cancel, until its turn comes; states of handlers (--state NAME --key KEY); and what handlers wrote elsewhere"
)

// reportNotReached says on standard error what is not erased.
func reportNotReached(e *cli.Env, in cli.Intake, state bool) {
	copies, more := backups, outOfReachThere
	if in.Stack == nil {
		copies, more = savedFiles, outOfReachHere
	}
	if !state {
		copies += "; " + more + "; " + outOfReach
	}
	e.Err.Text("Not reached: %s.", copies)
}

// reportOutOfReach says on standard error what could not be searched, and what is not erased.
func (f *eraseFlags) reportOutOfReach(ctx context.Context, e *cli.Env, s searching, plan erase.Plan, hasVault bool) {
	var more []string
	if !hasVault {
		more = append(more, "the vault, as none is known")
	}
	if hasVault && f.filter.eventType != "" {
		more = append(more, "refused requests, whose type is not known until they verify")
	}
	if hasVault && s.Search != nil && !f.filter.filter.isEmpty() {
		more = append(more, "bodies in the vault whose event the ledger does not have, as they say neither source nor time")
	}
	if s.Search != nil {
		s.reportNotSearched(ctx, e, true, more...)
	}
	if n := plan.Waiting; n > 0 {
		e.Err.Text("Left alone, as their events may wait in the queue: %s. Run it again when the queue is empty; the vault keeps bodies for 90 days.", cli.Count(n, "body in the vault that matches", "bodies in the vault that match"))
	}
	reportNotReached(e, s.in, false)
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
		if !item.HasRecord && item.Source() == item.Key { // a letter or an object that is not an event's
			name := item.Key
			if len(item.Letters) > 0 {
				name = "message " + name
			}
			table.Rows = append(table.Rows, []string{"-", "-", name, "-", "-", fmt.Sprint(len(item.Letters))})
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
	bodies, spilled, refused := plan.Objects(vault.Bodies), plan.Objects(vault.Spill), plan.Objects(vault.Quarantine)
	if bodies+spilled+refused > 0 {
		out.Text("In the vault: %s, %s, and %s.", cli.Count(bodies, "large body", "large bodies"),
			cli.Count(spilled, "event that the queue did not take, which is not handled then", "events that the queue did not take, which are not handled then"),
			cli.Count(refused, "refused request", "refused requests"))
	}
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
	Letters []string `json:"letter_ids"`        // of the messages
	Objects []string `json:"objects,omitempty"` // keys in the vault
	Act     string   `json:"act"`               // erase
	Outcome string   `json:"outcome"`           // planned, erased or failed
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
		view := erasedView{View: r.View(), Letters: append([]string{}, r.Letters...), Objects: r.Objects, Act: "erase", Outcome: outcome}
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
