package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/sample"
	"webhookintake/shared/webhook"
)

func (a *app) typesCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "types",
		Short: "List the known event types",
		Long: `types lists every event type that handlers can be registered for: its name, the Go type
of its payload, the typed key for hook.On, and older names that reach the same handlers.
Each type has a sample of the same name.`,
		Example: `  go tool hookctl types
  go tool hookctl types --json | jq -r .[].sample`,
		Args: cobra.NoArgs,
		RunE: a.command(func(context.Context, []string) error {
			if asJSON {
				return a.typesJSON(sample.Types())
			}
			return a.typesTable(sample.Types())
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	return c
}

func (a *app) typesTable(types []webhook.TypeInfo) error {
	typeWidth, payloadWidth := 0, 0
	for _, t := range types {
		typeWidth = max(typeWidth, len(t.Name))
		payloadWidth = max(payloadWidth, len(t.Payload))
	}
	line := func(name, payload, key string) {
		fmt.Fprintf(a.stdout, "  %-*s  %-*s  %s\n", typeWidth, name, payloadWidth, payload, key)
	}
	line("TYPE AND SAMPLE", "PAYLOAD", "KEY FOR hook.On")
	provider := ""
	for _, t := range types {
		if t.Provider != provider {
			provider = t.Provider
			fmt.Fprintln(a.stdout, provider)
		}
		line(t.Name, t.Payload, t.Key)
		if len(t.Aliases) > 0 {
			fmt.Fprintf(a.stdout, "    also as %s\n", strings.Join(t.Aliases, ", "))
		}
	}
	_, err := fmt.Fprintf(a.stdout, "\nTo send the sample of one: go tool hookctl send %s\n", types[0].Name)
	return err
}

// A typeJSON is one type as --json prints it.
type typeJSON struct {
	Type     string   `json:"type"`
	Provider string   `json:"provider"`
	Payload  string   `json:"payload"`
	Key      string   `json:"key"`
	Aliases  []string `json:"aliases"`
	Sample   string   `json:"sample"`
}

func (a *app) typesJSON(types []webhook.TypeInfo) error {
	list := make([]typeJSON, len(types))
	for i, t := range types {
		list[i] = typeJSON{
			Type: t.Name, Provider: t.Provider, Payload: t.Payload, Key: t.Key,
			Aliases: slices.Concat([]string{}, t.Aliases), Sample: sample.NameOf(t),
		}
	}
	e := json.NewEncoder(a.stdout)
	e.SetIndent("", "  ")
	return e.Encode(list)
}
