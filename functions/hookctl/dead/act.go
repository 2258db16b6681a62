package dead

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/act"
	"webhookintake/functions/hookctl/operate/dead"
)

// actFlags choose letters for an act, and say how it is done.
type actFlags struct {
	letterFlags
	all, dryRun, yes bool
	rate             float64
	named            bool // letters are chosen by ids
}

// add adds the flags. Shown is what a dry run shows for each letter.
func (f *actFlags) add(c *cobra.Command, shown string) {
	c.Flags().BoolVar(&f.all, "all", false, "all letters")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "only show for each letter "+shown)
	c.Flags().BoolVar(&f.yes, "yes", false, "do not ask")
	// More slowly than one letter a second, letters would become visible to others before their turn.
	cli.Flag(c, &f.rate, "rate", act.DefaultRate, cli.Number(1, 10_000), "at most `N` letters a second")
	f.letterFlags.add(c, "print each letter as a line of JSON, with --yes or --dry-run")
}

// choose returns the filter for the chosen letters.
func (f *actFlags) choose(ids []string, now time.Time) (dead.Filter, error) {
	f.named = len(ids) > 0
	filter, err := f.filter(ids, now)
	if err != nil {
		return filter, err
	}
	return filter, cli.CheckUsage(
		cli.Check{Fault: f.chosen(ids) == f.all, Text: "choose letters: IDs, --reason, --source, --type, --since, --until, or --all alone"},
		cli.Check{Fault: f.json && !f.yes && !f.dryRun, Text: "--json does not ask: add --yes or --dry-run"},
	)
}

// A planned letter is a line of a plan.
type planned struct {
	dead.Letter
	text string // what would happen to it
}

// fewLetters is up to how many letters have a line each in a plan that is to be confirmed. Of
// more, those that are alike share one.
const fewLetters = 20

// print writes what an act would do. Heading is that of the last column.
func (f *actFlags) print(out *cli.Writer, heading string, plans []planned) {
	table := cli.Table{Heading: []string{"SOURCE", "ID", "TYPE", "REASON", heading}}
	each := f.dryRun || len(plans) <= fewLetters
	lines := map[string]int{} // of letters that are alike
	var more []int            // letters beside the one that a line names
	for _, p := range plans {
		row := []string{cli.OrDash(p.Source), label(p.Letter), cli.OrDash(p.Type), string(p.Reason()), p.text}
		key := strings.Join(slices.Delete(slices.Clone(row), 1, 2), "\x00")
		if line, ok := lines[key]; ok && !each {
			more[line]++
			continue
		}
		lines[key], more = len(more), append(more, 0)
		table.Rows = append(table.Rows, row)
	}
	for line, n := range more {
		if n > 0 {
			table.Rows[line][1] += fmt.Sprintf(" and %d more", n)
		}
	}
	table.Print(out)
}

// endedEarly says of an act that ended early how to go on.
func (f *actFlags) endedEarly(err error, done, all int) error {
	again := "run the same command again"
	if f.named {
		again += ", without the ids that are done"
	}
	return fmt.Errorf("%w after %d of %s; to go on with the rest, %s", err, done, countLetters(all), again)
}

func countLetters(n int) string { return cli.Count(n, "letter", "letters") }

// printLeft writes the line of a letter that stays.
func printLeft(out *cli.Writer, l dead.Letter, why string) {
	out.Print("%s  %s  %s", cli.OrDash(l.Source), label(l), out.Bad(cli.OneLine(why)))
}
