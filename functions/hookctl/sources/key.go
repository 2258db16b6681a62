package sources

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/vault"
)

func keyCommand(e *cli.Env) *cobra.Command {
	var f flags
	var replace bool
	c := &cobra.Command{
		Use:   "key",
		Short: "Make ids and digests unguessable",
		Long: `key puts "$key", 32 random bytes, into the document. Compliancely's and Contiguity v1's events
get ids that are hashes of their content; without a key a tax number can be guessed back
from such an id within minutes, and ids are in logs and answers.

Ids change with the key: an event that the provider retries across the change runs again. A
document that set makes has a key from the start. While events wait in the vault that the
queue did not take, key changes nothing: the key is part of the sum by which upkeep trusts them.`,
		Example: `  go tool hookctl sources key --stack webhook-intake`,
		Args:    cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error {
			return f.changeAll(ctx, e, func(d sources.Document, s *stack.Stack) (sources.Document, []string, error) {
				if err := checkNothingSpilled(ctx, s); err != nil {
					return d, nil, err
				}
				after, err := d.WithKey(replace)
				return after, []string{
					"a new key for the ids and digests of content",
					"  An event that a provider retries across the change gets another id, and runs again.",
				}, err
			}, always(inUse))
		}),
	}
	f.addChange(c)
	c.Flags().BoolVar(&replace, "replace", false, "replace the existing key")
	return c
}

// errSpilled says that a change of the key has to wait.
var errSpilled = errors.New("events wait in the vault that the queue did not take, and their sums are made with the current key: try again when upkeep has sent them, within 5 minutes if the queue takes events")

// checkNothingSpilled returns errSpilled if events wait in the vault. Upkeep knows the keys of
// two versions of the document, so after two changes it could not check them any more; an
// older stack may have no upkeep.
func checkNothingSpilled(ctx context.Context, s *stack.Stack) error {
	waits, err := inVault(ctx, s, vault.Spill)
	if waits {
		return errSpilled
	}
	return err
}

// inVault reports whether the stack's vault has an object with the prefix. A stack without a
// vault has none.
func inVault(ctx context.Context, s *stack.Stack, prefix string) (bool, error) {
	v, err := s.Intake().Vault()
	if errors.Is(err, stack.ErrMissing) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	found, err := v.List(ctx, prefix, "", 1)
	return len(found) > 0, err
}

func downgradeCommand(e *cli.Env) *cobra.Command {
	var f flags
	c := &cobra.Command{
		Use:   "downgrade",
		Short: "Remove what an older ingest refuses, before a rollback",
		Long: `downgrade removes "$key", url_secrets and dedup_window_s from the document: an older
ingest refuses a document that has them. Use it before you roll a stack back to a
version whose output SourcesFormat is 1 or missing.

Ids change: an event that a provider retries across the change runs again. While events wait
in the vault that the queue did not take, downgrade changes nothing, as key does. Release
refused requests that you want before it: later they may not verify, or get other ids.`,
		Example: `  go tool hookctl sources downgrade --stack webhook-intake`,
		Args:    cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error {
			return f.changeAll(ctx, e, func(d sources.Document, s *stack.Stack) (sources.Document, []string, error) {
				after, err := d.Downgrade()
				if err != nil {
					return d, nil, err
				}
				if err := checkNothingSpilled(ctx, s); err != nil {
					return d, nil, err
				}
				says := []string{"removed: " + strings.Join(d.Newer(), ", ")}
				kept, err := inVault(ctx, s, vault.Quarantine)
				if kept {
					says = append(says, "  Refused requests are kept. After this they may not verify, or get other ids. To release some first:",
						"  go tool hookctl quarantine verify"+s.Flags)
				}
				return after, says, err
			}, always("Wait 6 minutes, until every instance of ingest uses it, and roll back."))
		}),
	}
	f.addChange(c)
	return c
}
