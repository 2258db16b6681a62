package quarantine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/quarantine"
	kept "webhookintake/shared/vault/quarantine"
	"webhookintake/shared/webhook"
)

// Command returns the command "quarantine".
func Command(e *cli.Env) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:   "quarantine",
		Short: "Look at requests refused for their signature, and release them",
		Long: `quarantine has the requests of configured sources that were refused for their signature, for
QuarantineDays. If our side had the wrong secret, put the right one with sources set or rotate,
see with verify what would be accepted now, and release it.

Anybody can send requests that are refused. In a flood, only a share is kept: per source and
instance of ingest 100 at once and then one a second, of signatures that do not match and of all
others. Nothing is released that does not verify, as of its arrival, with the current secrets.`,
	}, "name a command: list, show, verify, release, drop",
		listCommand(e), showCommand(e), verifyCommand(e), releaseCommand(e), dropCommand(e))
}

// flags select requests.
type flags struct {
	stack          cli.StackFlags
	sources, codes []string
	since, until   time.Duration
	json           bool
}

// codes are those of refusals that are kept.
func codes() (names []string) {
	for _, code := range kept.Codes() {
		names = append(names, string(code))
	}
	return names
}

func (f *flags) add(c *cobra.Command) {
	codes := codes()
	c.Flags().StringSliceVar(&f.sources, "source", nil, "requests of these `SOURCES`")
	c.Flags().StringSliceVar(&f.codes, "code", nil, "refused with these `CODES`: "+strings.Join(codes[:2], ", ")+",\n"+strings.Join(codes[2:], ", "))
	cli.Complete(c, "source", cli.SourceNames()...)
	cli.Complete(c, "code", codes...)
	cli.Flag(c, &f.since, "since", 0, cli.Span(0), "arrived at most this `DURATION` ago; 0 means any time")
	cli.Flag(c, &f.until, "until", 0, cli.Span(0), "arrived at least this `DURATION` ago")
	c.Flags().BoolVar(&f.json, "json", false, "print each request as a line of JSON")
	f.stack.AddIntake(c, "")
}

func (f *flags) filter(now time.Time, ids []string) (quarantine.Filter, error) {
	filter := quarantine.Filter{IDs: ids, Sources: f.sources}
	for _, text := range f.codes {
		code := webhook.Code(text)
		if !slices.Contains(kept.Codes(), code) {
			return filter, cli.BadValue("code", text, "one of "+strings.Join(codes(), ", "))
		}
		filter.Codes = append(filter.Codes, code)
	}
	if f.since > 0 && f.until >= f.since {
		return filter, cli.Usagef("no request matches: --since is not before --until")
	}
	if f.since > 0 {
		filter.From = now.Add(-f.since)
	}
	if f.until > 0 {
		filter.Until = now.Add(-f.until)
	}
	return filter, nil
}

// find returns what the flags select, and what releases it.
func (f *flags) find(ctx context.Context, e *cli.Env, ids []string) (list quarantine.List, r quarantine.Releaser, err error) {
	filter, err := f.filter(e.Now(), ids)
	if err != nil {
		return list, r, err
	}
	in, err := e.Intake(ctx, f.stack)
	if err != nil {
		return list, r, err
	}
	if r.Quarantine, err = in.Quarantine(); err != nil {
		return list, r, err
	}
	e.TellPaused(ctx, in)
	if r.Queue, err = in.Queue(); err != nil {
		return list, r, err
	}
	progress := e.Progress()
	list, err = quarantine.Find(ctx, r.Quarantine, filter, func(n int) { progress.Show(cli.Count(n, "request", "requests") + " read") })
	progress.Clear()
	return list, r, err
}

func listCommand(e *cli.Env) *cobra.Command {
	var f flags
	var limit int
	c := &cobra.Command{
		Use:   "list",
		Short: "List what was refused and kept, and count it",
		Long: `quarantine list shows the newest requests that were refused and kept, and counts all that match
by source and code, with how many were refused at the same time and not kept. Requests that came
after the last kept one are not counted.`,
		Example: `  go tool hookctl quarantine list --stack NAME
  go tool hookctl quarantine list --stack NAME --source kyc --since 24h --json`,
		Args: cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error {
			list, _, err := f.find(ctx, e, nil)
			if err != nil {
				return err
			}
			if f.json {
				return writeJSON(e.Out, list.Entries)
			}
			printList(e.Out, list, e.Now(), limit)
			return nil
		}),
	}
	f.add(c)
	cli.Flag(c, &limit, "limit", 50, cli.Whole(0, 0), "show at most `N` requests; 0 means all")
	return c
}

func writeJSON(out *cli.Writer, entries []quarantine.Entry) error {
	for _, one := range entries {
		if err := out.JSONLine(viewOf(quarantine.Result{Entry: one})); err != nil {
			return err
		}
	}
	return nil
}

// printList writes the newest entries, and the counts of all.
func printList(out *cli.Writer, list quarantine.List, now time.Time, limit int) {
	if list.Foreign > 0 {
		out.Print("%s in quarantine/ that ingest did not put there.", cli.Count(list.Foreign, "object is", "objects are"))
	}
	if len(list.Entries) == 0 {
		out.Print("No refused request matches.")
		return
	}
	shown := list.Entries
	if limit > 0 {
		shown = shown[max(0, len(shown)-limit):]
	}
	table := cli.Table{Heading: []string{"ARRIVED", "AGE", "SOURCE", "CODE", "ID", "BYTES"}, Numbers: []int{5}}
	for _, one := range shown {
		table.Rows = append(table.Rows, []string{
			cli.Time(one.At, now), cli.Age(one.At, now), one.Source, string(one.Code), shortID(one), fmt.Sprint(one.Size),
		})
	}
	table.Print(out)
	if len(shown) < len(list.Entries) {
		out.Print("The newest %d of %d; --limit shows more.", len(shown), len(list.Entries))
	}
	out.Print("")
	for _, count := range list.Counts {
		out.Print("%s  %s  %d refused, %d kept", count.Source, count.Code, count.Refused(), count.Kept)
	}
}

// shownID is how much of an id is shown. It is random, so that this names one request.
const shownID = 10

func shortID(e quarantine.Entry) string { return e.ID[:min(shownID, len(e.ID))] }

func showCommand(e *cli.Env) *cobra.Command {
	var f flags
	var body bool
	c := &cobra.Command{
		Use:   "show ID",
		Short: "Show a refused request, and whether it verifies now",
		Long: `quarantine show takes the beginning of an id that list shows. It shows the headers that the
provider signs with, and the names in the query; with --body also the body, which nobody has
verified and which may contain messages, phone numbers and tax numbers.`,
		Example: `  go tool hookctl quarantine show k3v9x2m7qa --stack NAME`,
		Args:    cli.Args(1, 1),
		RunE: e.Run(func(ctx context.Context, args []string) error {
			list, r, err := f.find(ctx, e, args)
			if err != nil {
				return err
			}
			switch n := len(list.Entries); {
			case n == 0:
				return fmt.Errorf("%w: no id begins with %s", errNoMatch, args[0])
			case n > 1:
				return fmt.Errorf("%d requests have an id that begins with %s: give more of it", n, args[0])
			}
			return show(ctx, e, r, list.Entries[0], f.json, body)
		}),
	}
	f.add(c)
	c.Flags().BoolVar(&body, "body", false, "also show the body")
	return c
}

func show(ctx context.Context, e *cli.Env, r quarantine.Releaser, one quarantine.Entry, asJSON, body bool) error {
	result := r.Verify(ctx, one)
	request, unread := r.Read(ctx, one)
	if asJSON {
		v := viewOf(result)
		if body && unread == nil {
			v.Body = request.Body
		}
		return e.Out.JSONLine(v)
	}
	line := func(name, text string) { e.Out.TextUnder(11, e.Out.Bold(cli.Pad(name, 9))+"  "+cli.OneLine(text)) }
	line("id", one.ID)
	line("source", one.Source)
	line("refused", string(one.Code))
	line("arrived", cli.TimeAndAge(one.At, e.Now()))
	line("now", result.Text())
	if unread != nil {
		return unread.Err
	}
	for name, values := range request.Header {
		line("header", name+": "+strings.Join(values, ", "))
	}
	for name := range request.Query {
		line("query", name+"=…")
	}
	line("body", cli.Count(len(request.Body), "byte", "bytes"))
	if body {
		e.Out.Print("%s", request.Body)
	}
	return nil
}
