package dynamo

import (
	"context"
	"errors"

	"webhookintake/shared/ledger"
)

// Start is described at [ledger.Store].
func (s *Store) Start(ctx context.Context, c ledger.Claim, handler string) error {
	e := newExpression()
	e.requireInForce(c)
	e.add(attrStarted, names([]string{handler}))
	found, err := s.update(ctx, c.Key, e)
	if errors.Is(err, errRefused) {
		err = settle(ledger.JudgeStart(found, c, handler))
	}
	return wrap("start", c.Key, err)
}

// noteDone is a Commit with nothing else to commit.
func (s *Store) noteDone(ctx context.Context, c ledger.Claim, handler string) error {
	e := newExpression()
	e.requireInForce(c)
	e.add(attrDone, names([]string{handler}))
	found, err := s.update(ctx, c.Key, e)
	if errors.Is(err, errRefused) {
		return settle(ledger.JudgeCommit(found, c, handler, ledger.Tx{}))
	}
	return err
}
