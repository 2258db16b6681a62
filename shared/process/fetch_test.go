package process_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
)

var errVault = errors.New("the vault is down")

// stored returns a message whose body is in the vault.
func (w *world) stored(id string) queue.Message {
	w.Helper()
	m := message(id)
	key, sum, err := vault.PutBody(w.Context(), w.vault, m.Key(), m.Raw)
	if err != nil {
		w.Fatal(err)
	}
	m.Origin.Stored, m.Raw = &queue.Stored{Key: key, SHA256: sum}, nil
	return m
}

func TestStoredBody(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("charge", func(_ context.Context, e hook.Event[order]) error {
			if e.Data.ID != "o-1" || len(e.Raw) == 0 {
				w.Errorf("the handler got %+v with %d bytes", e.Data, len(e.Raw))
			}
			return nil
		})
		m := w.stored("1")
		w.send(m)
		w.want(w.deliver(), process.Handled, true)
		w.wantCalls("charge 1")
		// Though no payloads are kept, an operator finds the body, to replay or to erase it.
		if kept, _ := w.ledger.Payload(m.Key()); string(kept) != string(m.Origin.Stored.Reference()) {
			t.Errorf("the ledger keeps %q, want where the body is", kept)
		}
	})
}

// TestStoredBodyUnavailable: a vault that fails counts as an engine that fails. No attempt
// is used up, and nothing is lost.
func TestStoredBodyUnavailable(t *testing.T) {
	t.Parallel()
	fails := func(err error) func(*world, queue.Message) {
		return func(w *world, _ queue.Message) {
			w.vaultFault = func(string, string) (bool, error) { return false, err }
		}
	}
	for _, tt := range []struct {
		name  string
		spoil func(w *world, m queue.Message)
	}{
		{"the vault fails", fails(errVault)},
		{"the vault denies", fails(vault.ErrDenied)},
		{"the vault hangs", func(w *world, _ queue.Message) { w.worker.Vault = hangingVault{} }},
		{"no vault is configured", func(w *world, _ queue.Message) { w.worker.Vault = nil }},
		{"not there yet", func(w *world, m queue.Message) {
			if err := w.vault.Delete(w.Context(), m.Origin.Stored.Key); err != nil {
				w.Fatal(err)
			}
			time.Sleep(30 * time.Minute)
		}},
	} {
		row(t, tt.name, func(w *world) {
			w.on("charge", nil)
			m := w.stored("1")
			w.send(m)
			tt.spoil(w, m)
			w.want(w.deliver(), process.Unavailable, false)
			w.wantCalls()
			rec := w.ledger.Records()[m.Key()]
			if rec.State != ledger.StateReleased || rec.Attempts != 0 {
				w.Errorf("record %s after %d attempts, want released after none", rec.State, rec.Attempts)
			}
			w.vaultFault, w.worker.Vault = nil, w.vault
			w.stored("1")
			w.want(w.again(0, time.Minute), process.Handled, true)
			w.wantCalls("charge 1")
		})
	}
}

// A hangingVault never answers.
type hangingVault struct{}

func (hangingVault) Get(ctx context.Context, _ string) ([]byte, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// TestStoredBodyIsSlow: a vault that takes its time is waited for.
func TestStoredBodyIsSlow(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("charge", nil)
		w.send(w.stored("1"))
		w.vaultFault = func(string, string) (bool, error) { time.Sleep(4 * time.Second); return true, nil }
		w.want(w.deliver(), process.Handled, true)
		w.wantCalls("charge 1")
	})
}

// TestStoredBodyUnreadable: what the vault will never give again ends as a letter.
func TestStoredBodyUnreadable(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		spoil func(w *world, key string)
		cause string
	}{
		{"gone", func(w *world, key string) {
			if err := w.vault.Delete(w.Context(), key); err != nil {
				w.Fatal(err)
			}
			time.Sleep(time.Hour + time.Second)
		}, "body gone"},
		{"another body", func(w *world, key string) {
			if err := w.vault.Put(w.Context(), key, []byte(`{"id":"o-2","cents":1000000}`)); err != nil {
				w.Fatal(err)
			}
		}, "another body"},
	} {
		row(t, tt.name, func(w *world) {
			w.on("charge", nil)
			m := w.stored("1")
			w.send(m)
			tt.spoil(w, m.Origin.Stored.Key)
			w.want(w.deliver(), process.DeadLettered, true)
			w.wantCalls()
			letters := w.dead.Messages()
			if len(letters) != 1 || letters[0].Failure.Reason != queue.ReasonUnreadable || !strings.Contains(letters[0].Failure.Error, tt.cause) {
				w.Fatalf("letters %+v, want one that says %q", letters, tt.cause)
			}
			if at := letters[0].Origin.Stored; at == nil || at.Key != m.Origin.Stored.Key {
				w.Errorf("the letter says %+v of the body", at)
			}
		})
	}
}

// TestLetterOfStoredBody: a letter names the body, whether it was read or not.
func TestLetterOfStoredBody(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("charge", failing(hook.Permanent(errBank)))
		m := w.stored("1")
		w.send(m)
		w.want(w.deliver(), process.DeadLettered, true)
		letters := w.dead.Messages()
		if len(letters) != 1 || letters[0].Origin.Stored == nil || len(letters[0].Raw) > 0 || letters[0].Unreadable != nil {
			t.Fatalf("letters %+v", letters)
		}
	})
}

// TestStoredBodyIsNotReadInVain: a duplicate, and an event without a handler, need no body.
func TestStoredBodyIsNotReadInVain(t *testing.T) {
	inWorld(t, func(w *world) {
		var ops []string
		m := w.stored("1")
		w.vaultFault = func(op, _ string) (bool, error) { ops = append(ops, op); return true, nil }
		w.send(m)
		w.want(w.deliver(), process.Unhandled, true)
		w.on("charge", nil)
		m = w.stored("2")
		w.send(m)
		w.want(w.deliver(), process.Handled, true)
		w.send(m)
		w.want(w.deliver(), process.Duplicate, true)
		if want := []string{"put", "get"}; !slices.Equal(ops, want) {
			t.Errorf("the vault was asked %q, want %q", ops, want)
		}
	})
}

// TestStoredBodiesRunOneByOne: a stored body is large, or it would not be stored.
func TestStoredBodiesRunOneByOne(t *testing.T) {
	inWorld(t, func(w *world) {
		var running, most atomic.Int32
		w.on("charge", func(context.Context, hook.Event[order]) error {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			time.Sleep(time.Second)
			return nil
		})
		for _, id := range []string{"1", "2", "3"} {
			w.send(w.stored(id))
		}
		w.wantHandled(w.deliver())
		if most.Load() != 1 {
			t.Errorf("%d stored bodies at a time, want 1", most.Load())
		}
	})
}

// TestStoredBodyOfAnother: a message cannot have an event run with another one's body, nor
// with a request that was refused, although it says the right sum.
func TestStoredBodyOfAnother(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("charge", nil)
		m, other := w.stored("1"), w.stored("2")
		m.Origin.Stored = other.Origin.Stored
		w.send(m)
		w.want(w.deliver(), process.DeadLettered, true)
		refused, body := message("3"), []byte(`{"id":"o-3","cents":1000000}`)
		at := queue.Stored{Key: vault.Quarantine + "0", SHA256: fmt.Sprintf("%x", sha256.Sum256(body))}
		if err := w.vault.Put(w.Context(), at.Key, body); err != nil {
			w.Fatal(err)
		}
		refused.Origin.Stored, refused.Raw = &at, nil
		w.send(refused)
		w.want(w.deliver(), process.DeadLettered, true)
		w.wantCalls()
		for _, letter := range w.dead.Messages() {
			if letter.Failure.Reason != queue.ReasonUnreadable || !strings.Contains(letter.Failure.Error, "not that of this event") {
				t.Errorf("letter = %+v", letter.Failure)
			}
		}
	})
}
