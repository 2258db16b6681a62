package dead

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

func showCommand(e *cli.Env) *cobra.Command {
	var f cli.StackFlags
	var payload, asJSON bool
	c := &cobra.Command{
		Use:   "show ID",
		Short: "Show a dead letter, its event's record, and what redriving would do",
		Long: `dead show takes the id of an event or of a message, and shows everything about the letter
except its payload, the ledger's record of the event, and what redriving would do. If the
event has several letters, it shows the one that would be sent, and the ids of the others.

With --payload it also shows the body, and for a conflict the other body, if the ledger
keeps it. It may contain messages, phone numbers and tax numbers.`,
		Example: `  go tool hookctl dead show evt_1 --stack NAME
  go tool hookctl dead show evt_1 --stack NAME --payload --json | jq -r .payload`,
		Args: cli.Args(1, 1),
		RunE: e.Run(func(ctx context.Context, args []string) error {
			return show(ctx, e, f, args[0], payload, asJSON)
		}),
	}
	c.Flags().BoolVar(&payload, "payload", false, "also show the payload")
	c.Flags().BoolVar(&asJSON, "json", false, "print each letter as a line of JSON")
	f.AddIntake(c, "")
	return c
}

func show(ctx context.Context, e *cli.Env, f cli.StackFlags, id string, payload, asJSON bool) error {
	client, in, done, err := newClient(ctx, e, f)
	if err != nil {
		return err
	}
	reader, err := addPlanner(e, &client, in)
	if err != nil {
		return err
	}
	plans, err := client.Examine(ctx, id)
	done()
	if len(plans) == 0 && err == nil {
		return fmt.Errorf("no dead letter has the event or message id %s, unless another program is looking at it now", id)
	}
	for i, plan := range plans {
		var body, kept []byte
		if payload {
			body, kept, err = payloads(ctx, in, reader, plan.Letter, err)
		}
		if asJSON {
			view := plan.View()
			if payload {
				view = view.WithPayload(body, kept)
			}
			err = errors.Join(err, plan.Err, e.Out.JSONLine(view))
			continue
		}
		if i > 0 {
			e.Out.Print("")
		}
		printPlan(e.Out, plan, e.Now())
		if payload {
			e.Out.Print("%s\n%s", e.Out.Bold("payload"), payloadText(body))
		}
		if kept != nil {
			e.Out.Print("%s\n%s", e.Out.Bold("payload of the record"), payloadText(kept))
		}
		err = errors.Join(err, plan.Err)
	}
	return err
}

// payloads returns the body of a letter and, if it is another one than that of the record,
// what the ledger keeps of that one.
func payloads(ctx context.Context, in operate.Intake, reader operate.Ledger, l dead.Letter, before error) (body, kept []byte, err error) {
	body, err = operate.WholeBody(ctx, l.Body(), in.Vault)
	if l.Reason() != queue.ReasonConflict {
		return body, nil, errors.Join(before, err)
	}
	kept, keptErr := reader.Payload(ctx, l.Key())
	if errors.Is(keptErr, ledger.ErrNoPayload) {
		return body, nil, errors.Join(before, err)
	}
	if keptErr == nil {
		kept, keptErr = operate.WholeBody(ctx, kept, in.Vault)
	}
	return body, kept, errors.Join(before, err, keptErr)
}

// printPlan writes everything about a letter except the payload, the ledger's record of its
// event, and what redriving would do.
func printPlan(out *cli.Writer, plan dead.Plan, now time.Time) {
	l := plan.Letter
	line := func(name, text string) { out.TextUnder(11, out.Bold(cli.Pad(name, 9))+"  "+cli.OneLine(text)) }
	at := func(t time.Time) string { return cli.TimeAndAge(t, now) }
	line("event", cli.OrDash(l.ID)+" of source "+cli.OrDash(l.Source))
	line("type", cli.OrDash(l.Provider)+" "+cli.OrDash(l.Type))
	line("message", l.Wire.MessageID)
	if len(l.Folded) > 0 {
		line("others", "dropped when this one is redriven: "+strings.Join(l.Folded, ", "))
	}
	line("received", at(l.Received))
	line("dead", at(l.At()))
	line("reason", string(l.Reason())+": "+l.Explanation())
	line("error", cli.OrDash(l.Cause()))
	if f := l.Failure; f != nil {
		line("runs", fmt.Sprintf("%d, fence %d", f.Attempts, f.Fence))
	}
	switch {
	case l.Unreadable != nil:
	case l.Origin.Stored != nil:
		line("body", "in the vault, as it was too large for the queue; sha256 "+l.Hash())
	default:
		line("body", fmt.Sprintf("%s, sha256 %s", cli.Count(len(l.Raw), "byte", "bytes"), l.Hash()))
	}
	if plan.Err != nil {
		line("record", out.Bad(plan.Err.Error()))
		return
	}
	printRecord(plan, line, at)
	line("redriving", plan.Text(func(t time.Time) string { return cli.Time(t, now) }))
	if len(plan.RunIfSet) > 0 {
		out.Text("%s", out.Dim(operate.UncertainNote))
	}
}

func printRecord(plan dead.Plan, line func(name, text string), at func(time.Time) string) {
	r := plan.Record
	if plan.Letter.Unreadable != nil {
		return
	}
	line("record", recordText(r))
	if r == nil {
		return
	}
	line("  done", cli.List(r.Done))
	line("  started", cli.List(r.Started))
	line("  claimed", at(r.FirstClaimed))
	line("  ended", at(r.Finished))
	if ledger.OtherBody(r.Hash, process.RequestFor(plan.Letter.Message, true).Hash) {
		line("  body", "a different one, "+cli.Digest(r.Hash))
	}
}

// recordText returns a record in one line.
func recordText(r *ledger.Record) string {
	if r == nil {
		return "none: the ledger has no record of the event"
	}
	state := strings.TrimRight(string(r.State)+" "+r.Reason, " ")
	return fmt.Sprintf("%s, fence %d, attempts %d", state, r.Fence, r.Attempts)
}

// payloadText returns a body as it is, or in base64 if it is not text.
func payloadText(body []byte) string {
	if len(body) > 0 && !queue.ValidText(string(body)) {
		return "base64: " + base64.StdEncoding.EncodeToString(body)
	}
	return string(body)
}
