package erase

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/vault"
)

// ErrChanged says that an event was handled again, or claimed, since it was planned.
var ErrChanged = errors.New("it was handled again since it was planned, so nothing of its record and payload was erased: look again")

// ErrLetterLeft says that a dead letter was planned and not found.
var ErrLetterLeft = errors.New("a dead letter of it was not found again, and may be there still: another program may look at it, so run this again in some minutes")

// A Result is the outcome for one event.
type Result struct {
	Item
	Err error // why it is not erased, or not all of it; nil if it is
}

// Run erases what the plan says, and calls report with the outcome of each event. It ends
// early only with ctx, between two events, and returns its error.
//
// An event's letters and objects go first, then what its record says, then its payload, which
// is what finds the event when this is run again.
func (x Eraser) Run(ctx context.Context, plan Plan, report func(Result)) error {
	ids, problems := map[string]bool{}, map[string]error{}
	for _, item := range plan.Items {
		for _, id := range item.Letters {
			ids[id], problems[id] = true, ErrLetterLeft
		}
	}
	err := x.Dead.Remove(ctx, ids, func(l dead.Letter, err error) { problems[l.Wire.MessageID] = err })
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for _, item := range plan.Items {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		result := Result{Item: item}
		for _, id := range item.Letters {
			result.Err = errors.Join(result.Err, problems[id])
		}
		for _, key := range item.Objects {
			if err := x.deleteObject(ctx, key); err != nil {
				result.Err = errors.Join(result.Err, fmt.Errorf("delete from the vault: %w", err))
			}
		}
		if result.Err == nil && item.HasRecord {
			result.Err = x.eraseRecord(ctx, item)
		}
		report(result)
	}
	return err
}

// deleteObject deletes an object with one of the prefixes, and no other.
func (x Eraser) deleteObject(ctx context.Context, key string) error {
	for _, prefix := range []string{vault.Bodies, vault.Spill, vault.Quarantine} {
		if name, ok := strings.CutPrefix(key, prefix); ok {
			return x.Vault.Delete(ctx, prefix+name)
		}
	}
	return fmt.Errorf("%w: %q", vault.ErrInvalid, key)
}

func (x Eraser) eraseRecord(ctx context.Context, item Item) error {
	erased, err := x.Ledger.Erase(ctx, ledger.Found{Key: item.Key, Record: item.Record}, x.Now())
	if err == nil && !erased {
		err = ErrChanged
	}
	return err
}

// A State is a handler's state as it stands.
type State struct {
	Name, Key string
	ledger.StateValue
}

// Exists reports whether there is something to erase.
func (s State) Exists() bool { return s.Version != 0 }

// FindState returns the state that hook.NewState(name) keeps for a key.
func (x Eraser) FindState(ctx context.Context, name, key string) (State, error) {
	value, err := x.Ledger.State(ctx, hook.StateID(name, key))
	return State{name, key, value}, err
}

// RunState erases a state. It returns [ErrStateMoved] if an event moved it since it was found.
func (x Eraser) RunState(ctx context.Context, s State) error {
	erased, err := x.Ledger.EraseState(ctx, hook.StateID(s.Name, s.Key), s.Version)
	if err == nil && !erased {
		err = fmt.Errorf("state %s: %w", s.Name, ErrStateMoved)
	}
	return err
}

// ErrStateMoved says that an event moved a state since it was found.
var ErrStateMoved = errors.New("an event moved it meanwhile, so it was not erased: run this again")
