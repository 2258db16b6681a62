package sources

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/operate/quarantine"
)

// maxTried is how many of the newest refused requests are verified again.
const maxTried = 200

// printReleasable says which refused requests the current secrets would accept. A stack
// without a vault has none.
func printReleasable(ctx context.Context, out *cli.Writer, s *stack.Stack) error {
	kept, err := s.Intake().Quarantine()
	if errors.Is(err, stack.ErrMissing) {
		return nil
	}
	if err != nil {
		return err
	}
	list, err := quarantine.Find(ctx, kept, quarantine.Filter{}, nil)
	if err != nil {
		return fmt.Errorf("look for refused requests that would be accepted now: %w", err)
	}
	newest := list.Entries[max(0, len(list.Entries)-maxTried):]
	tried, verify := map[string]int{}, map[string]int{}
	err = quarantine.Releaser{Quarantine: kept}.VerifyAll(ctx, newest, func(r quarantine.Result) {
		if tried[r.Source]++; r.Outcome == quarantine.Verifies {
			verify[r.Source]++
		}
	})
	refused := map[string]quarantine.Count{} // of all codes, by source
	for _, c := range list.Counts {
		sum := refused[c.Source]
		refused[c.Source] = quarantine.Count{Kept: sum.Kept + c.Kept, NotKept: sum.NotKept + c.NotKept}
	}
	for _, source := range slices.Sorted(maps.Keys(verify)) {
		out.Text("\n%s: %d requests were refused, and %d of them kept. Of the newest %d kept, %d would be accepted now. Release them:",
			source, refused[source].Refused(), refused[source].Kept, tried[source], verify[source])
		out.Print("go tool hookctl quarantine release --source %s%s", source, s.Flags)
	}
	return err
}
