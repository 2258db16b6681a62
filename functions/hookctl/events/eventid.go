package events

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/ledger"
)

// errManySources says that an id alone does not name one event.
var errManySources = errors.New("several sources have an event of that id: name one of them")

// keysOfID returns the key of the only event with that id, whichever source it came to.
func keysOfID(ctx context.Context, in cli.Intake, l operate.Ledger, id string) (keys []string, err error) {
	if in.Stack == nil { // reading all records costs nothing
		for found, err := range l.Records(ctx, ledger.Scan{}) {
			if err != nil {
				return nil, err
			}
			if (events.Entry{Key: found.Key}).ID() == id {
				keys = append(keys, found.Key)
			}
		}
	} else {
		found, err := l.RecordsOf(ctx, keysOf(sourceNames(ctx, in.Stack), id))
		if err != nil {
			return nil, err
		}
		for key := range found {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	switch len(keys) {
	case 1:
		return keys, nil
	case 0:
		return nil, fmt.Errorf("%s: %w; for a source that was removed, give SOURCE#ID", id, events.ErrNoRecord)
	}
	return nil, fmt.Errorf("%w: %s", errManySources, strings.Join(keys, ", "))
}

func keysOf(sources []string, id string) (keys []string) {
	for _, source := range sources {
		keys = append(keys, source+"#"+id)
	}
	return keys
}

// sourceNames returns the sources that a stack may have: those that are configured, as far
// as that is known, and those that are named after their provider.
func sourceNames(ctx context.Context, s *stack.Stack) []string {
	names := cli.SourceNames()
	if secret, err := s.Get(stack.SourcesSecret); err == nil {
		editor := sources.Editor{Secret: sources.NewSecret(s.SecretsManager(), secret)}
		if base, err := editor.Load(ctx); err == nil {
			names = append(names, base.Document.Names()...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
