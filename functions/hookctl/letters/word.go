package letters

import (
	"fmt"
	"slices"
	"strings"

	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

// doubt says why an operator's word is needed, if it is: handlers that run at most once
// would run, and may have acted before. Told says that some are taken as done.
func (plan *Plan) doubt(c ledger.Claim, handlers []handler, told bool) error {
	reason, lost := plan.Letter.Reason(), ""
	switch {
	case plan.Record != nil:
		plan.Uncertain = repeated(reason, *plan.Record, c)
	case plan.Letter.Failure != nil:
		// Who wrote the letter had a record, and nobody knows any more what began.
		lost = ", and the ledger does not know the event"
		for _, h := range handlers {
			if h.once && slices.Contains(plan.Run, h.name) {
				plan.Uncertain = append(plan.Uncertain, h.name)
			}
		}
		if len(plan.Uncertain) == 0 && !told && reason == queue.ReasonOutcomeUnknown {
			return fmt.Errorf("a handler that is not known here %w: --run-again runs it again", ErrOutcomeUnknown)
		}
	}
	if len(plan.Uncertain) == 0 {
		return nil
	}
	return fmt.Errorf("%s %w%s: --assume-done %s takes it as done, --run-again runs it again",
		strings.Join(plan.Uncertain, ", "), ErrOutcomeUnknown, lost, strings.Join(plan.Uncertain, " --assume-done "))
}

// repeated are the handlers that are written down as begun, and that the claim runs again
// all the same. Where they failed for good they did not act, and where the event is a
// replay the word was given.
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
