package dead

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/shared/queue"
)

func listCommand(e *cli.Env) *cobra.Command {
	var f letterFlags
	c := &cobra.Command{
		Use:   "list",
		Short: "List the dead letters, and count them by reason and source",
		Long: `dead list shows the letters, oldest first: when each event failed, how often its handlers
ran, and the error. Letters with the reason receive_limit were moved by SQS itself. An
event can have several letters, if a process ended before the ledger noted the first; they
share a line with their number. Payloads are not shown. Times are local.

Looking counts as a receive, and the dead-letter queue has no limit of those.`,
		Example: `  go tool hookctl dead list --stack NAME
  go tool hookctl dead list --stack NAME --reason attempts,permanent --source kyc
  go tool hookctl dead list --stack NAME --json | jq -r .id`,
		Args: cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error {
			return list(ctx, e, f)
		}),
	}
	f.add(c, "print each letter as a line of JSON")
	return c
}

func list(ctx context.Context, e *cli.Env, f letterFlags) error {
	filter, err := f.filter(nil, e.Now())
	if err != nil {
		return err
	}
	client, in, done, err := newClient(ctx, e, f.stack)
	if err != nil {
		return err
	}
	e.TellPaused(ctx, in)
	found, err := client.List(ctx, filter, f.limit)
	done()
	switch {
	case f.json:
		for _, l := range found.Letters {
			err = errors.Join(err, e.Out.JSONLine(l.View()))
		}
	case err == nil || len(found.Letters) > 0:
		printList(e.Out, found, e.Now())
	}
	return err
}

// printList writes the letters as a table, and counts them by reason and source.
func printList(out *cli.Writer, found dead.List, now time.Time) {
	if len(found.Letters) == 0 {
		printNone(out, found.Others)
		return
	}
	var rows [][]string
	for _, l := range found.Letters {
		attempts := "-"
		if n := l.Attempts(); n > 0 {
			attempts = strconv.Itoa(n)
		}
		rows = append(rows, []string{
			cli.Time(l.At(), now), cli.Age(l.At(), now), cli.OrDash(l.Source), label(l), cli.OrDash(l.Type),
			string(l.Reason()), attempts, l.Cause(),
		})
	}
	cli.Table{
		Heading: []string{"WHEN", "AGE", "SOURCE", "ID", "TYPE", "REASON", "RUNS", "ERROR"}, Rows: rows, CutLast: true, Less: []int{1},
	}.Print(out)
	out.Print("")
	printCounts(out, found)
}

// label returns the letter's name, and says so if it is that of the message, or if the line
// stands for several letters.
func label(l dead.Letter) string {
	name := l.Name()
	if name != l.ID {
		name = "message " + name
	}
	if n := len(l.Folded); n > 0 {
		name += fmt.Sprintf(" (%d letters)", n+1)
	}
	return name
}

func printNone(out *cli.Writer, others int) {
	if others == 0 {
		out.Print("There are no dead letters.")
		return
	}
	out.Print("No dead letter matches; %s.", cli.Count(others, "other is there", "others are there"))
}

// printCounts counts the events by reason and source.
func printCounts(out *cli.Writer, found dead.List) {
	type group struct {
		reason queue.Reason
		source string
	}
	counts := map[group]int{}
	reasonWidth, letters := 0, 0
	for _, l := range found.Letters {
		letters += 1 + len(l.Folded)
		counts[group{l.Reason(), cli.OrDash(l.Source)}]++
		reasonWidth = max(reasonWidth, len(l.Reason()))
	}
	total := cli.Count(letters, "dead letter", "dead letters")
	if n := len(found.Letters); n < letters {
		total += " of " + cli.Count(n, "event", "events")
	}
	if found.Others > 0 {
		total += "; " + cli.Count(found.Others, "other does not match", "others do not match")
	}
	out.Print("%s", out.Bold(total))
	groups := slices.SortedFunc(maps.Keys(counts), func(a, b group) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(string(a.reason), string(b.reason)), strings.Compare(a.source, b.source))
	})
	for _, g := range groups {
		out.Print("%6d  %s  %s", counts[g], cli.Pad(string(g.reason), reasonWidth), g.source)
	}
}
