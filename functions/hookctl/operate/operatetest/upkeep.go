package operatetest

import (
	"errors"

	"webhookintake/functions/hookctl/operate"
)

func runUpkeep(b *bench) {
	answer, err := b.Intake.RunUpkeep(b.Context())
	if errors.Is(err, operate.ErrNoUpkeep) { // engines without a function
		return
	}
	b.ok(err)
	tasks := map[string]string{}
	for _, task := range answer.Tasks {
		tasks[task.Task] = task.Summary + task.Error
	}
	if !answer.BusyUntil.IsZero() || tasks["drain"] != "nothing was spilled" {
		b.Fatalf("RunUpkeep = %+v", answer)
	}
}
