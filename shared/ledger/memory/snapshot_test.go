package memory_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/ledgertest"
	"webhookintake/shared/ledger/memory"
)

// A store that is saved and restored before every call keeps the whole contract, so a
// snapshot has everything that a later call depends on.
func TestSnapshotKeepsTheContract(t *testing.T) {
	t.Parallel()
	ledgertest.Run(t, func(t *testing.T) ledgertest.Harness {
		h := fresh(t)
		h.Store = &reopened{Store: h.Store.(*memory.Store), t: t}
		return h
	})
}

type reopened struct {
	*memory.Store
	t  *testing.T
	mu sync.Mutex
}

// reopen returns the function that ends the call: no other call may come between, or it
// would be lost.
func (r *reopened) reopen() (done func()) {
	r.mu.Lock()
	snapshot, err := r.Snapshot()
	if err == nil {
		err = r.Restore(snapshot)
	}
	if err != nil {
		r.t.Error(err)
	}
	return r.mu.Unlock
}

func (r *reopened) Claim(ctx context.Context, requests []ledger.Request) []ledger.Answer {
	defer r.reopen()()
	return r.Store.Claim(ctx, requests)
}

func (r *reopened) Start(ctx context.Context, c ledger.Claim, handler string) error {
	defer r.reopen()()
	return r.Store.Start(ctx, c, handler)
}

func (r *reopened) Commit(ctx context.Context, c ledger.Claim, handler string, tx ledger.Tx) error {
	defer r.reopen()()
	return r.Store.Commit(ctx, c, handler, tx)
}

func (r *reopened) GetNote(ctx context.Context, name string) (ledger.Note, error) {
	defer r.reopen()()
	return r.Store.GetNote(ctx, name)
}

func (r *reopened) PutNote(ctx context.Context, name string, version int64, text string) error {
	defer r.reopen()()
	return r.Store.PutNote(ctx, name, version, text)
}

func (r *reopened) End(ctx context.Context, ends []ledger.End) []error {
	defer r.reopen()()
	return r.Store.End(ctx, ends)
}

func (r *reopened) Newest(ctx context.Context, e ledger.Entity) (time.Time, error) {
	defer r.reopen()()
	return r.Store.Newest(ctx, e)
}

func (r *reopened) GetState(ctx context.Context, id string) (ledger.StateValue, error) {
	defer r.reopen()()
	return r.Store.GetState(ctx, id)
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	for name, snapshot := range map[string]string{
		"half":      `{"records": {`,
		"attribute": `{"tables": {"users": {"x": {"id": ["no value"]}}}}`,
	} {
		s := &memory.Store{}
		if err := s.Restore([]byte(snapshot)); err == nil || len(s.Records()) > 0 {
			t.Errorf("%s: Restore = %v", name, err)
		}
	}
}
