package operatetest

import (
	"errors"
	"time"

	"webhookintake/functions/hookctl/operate"
)

func noRuns(b *bench) {
	runs, err := b.Intake.Runs(b.Context(), "kyc#none", noon, noon.Add(time.Hour))
	if err != nil && !errors.Is(err, operate.ErrNoRuns) || len(runs) > 0 { // engines have no log
		b.Fatalf("runs of no event: %v, %v", runs, err)
	}
}
