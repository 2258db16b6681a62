package events

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/search"
	"webhookintake/shared/ledger"
)

// A searchFilter selects events by their records and by their kept payloads.
type searchFilter struct {
	filter
	payloadFilter
}

func (f *searchFilter) add(c *cobra.Command) {
	f.filter.add(c)
	f.payloadFilter.add(c)
}

// A payloadFilter selects events by their kept payloads.
type payloadFilter struct {
	contains string
	fields   []string
}

func (f *payloadFilter) isEmpty() bool { return f.contains == "" && len(f.fields) == 0 }

// add adds the flags to a command.
func (f *payloadFilter) add(c *cobra.Command) {
	c.Flags().StringVar(&f.contains, "contains", "", "whose payload contains this `TEXT`, however it is escaped there")
	c.Flags().StringArrayVar(&f.fields, "field", nil, "whose payload has this value, as `PATH=VALUE`; several times: all of them.\n"+
		"PATH is data.from, items.0.id, or /data/from, and VALUE a text, or a number\nas it stands there")
}

// match reads the flags.
func (f *payloadFilter) match() (search.Match, error) {
	m := search.Match{Contains: f.contains}
	for _, text := range f.fields {
		field, err := search.ParseField(text)
		if err != nil {
			return m, cli.Usagef("--field: %v", err)
		}
		m.Fields = append(m.Fields, field)
	}
	return m, nil
}

// A searching is a search that a command line asks for.
type searching struct {
	*search.Search
	in   cli.Intake
	scan ledger.Scan
	done func() // ends the line with the progress
}

// search opens the intake and says what reading its ledger costs, before it is read.
func (f *searchFilter) search(ctx context.Context, e *cli.Env, from cli.StackFlags) (s searching, err error) {
	scan, err := f.scan(e.Now())
	if err != nil {
		return s, err
	}
	match, err := f.match()
	if err != nil {
		return s, err
	}
	in, l, err := openLedger(ctx, e, from)
	if err != nil {
		return s, err
	}
	done := reportScan(ctx, e, l, &scan)
	return searching{Search: &search.Search{Ledger: l, Match: match, Vault: in.Vault}, in: in, scan: scan, done: done}, nil
}

// reportNotSearched says on standard error what could not be searched.
// Letters says that the dead letters were, and more is what else could not be.
func (s searching) reportNotSearched(ctx context.Context, e *cli.Env, letters bool, more ...string) {
	not := more
	if n := s.Searched.NotKept; n > 0 {
		not = append(not, cli.Count(n, "event whose payload is not kept", "events whose payloads are not kept"))
	}
	if n := s.Searched.Omitted; n > 0 {
		not = append(not, cli.Count(n, "event whose payload was too large to keep", "events whose payloads were too large to keep"))
	}
	if n := s.Searched.Gone; n > 0 {
		not = append(not, cli.Count(n, "event whose body is gone from the vault", "events whose bodies are gone from the vault"))
	}
	counts, err := s.in.Counts(ctx)
	switch n := counts.Queue.All(); {
	case err != nil:
		not = append(not, "what waits in the queue (it could not be counted: "+err.Error()+")")
	case n > 0:
		not = append(not, cli.Count(n, "message in the queue", "messages in the queue"))
	}
	if n := counts.DeadLetters.All(); n > 0 && !letters {
		not = append(not, cli.Count(n, "dead letter, unless its payload is kept as well", "dead letters, unless their payloads are kept as well"))
	}
	if len(not) > 0 {
		e.Err.Text("Not searched: %s.", strings.Join(not, "; "))
	}
}
