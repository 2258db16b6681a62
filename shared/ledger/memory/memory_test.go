package memory_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/ledgertest"
	"webhookintake/shared/ledger/memory"
	"webhookintake/shared/webhook"
)

const (
	keep  = 29 * 24 * time.Hour
	table = "users"
)

var errLost = errors.New("lost")

func TestStore(t *testing.T) {
	t.Parallel()
	ledgertest.Run(t, fresh)
}

func fresh(*testing.T) ledgertest.Harness {
	var l losing
	s := &memory.Store{Keep: keep, Fault: l.fault}
	return ledgertest.Harness{
		Store: s, Index: memory.NewReader(s), Keep: keep, Table: table,
		Record:  func(_ *testing.T, key string) (ledger.Record, bool) { return s.Record(key) },
		Payload: func(_ *testing.T, key string) ([]byte, bool) { return s.Payload(key) },
		Drop:    func(_ *testing.T, id string) { s.DropState(id) },
		Item: func(_ *testing.T, id string) webhook.Attributes {
			item, _ := s.Item(table, webhook.Attributes{"id": webhook.S(id)})
			return item
		},
		Lose: l.lose,
	}
}

// losing loses one step.
type losing struct {
	mu   sync.Mutex
	loss *ledgertest.Loss
	lost bool
}

func (l *losing) lose(loss ledgertest.Loss) func() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.loss, l.lost = &loss, false
	return func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.loss = nil
		return l.lost
	}
}

func (l *losing) fault(string, string) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.loss == nil {
		return true, nil
	}
	l.loss.After--
	if l.loss.After == -1 {
		l.lost = true
		return l.loss.Reply, errLost
	}
	return true, nil
}
