package memory

import (
	"context"
	"fmt"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

// Commit is described at [ledger.Store].
func (s *Store) Commit(ctx context.Context, c ledger.Claim, handler string, tx ledger.Tx) error {
	if err := webhook.CheckWrites(tx.Writes); err != nil {
		return fmt.Errorf("commit %s: %w", c.Key, err)
	}
	return s.faulty(ctx, OpCommit, c.Key, func() error {
		next, err := ledger.JudgeCommit(s.found(c.Key), c, handler, tx)
		if err != nil || next == nil {
			return err
		}
		if tx.Entity != (ledger.Entity{}) && tx.At.Before(s.newest[tx.Entity]) {
			return ledger.ErrStale
		}
		if tx.State != nil && s.states[tx.State.ID].Version != tx.State.Version {
			return ledger.ErrStateMoved
		}
		if s.tables == nil {
			s.tables = tables{}
		}
		if err := s.tables.apply(tx.Writes); err != nil {
			return err
		}
		s.keepBeside(tx)
		s.put(c.Key, next)
		return nil
	})
}

// keepBeside writes the parts of tx that are kept beside the records.
func (s *Store) keepBeside(tx ledger.Tx) {
	if tx.Entity != (ledger.Entity{}) {
		if s.newest == nil {
			s.newest = map[ledger.Entity]time.Time{}
		}
		s.newest[tx.Entity] = time.UnixMilli(tx.At.UnixMilli()).UTC()
	}
	if tx.State != nil {
		if s.states == nil {
			s.states = map[string]ledger.StateValue{}
		}
		s.states[tx.State.ID] = tx.State.Value()
	}
}

// Newest is described at [ledger.Entities].
func (s *Store) Newest(ctx context.Context, e ledger.Entity) (newest time.Time, err error) {
	err = s.faulty(ctx, OpNewest, e.Handler, func() error {
		newest = s.newest[e]
		return nil
	})
	if err != nil {
		return time.Time{}, err
	}
	return newest, nil
}

// GetState is described at [ledger.States].
func (s *Store) GetState(ctx context.Context, id string) (value ledger.StateValue, err error) {
	err = s.faulty(ctx, OpState, id, func() error {
		value = s.states[id]
		return nil
	})
	if err != nil {
		return ledger.StateValue{}, err
	}
	return value, nil
}
