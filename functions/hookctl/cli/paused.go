package cli

import (
	"context"
	"errors"

	"webhookintake/functions/hookctl/operate"
)

// TellPaused says on standard error, in one line, that events are not handled at the moment,
// or that this is not known. Where nothing can be paused it says nothing.
func (e *Env) TellPaused(ctx context.Context, in Intake) {
	switch state, err := in.Processing(ctx); {
	case errors.Is(err, operate.ErrCannotPause):
	case err != nil:
		e.Err.Text("It is not known whether processing is paused: %v", plainAWS(err))
	case state != operate.Running:
		e.Err.Text("Processing is %s: events wait in the queue. To have them handled: hookctl resume%s", state, in.Flags)
	}
}
