package types

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/webhook"
)

// Command returns the command "types".
func Command(e *cli.Env) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "types",
		Short: "List the event types that can be sent and handled",
		Long: `types lists every event type that has a sample: its name, the typed key for hook.On, the Go
type of its payload in the key's package, and older names for the same handlers. A type
without a key goes to the handlers that hook.OnProvider registers.`,
		Example: `  go tool hookctl types
  go tool hookctl types --json | jq -r .[].sample`,
		Args: cli.Args(0, 0),
		RunE: e.Run(func(context.Context, []string) error {
			if asJSON {
				return e.Out.JSON(views(list()))
			}
			write(e.Out, list())
			return nil
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	return c
}

// list returns the types of all samples, in their order. Those without a Go type have only a
// name and a provider.
func list() []webhook.TypeInfo {
	typed := map[string]webhook.TypeInfo{}
	for _, t := range dialect.Types() {
		typed[dialect.NameOf(t)] = t
	}
	var all []webhook.TypeInfo
	for _, s := range dialect.Samples() {
		t, ok := typed[s.Name]
		if !ok {
			t = webhook.TypeInfo{Provider: s.Provider.Name(), Name: s.Type}
		}
		all = append(all, t)
	}
	return all
}

func write(out *cli.Writer, types []webhook.TypeInfo) {
	table := cli.Table{Heading: []string{"TYPE AND SAMPLE", "KEY FOR hook.On", "PAYLOAD", "ALSO AS"}}
	provider := ""
	for _, t := range types {
		if t.Provider != provider {
			provider = t.Provider
			table.Rows = append(table.Rows, []string{provider, "", "", ""})
		}
		_, payload, _ := strings.Cut(t.Payload, ".")
		table.Rows = append(table.Rows, []string{"  " + t.Name, t.Key, payload, strings.Join(t.Aliases, ", ")})
	}
	table.Print(out)
	out.Print("\nTo send the sample of one: go tool hookctl send %s", types[0].Name)
}

// A view is a type as JSON.
type view struct {
	Type     string   `json:"type"`
	Provider string   `json:"provider"`
	Payload  string   `json:"payload"` // empty without a Go type
	Key      string   `json:"key"`     // the same
	Aliases  []string `json:"aliases"`
	Sample   string   `json:"sample"`
}

func views(types []webhook.TypeInfo) []view {
	list := make([]view, len(types))
	for i, t := range types {
		list[i] = view{
			Type: t.Name, Provider: t.Provider, Payload: t.Payload, Key: t.Key,
			Aliases: slices.Concat([]string{}, t.Aliases), Sample: dialect.NameOf(t),
		}
	}
	return list
}
