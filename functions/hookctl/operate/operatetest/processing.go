package operatetest

import (
	"errors"

	"webhookintake/functions/hookctl/operate"
)

func processing(b *bench) {
	state, err := b.Intake.Processing(b.Context())
	if errors.Is(err, operate.ErrCannotPause) { // engines without a function
		if err := b.Intake.SetProcessing(b.Context(), operate.Paused); !errors.Is(err, operate.ErrCannotPause) {
			b.Fatalf("SetProcessing = %v, want %v", err, operate.ErrCannotPause)
		}
		return
	}
	b.ok(err)
	b.equal("state", state, operate.Running)
	for _, want := range []operate.ProcessingState{operate.Paused, operate.Paused, operate.Running} {
		b.ok(operate.SwitchProcessing(b.Context(), b.Intake, want, func(string) {}))
		state, err := b.Intake.Processing(b.Context())
		b.ok(err)
		b.equal("state", state, want)
	}
}
