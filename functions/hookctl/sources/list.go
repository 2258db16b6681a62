package sources

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/stack"
)

func listCommand(e *cli.Env) *cobra.Command {
	var f flags
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the sources",
		Long: `list shows the sources. It masks their secrets: it shows the last four characters of a
secret of 12 characters or more, and nothing of a shorter one.`,
		Example: `  go tool hookctl sources list --stack webhook-intake
  go tool hookctl sources list --stack webhook-intake --json | jq -r .[].source`,
		Args: cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error {
			return list(ctx, e, f, asJSON)
		}),
	}
	f.addStack(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	return c
}

func list(ctx context.Context, e *cli.Env, f flags, asJSON bool) error {
	editor, s, err := f.editor(ctx, e)
	if err != nil {
		return err
	}
	base, err := editor.Load(ctx)
	if err != nil {
		return err
	}
	if _, err := base.Document.Validate(); err != nil {
		return fmt.Errorf("the current version is not valid:\n%w\nto see which version serves: go tool hookctl sources check%s", err, s.Flags)
	}
	rows := base.Document.Rows()
	if asJSON {
		return e.Out.JSON(rows)
	}
	if len(rows) == 0 {
		printNoSources(e.Out, s)
		return nil
	}
	table := cli.Table{Heading: []string{"SOURCE", "PROVIDER", "SECRETS", "", "SETTINGS"}}
	for _, r := range rows {
		table.Rows = append(table.Rows, []string{r.Name, r.Provider, strconv.Itoa(len(r.Secrets)), strings.Join(r.Secrets, " "), r.SettingsText()})
	}
	table.Print(e.Out)
	return nil
}

func printNoSources(out *cli.Writer, s *stack.Stack) {
	out.Print("There are no sources yet: every webhook is answered with 404 (unknown_source).\nAdd one:  go tool hookctl sources set NAME%s", s.Flags)
}
