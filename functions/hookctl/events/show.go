package events

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
)

func showCommand(e *cli.Env) *cobra.Command {
	var from cli.StackFlags
	var payload, asJSON bool
	c := &cobra.Command{
		Use:   "show SOURCE ID | SOURCE#ID",
		Short: "Show the whole story of one event",
		Long: `show prints what is known of one event: when it was received and which secret signed it, why
its last runs failed, what happens to it next, and when. If it failed for good, it looks for
its letter in the dead-letter queue, for at most 10 seconds.

It shows the payload only with --payload, as it may hold personal data, and only if it is
kept: for the sources that the template's parameter KeepPayloads names (KEEP_PAYLOADS of
process), and for 90 days if it was too large for the queue. How long a run took is not kept:
"events tail" shows it.`,
		Example: `  go tool hookctl events show contiguity evt_7xk2 --stack intake
  go tool hookctl events show 'kyc#evt_demo02' --stack intake --payload --json`,
		Args: cli.Args(1, 2),
		RunE: e.Run(func(ctx context.Context, args []string) error {
			keys, err := eventKeys(args)
			if err != nil {
				return err
			}
			if len(keys) != 1 {
				return cli.Usagef("show takes one event")
			}
			in, err := e.Intake(ctx, from)
			if err != nil {
				return err
			}
			reader, err := in.Ledger()
			if err != nil {
				return err
			}
			s := story{in: in, ledger: reader, payload: payload}
			if err := s.read(ctx, keys[0]); err != nil {
				return err
			}
			return s.print(e, asJSON)
		}),
	}
	c.Flags().BoolVar(&payload, "payload", false, "also show the payload, if it is kept")
	c.Flags().BoolVar(&asJSON, "json", false, "print it as one line of JSON")
	from.AddIntake(c, "")
	return c
}

const (
	payloadHidden  = "not shown, as it may hold personal data; --payload shows it if it is kept"
	payloadNotKept = "not kept; " + events.HowToKeep
	// bodyGone says that a body which did not fit the queue cannot be had.
	bodyGone = "it was too large for the queue, and is gone from the vault, which keeps bodies for 90 days, or another is in its place"
)

func printLine(out *cli.Writer, name, text string) {
	out.TextUnder(15, fmt.Sprintf("  %-12s %s", name, cli.OneLine(text)))
}

// printEntry writes everything that the record says.
func printEntry(out *cli.Writer, e events.Entry, now time.Time) {
	at := func(t time.Time) string { return cli.TimeAndAge(t, now) }
	line := func(name, text string) {
		if text != "" {
			printLine(out, name, text)
		}
	}
	out.Print("%s", out.Bold(cli.OneLine(e.Key)))
	line("type", e.Type)
	line("state", colour(out, e, e.StateText()))
	line("", e.Next(now, at))
	line("received", at(e.Received))
	line("signed with", signedText(e))
	line("first tried", at(e.FirstClaimed))
	if e.Ended() {
		line("ended", at(e.Finished))
	}
	line("attempts", attemptsText(e))
	line("done", cli.List(e.Done))
	line("once only", begun(e))
	for i, t := range e.Tries {
		name := ""
		if i == 0 {
			name = "tries"
		}
		printLine(out, name, tryText(t, at))
	}
	line("duplicates", "are dropped if received before "+at(e.DedupUntil))
	line("body", bodyText(e))
	line("fence", strconv.FormatInt(e.Fence, 10))
	line("forgotten", at(e.Expires)+", or some days later")
}

// signedText says which of the source's secrets signed the event, and "" if that is not known.
func signedText(e events.Entry) string {
	if e.Secret == nil {
		return ""
	}
	if *e.Secret == 0 {
		return "secret 0, the source's first"
	}
	return fmt.Sprintf("secret %d, an older one: sources check says whether it is still in use", *e.Secret)
}

// attemptsText says how often the event was tried, and how often it ran if that is more.
func attemptsText(e events.Entry) string {
	text := strconv.Itoa(e.Attempts)
	if e.Runs > e.Attempts {
		text += fmt.Sprintf(" (%s; a run in which handlers only ask to wait does not count, nor one before a redrive or replay)",
			cli.Count(e.Runs, "run", "runs"))
	}
	return text
}

// tryText says why a run left the event unfinished.
func tryText(t ledger.Try, at func(time.Time) string) string {
	text := fmt.Sprintf("run %d, %s: ", t.Attempt, at(t.At))
	if t.Handler != "" {
		text += t.Handler + " " + t.Outcome + ": "
	}
	return text + t.Error
}

// begun lists the at-most-once handlers that began.
func begun(e events.Entry) string {
	var texts []string
	for _, name := range e.Started {
		if slices.Contains(e.Done, name) {
			texts = append(texts, name+" ran")
		} else {
			texts = append(texts, name+" began, and may or may not have acted")
		}
	}
	return strings.Join(texts, ", ")
}

func bodyText(e events.Entry) string {
	if e.Hash == "" {
		return "may differ under this id, so no hash of it is kept"
	}
	return cli.Digest(e.Hash)
}

// printPayload writes JSON indented, and anything else quoted.
func printPayload(out *cli.Writer, body []byte) {
	var indented bytes.Buffer
	if json.Indent(&indented, body, "  ", "  ") != nil {
		printLine(out, "payload", strconv.Quote(string(body)))
		return
	}
	out.Print("  payload\n  %s", indented.String())
}
