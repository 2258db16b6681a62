package doctor_test

import (
	"context"
	"fmt"
	"time"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/doctor"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/hook"
	"webhookintake/shared/source"
)

// The intake of this example is in memory, and handles its queue in the background.
func Example() {
	var handlers hook.Registry
	intake := pipeline.New(pipeline.Options{Sources: source.Fixed(dialect.Sources()), Handlers: &handlers})
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		for ctx.Err() == nil {
			_, _ = intake.Step(ctx, time.Second)
		}
	}()

	site := doctor.Site{
		HealthURL:   "http://localhost/healthz",
		HookURL:     func(name string) (string, error) { return "http://localhost/hooks/" + name, nil },
		Sources:     func(context.Context) ([]byte, error) { return []byte(dialect.SourcesDocument()), nil },
		AllowSample: true,
		Table:       func(context.Context) (time.Time, error) { return time.Now(), nil },
		Ledger:      records(intake.Ledger.Record),
		Queue:       counts(intake.Queue),
	}
	report := doctor.Run(context.Background(), doctor.Options{
		Find:      func(context.Context) (doctor.Site, error) { return site, nil },
		Handlers:  func() (*hook.Registry, error) { return &handlers, nil },
		Transport: direct{intake},
		Source:    "kyc",
		Settle:    time.Millisecond,
	})
	for _, s := range report.Steps {
		fmt.Println(s.Status, s.Name)
	}
	// Output:
	// ok outputs
	// ok table
	// ok vault
	// ok health
	// ok sources
	// ok handlers
	// ok refusal
	// ok accepted
	// ok again
	// ok ledger
	// ok copy
	// ok queues
}
