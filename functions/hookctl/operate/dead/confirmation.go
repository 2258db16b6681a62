package dead

import (
	"fmt"
	"slices"
	"strings"

	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

// needsConfirmation returns why the operator must confirm the plan: handlers that run at
// most once would run, and may have acted before. It returns nil if none would. Assumed
// says that some are taken as done.
func (plan *Plan) needsConfirmation(c ledger.Claim, handlers []handler, assumed bool) error {
	reason, lost := plan.Letter.Reason(), ""
	switch {
	case plan.Record != nil:
		plan.MayActTwice = repeated(reason, *plan.Record, c)
	case plan.Letter.Failure != nil:
		// The writer of the letter had a record. Without it, what began is unknown.
		lost = ", and the ledger has no record of the event"
		for _, h := range handlers {
			if h.once && slices.Contains(plan.Run, h.name) {
				plan.MayActTwice = append(plan.MayActTwice, h.name)
			}
		}
		if len(plan.MayActTwice) == 0 && !assumed && reason == queue.ReasonOutcomeUnknown {
			return fmt.Errorf("a handler that is not registered here %w: --run-again runs it again", ErrOutcomeUnknown)
		}
	}
	if len(plan.MayActTwice) == 0 {
		return nil
	}
	return fmt.Errorf("%s %w%s: --assume-done %s takes it as done, --run-again runs it again",
		strings.Join(plan.MayActTwice, ", "), ErrOutcomeUnknown, lost, strings.Join(plan.MayActTwice, " --assume-done "))
}

// repeated returns the handlers that the record says began, and that the claim would run
// again. If they failed permanently they did not act, and a replay was confirmed before.
func repeated(reason queue.Reason, found ledger.Record, c ledger.Claim) []string {
	switch reason {
	case queue.ReasonPermanent, queue.ReasonPayload, queue.ReasonReplay:
		return nil
	}
	var names []string
	for _, name := range found.Started {
		if !slices.Contains(c.Done, name) && !slices.Contains(c.Started, name) {
			names = append(names, name)
		}
	}
	return names
}
