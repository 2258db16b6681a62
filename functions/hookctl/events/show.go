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
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
)

func showCommand(e *cli.Env) *cobra.Command {
	var from cli.StackFlags
	var payload, asJSON bool
	c := &cobra.Command{
		Use:   "show ID | SOURCE ID | SOURCE#ID",
		Short: "Show the whole story of one event",
		Long: `show prints what is known of one event: when it was received and which secret signed it, why
its last runs failed, what happens to it next, and when. If it failed for good, it looks for
its letter in the dead-letter queue, for at most 10 seconds.

It shows the payload only with --payload, as it may hold personal data, and only if it is
kept: for the sources that the template's parameter KeepPayloads names (KEEP_PAYLOADS of
process), and for 90 days if it was too large for the queue.

How long runs took is in the log of process alone, which it reads for at most 5 seconds; with
the parameter LogLevel=warn that has only runs that failed. A hookctl run knows the runs since
its start.`,
		Example: `  go tool hookctl events show evt_7xk2 --stack intake
  go tool hookctl events show contiguity evt_7xk2 --stack intake
  go tool hookctl events show 'kyc#evt_demo02' --stack intake --payload --json`,
		Args: cli.Args(1, 2),
		RunE: e.Run(func(ctx context.Context, args []string) error {
			return show(ctx, e, from, args, payload, asJSON)
		}),
	}
	c.Flags().BoolVar(&payload, "payload", false, "also show the payload, if it is kept")
	c.Flags().BoolVar(&asJSON, "json", false, "print it as one line of JSON")
	from.AddIntake(c, "")
	return c
}

func show(ctx context.Context, e *cli.Env, from cli.StackFlags, args []string, payload, asJSON bool) (err error) {
	var keys []string
	if len(args) > 1 || strings.Contains(args[0], "#") {
		if keys, err = eventKeys(args); err == nil && len(keys) != 1 {
			err = cli.Usagef("show takes one event")
		}
	}
	if err != nil {
		return err
	}
	in, l, err := openLedger(ctx, e, from)
	if err != nil {
		return err
	}
	if keys == nil {
		if keys, err = keysOfID(ctx, in, l, args[0]); err != nil {
			return err
		}
	}
	s := story{in: in, ledger: l, payload: payload}
	if err := s.read(ctx, keys[0], e.Now()); err != nil {
		return err
	}
	return s.print(e, asJSON)
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

// printLines writes several lines of one name.
func printLines(out *cli.Writer, name string, texts []string) {
	for _, text := range texts {
		printLine(out, name, text)
		name = ""
	}
}

// printEntry writes everything that the record says, and how long the runs took.
func printEntry(out *cli.Writer, e events.Entry, runs []operate.Run, now time.Time) {
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
	var tries, took []string
	for _, t := range e.Tries {
		tries = append(tries, tryText(t, at))
	}
	for _, run := range runs {
		took = append(took, runText(run, at))
	}
	printLines(out, "tries", tries)
	printLines(out, "took", took)
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

// runText says how long a run and its handlers took.
func runText(r operate.Run, at func(time.Time) string) string {
	text := fmt.Sprintf("run %d, %s: %s in %v ms", r.Run, at(r.At), r.Outcome, r.Took)
	if r.Handled > 0 {
		return text + fmt.Sprintf(" (%s)", cli.Count(r.Handled, "handler", "handlers"))
	}
	var handlers []string
	for _, h := range r.Handlers {
		one := h.Name + " " + strings.ReplaceAll(h.End, "_", " ")
		if h.Took > 0 && len(r.Handlers) > 1 {
			one += fmt.Sprintf(" in %v ms", h.Took)
		}
		handlers = append(handlers, one)
	}
	return text + " (" + strings.Join(handlers, ", ") + ")"
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
