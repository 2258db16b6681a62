package simulate

import (
	"context"
	"encoding/json"
	"sync"

	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/process"
)

// stateFaults are mistakes in states and in the results of their moves.
func stateFaults() []fault {
	return []fault{
		{"version not checked", engineCommit(func(m *ledgermemory.Store, c ledger.Claim, tx *ledger.Tx) {
			change := *tx.State
			found, _ := m.GetState(context.Background(), change.ID)
			change.Version = found.Version
			tx.State = &change
		}), []int{18}, 300},
		{"state committed without the note", variant{worker: moveFirst}, []int{18}, 50},
		{"retry with a stale read", variant{worker: readOnce}, []int{18, 19}, 300},
		{"say what the conversation has come to since", variant{said: stateOfNow}, []int{19}, 200},
		{"lost reply taken for a lost race", engine(func(m *ledgermemory.Store, b *brokenStore) {
			b.commit = func(ctx context.Context, s ledger.Store, c ledger.Claim, handler string, tx ledger.Tx) error {
				if tx.State != nil {
					if found, _ := m.GetState(ctx, tx.State.ID); found.Version != tx.State.Version {
						return ledger.ErrStateMoved
					}
				}
				return s.Commit(ctx, c, handler, tx)
			}
		}), []int{9, 19}, 300},
		{"result not kept on the record", engineCommit(func(_ *ledgermemory.Store, _ ledger.Claim, tx *ledger.Tx) {
			tx.Result = nil
		}), []int{19}, 50},
	}
}

// engineCommit changes the transactions that move a state, as they arrive at the ledger.
func engineCommit(change func(m *ledgermemory.Store, c ledger.Claim, tx *ledger.Tx)) variant {
	return engine(func(m *ledgermemory.Store, b *brokenStore) {
		b.commit = func(ctx context.Context, s ledger.Store, c ledger.Claim, handler string, tx ledger.Tx) error {
			if tx.State != nil {
				change(m, c, &tx)
			}
			return s.Commit(ctx, c, handler, tx)
		}
	})
}

// alone moves a state under a record that nothing checks.
func alone(m *ledgermemory.Store, tx ledger.Tx) error {
	change := *tx.State
	found, _ := m.GetState(context.Background(), change.ID)
	change.Version = found.Version
	key := "nobody#" + string(found.JSON)
	a := m.Claim(context.Background(), []ledger.Request{{Key: key, Owner: "nobody", At: change.At, Lease: change.At}})[0]
	return m.Commit(context.Background(), a.Claim, "alone", ledger.Tx{State: &change})
}

// moveFirst moves the state, and then records that the handler finished.
func moveFirst(w *process.Worker, inv *invocation) {
	p := &port{w: inv.w, inv: inv}
	w.Ledger = &brokenStore{Store: w.Ledger, commit: func(ctx context.Context, s ledger.Store, c ledger.Claim, handler string, tx ledger.Tx) error {
		if tx.State != nil {
			err := p.one(ctx, opCommit, c.Key, c.Key+" "+handler+" state", func() error { return alone(inv.w.ledger, tx) })
			if err != nil {
				return err
			}
			tx.State = nil
		}
		return s.Commit(ctx, c, handler, tx)
	}}
}

// A readerFunc is how a worker reads states.
type readerFunc func(ctx context.Context, id string) (ledger.StateValue, error)

func (f readerFunc) GetState(ctx context.Context, id string) (ledger.StateValue, error) {
	return f(ctx, id)
}

// readOnce gives a process the state that it read first, with the current version.
func readOnce(w *process.Worker, _ *invocation) {
	var mu sync.Mutex
	first := map[string]json.RawMessage{}
	next := w.States
	w.States = readerFunc(func(ctx context.Context, id string) (ledger.StateValue, error) {
		value, err := next.GetState(ctx, id)
		if err != nil {
			return value, err
		}
		mu.Lock()
		defer mu.Unlock()
		if _, ok := first[id]; !ok {
			first[id] = value.JSON
		}
		value.JSON = first[id]
		return value, nil
	})
}

// stateOfNow takes the length of the conversation for the event's position in it.
func stateOfNow(ctx context.Context, chats hook.State[conversation, position], person string) (position, error) {
	c, err := chats.Get(ctx, person)
	return position(len(c.Moves)), err
}
