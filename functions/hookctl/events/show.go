package events

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

func showCommand(e *cli.Env) *cobra.Command {
	var from cli.StackFlags
	var payload, asJSON bool
	c := &cobra.Command{
		Use:   "show SOURCE ID | SOURCE#ID",
		Short: "Show the ledger's record of one event",
		Long: `show prints what the ledger has about one event: why its last runs failed, what happens to
it next, and when. It shows the payload only with --payload, as it may hold personal data,
and only if it is kept: for the sources that the template's parameter KeepPayloads names
(KEEP_PAYLOADS of process).`,
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
			return show(ctx, e, reader, keys[0], payload, asJSON)
		}),
	}
	c.Flags().BoolVar(&payload, "payload", false, "also show the payload, if it is kept")
	c.Flags().BoolVar(&asJSON, "json", false, "print it as one line of JSON")
	from.AddIntake(c)
	return c
}

const (
	payloadHidden  = "not shown, as it may hold personal data; --payload shows it if it is kept"
	payloadNotKept = "not kept; " + events.HowToKeep
)

func show(ctx context.Context, e *cli.Env, l events.Ledger, key string, withPayload, asJSON bool) error {
	rec, ok, err := l.Record(ctx, key)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("%s: %w", key, events.ErrNoRecord)
	}
	entry := events.Entry{Key: key, Record: rec}
	var body []byte
	if withPayload {
		if body, err = l.Payload(ctx, key); err != nil && !errors.Is(err, ledger.ErrNoPayload) {
			return err
		}
	}
	if asJSON {
		if withPayload && body == nil {
			e.Err.Print("%s", payloadNotKept)
		}
		return e.Out.JSONLine(entry.View().WithPayload(body))
	}
	printEntry(e.Out, entry, e.Now())
	switch {
	case !withPayload:
		printLine(e.Out, "payload", payloadHidden)
	case body == nil:
		printLine(e.Out, "payload", payloadNotKept)
	default:
		printPayload(e.Out, body)
	}
	return nil
}

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
	if stored, ok := queue.ParseReference(body); ok {
		printLine(out, "payload", "too large for the queue: it is the object "+stored.Key+" in the vault (output VaultBucket)")
		return
	}
	var indented bytes.Buffer
	if json.Indent(&indented, body, "  ", "  ") != nil {
		printLine(out, "payload", strconv.Quote(string(body)))
		return
	}
	out.Print("  payload\n  %s", indented.String())
}
