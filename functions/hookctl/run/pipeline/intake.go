package pipeline

import (
	"context"

	"webhookintake/functions/hookctl/operate"
	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
)

// Intake returns the pipeline as an operator's queries and acts reach it.
func (p *Pipeline) Intake() operate.Intake { return intake{p} }

type intake struct{ *Pipeline }

// Ledger implements [operate.Intake].
func (i intake) Ledger() (operate.Ledger, error) {
	return ledgermemory.NewReader(i.Pipeline.Ledger), nil
}

// Queue implements [operate.Intake].
func (i intake) Queue() (queue.Queue, error) { return i.Pipeline.Queue, nil }

// DeadLetters implements [operate.Intake].
func (i intake) DeadLetters() (queue.Queue, error) { return i.Pipeline.DeadLetters, nil }

// Vault implements [operate.Intake].
func (i intake) Vault() (operate.Vault, error) { return i.Pipeline.Vault, nil }

// Quarantine implements [operate.Intake].
func (i intake) Quarantine() (operate.Quarantine, error) {
	return operate.NewQuarantine(i.Pipeline.Vault, i.sources), nil
}

// Counts implements [operate.Intake].
func (i intake) Counts(context.Context) (operate.Counts, error) {
	return operate.Counts{Queue: counts(i.Pipeline.Queue), DeadLetters: counts(i.Pipeline.DeadLetters)}, nil
}

func counts(q *queuememory.Queue) operate.QueueCounts {
	c := q.Counts()
	return operate.QueueCounts{Waiting: c.Visible, InFlight: c.InFlight, Delayed: c.Delayed}
}
