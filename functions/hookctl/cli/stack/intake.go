package stack

import (
	"context"
	"fmt"
	"strings"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/functions/hookctl/operate/tail"
	"webhookintake/shared/queue"
	"webhookintake/shared/source"
)

// Intake returns the stack as an operator's queries and acts reach it.
func (s *Stack) Intake() operate.Intake { return intake{s} }

type intake struct{ stack *Stack }

// Ledger implements [operate.Intake].
func (i intake) Ledger() (operate.Ledger, error) {
	reader, err := i.stack.Ledger()
	if err != nil {
		return nil, err
	}
	return reader, nil
}

// Queue implements [operate.Intake].
func (i intake) Queue() (queue.Queue, error) { return i.queue(Queue) }

// DeadLetters implements [operate.Intake].
func (i intake) DeadLetters() (queue.Queue, error) { return i.queue(DeadLetters) }

func (i intake) queue(r Resource) (queue.Queue, error) {
	q, err := i.stack.Queue(r)
	if err != nil {
		return nil, err
	}
	return q, nil
}

// Vault implements [operate.Intake].
func (i intake) Vault() (operate.Vault, error) {
	v, err := i.stack.Vault()
	if err != nil {
		return nil, err
	}
	return v, nil
}

// Quarantine implements [operate.Intake].
func (i intake) Quarantine() (operate.Quarantine, error) {
	kept, err := i.stack.Vault()
	if err != nil {
		return nil, err
	}
	id, err := i.stack.Get(SourcesSecret)
	if err != nil {
		return nil, err
	}
	secret := sources.Fetcher(sources.NewSecret(i.stack.SecretsManager(), id))
	return operate.NewQuarantine(kept, source.Refreshing(secret, source.RefreshOptions{})), nil
}

// Runs implements [operate.Runs] by the log of process.
func (i intake) Runs(ctx context.Context, key string, from, until time.Time) ([]operate.Run, error) {
	group, err := i.stack.Get(ProcessLogs)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", operate.ErrNoRuns, err)
	}
	source, id, _ := strings.Cut(key, "#")
	return tail.Runs(ctx, i.stack.Logs(), group, source, id, from, until)
}

// Counts implements [operate.Intake].
func (i intake) Counts(ctx context.Context) (c operate.Counts, err error) {
	for _, one := range []struct {
		resource Resource
		into     *operate.QueueCounts
	}{{Queue, &c.Queue}, {DeadLetters, &c.DeadLetters}} {
		counts, err := i.stack.Counts(ctx, one.resource)
		if err != nil {
			return operate.Counts{}, err
		}
		*one.into = operate.QueueCounts(counts)
	}
	return c, nil
}
