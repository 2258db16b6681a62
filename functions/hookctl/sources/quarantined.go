package sources

import (
	"context"
	"errors"
	"fmt"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/operate/quarantine"
)

// maxTried is how many of the newest refused requests are verified again.
const maxTried = 200

// printReleasable says which refused requests the secrets of now would accept. A stack
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
	verify := map[string]int{}
	err = quarantine.Releaser{Quarantine: kept}.VerifyAll(ctx, newest, func(r quarantine.Result) {
		if r.Outcome == quarantine.Verifies {
			verify[r.Source]++
		}
	})
	for _, count := range list.Counts {
		if n := verify[count.Source]; n > 0 {
			delete(verify, count.Source) // it may have counts of other codes
			out.Print("\n%d of the newest %d refused requests that are kept would be accepted now. Release them:\ngo tool hookctl quarantine release --source %s%s",
				n, len(newest), count.Source, s.Flags)
		}
	}
	return err
}
