package upkeep_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
	"webhookintake/shared/upkeep"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/memory"
	"webhookintake/shared/webhook"
)

// TestDrainGoesOn: one object that cannot be read does not hold up those after it, and a
// queue that is down is not asked for each.
func TestDrainGoesOn(t *testing.T) {
	t.Parallel()
	const n = 200
	var stuck string
	v := memory.New(memory.Options{Fault: func(op, key string) (bool, error) {
		if op == "get" && key == stuck {
			return false, errDown
		}
		return true, nil
	}})
	for i := range n {
		spill(t, v, message(i, "{}"), webhook.Hasher{})
	}
	var asked atomic.Int64
	down := queuememory.New(queuememory.Options{Fault: func(string, string) (bool, error) {
		asked.Add(1)
		return false, errDown
	}})
	if report, err := drain(t, v, down); !errors.Is(err, errDown) || report.Left != n {
		t.Errorf("Run = %+v, %v", report, err)
	}
	if asked.Load() > 30 {
		t.Errorf("a queue that is down was asked %d times", asked.Load())
	}
	first, err := v.List(t.Context(), vault.Spill, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	stuck = first[0].Key
	report, err := drain(t, v, queuememory.New(queuememory.Options{}))
	if !errors.Is(err, errDown) || report.Sent != n-1 || report.Left != 1 || !report.Oldest.Equal(first[0].Put) {
		t.Errorf("Run = %+v, %v, want one left", report, err)
	}
}

// TestDrainDenied: a right that is missing for the oldest objects holds up no others, however
// many there are.
func TestDrainDenied(t *testing.T) {
	t.Parallel()
	const denied = 30 // more than the failures after which a run stops
	for _, tt := range []struct {
		op   string
		size int // of the oldest bodies
		want string
	}{
		{"delete", 2, "delete a spilled message, which the queue has"},
		{"put", 1 << 20, "the vault does not take the body of spill/"},
	} {
		t.Run(tt.op, func(t *testing.T) {
			t.Parallel()
			faulty, last := false, ""
			v := memory.New(memory.Options{Fault: func(op, key string) (bool, error) {
				if faulty && op == tt.op && key != last {
					return false, fmt.Errorf("%s: %w", op, vault.ErrDenied)
				}
				return true, nil
			}})
			body := make([]byte, tt.size)
			_, _ = rand.NewChaCha8([32]byte{1}).Read(body) // it never fails
			for i := range denied {
				spill(t, v, message(i, string(body)), webhook.Hasher{})
			}
			spill(t, v, message(denied, "{}"), webhook.Hasher{})
			found, err := v.List(t.Context(), vault.Spill, "", vault.MaxList)
			if err != nil {
				t.Fatal(err)
			}
			faulty, last = true, found[denied].Key
			q := queuememory.New(queuememory.Options{})
			report, err := drain(t, v, q)
			if !errors.Is(err, vault.ErrDenied) || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "evt_") {
				t.Errorf("Run = %v, want %q", err, tt.want)
			}
			isLast := func(m queue.Message) bool { return m.ID == fmt.Sprint("evt_", denied) }
			if report.Sent != 1 || report.Left != denied || !slices.ContainsFunc(q.Messages(), isLast) {
				t.Errorf("Run = %+v, want the last one sent", report)
			}
		})
	}
}

// TestDrainTwice: two runs at once, whose calls get lost, lose nothing.
func TestDrainTwice(t *testing.T) {
	t.Parallel()
	const n = 100
	faulty := false
	fault := func(string, string) (bool, error) {
		switch p := rand.IntN(100); {
		case !faulty || p < 60:
			return true, nil
		case p < 80:
			return true, errDown
		}
		return false, errDown
	}
	v := memory.New(memory.Options{Fault: fault})
	q := queuememory.New(queuememory.Options{Fault: fault})
	for i := range n {
		spill(t, v, message(i, "{}"), webhook.Hasher{})
	}
	for runs := 0; runs < 1000; runs++ {
		faulty = true
		done := make(chan struct{})
		for range 2 {
			go func() {
				_, _ = drain(t, v, q)
				done <- struct{}{}
			}()
		}
		<-done
		<-done
		if faulty = false; left(t, v, vault.Spill) == 0 {
			break
		}
	}
	seen := map[string]bool{}
	for _, m := range q.Messages() {
		seen[m.ID] = true
	}
	if len(seen) != n || left(t, v, vault.Spill) != 0 {
		t.Errorf("%d of %d events are queued, %d objects left", len(seen), n, left(t, v, vault.Spill))
	}
}

// TestDrainStopsInTime: it ends with its context, and says what is left.
func TestDrainStopsInTime(t *testing.T) {
	t.Parallel()
	v := memory.New(memory.Options{})
	spill(t, v, message(1, "{}"), webhook.Hasher{})
	ctx, cancel := context.WithCancel(t.Context())
	d := &upkeep.Drain{Vault: v, Queue: queuememory.New(queuememory.Options{}), Hashes: func(ctx context.Context) ([]webhook.Hasher, error) {
		cancel()
		return plain(ctx)
	}}
	if report, _ := d.Run(ctx); report.Sent != 0 || report.Left != 1 {
		t.Errorf("Run = %+v", report)
	}
}

// TestDrainMeets: what another run sent and deleted meanwhile is no fault.
func TestDrainMeets(t *testing.T) {
	t.Parallel()
	v := memory.New(memory.Options{Fault: func(op, _ string) (bool, error) {
		if op == "get" {
			return false, fmt.Errorf("get: %w", vault.ErrNotFound)
		}
		return true, nil
	}})
	spill(t, v, message(1, "{}"), webhook.Hasher{})
	q := queuememory.New(queuememory.Options{})
	if report, err := drain(t, v, q); err != nil || report.Left != 0 || len(q.Messages()) != 0 {
		t.Errorf("Run = %+v, %v, %d messages", report, err, len(q.Messages()))
	}
}

// TestDrainHalf: a list that breaks off is an error, and the oldest that is left is that of
// the first list.
func TestDrainHalf(t *testing.T) {
	t.Parallel()
	const n = vault.MaxList + 1
	now, lists := noon, 0
	v := memory.New(memory.Options{
		Now: func() time.Time { now = now.Add(time.Second); return now },
		Fault: func(op, _ string) (bool, error) {
			if op == "list" {
				lists++
			}
			if lists == 4 {
				return false, errDown
			}
			return true, nil
		},
	})
	for i := range n {
		body := "{}"
		if i < 2 || i == n-1 { // which the queue does not take
			body = `{"stays":true}`
		}
		spill(t, v, message(i, body), webhook.Hasher{})
	}
	q := senderFunc(func(m queue.Message) error {
		if strings.Contains(string(m.Raw), "stays") {
			return errDown
		}
		return nil
	})
	d := &upkeep.Drain{Vault: v, Queue: q, Hashes: plain}
	report, err := d.Run(t.Context())
	if err == nil || report.Sent != n-3 || report.Left != 3 || !report.Oldest.Equal(noon.Add(time.Second)) {
		t.Errorf("Run = %+v, %v", report, err)
	}
	for i := range n {
		spill(t, v, message(n+i, "{}"), webhook.Hasher{})
	}
	q = func(queue.Message) error { return nil }
	d.Queue = q
	if report, err := d.Run(t.Context()); !errors.Is(err, errDown) {
		t.Errorf("with a list that breaks off: Run = %+v, %v", report, err)
	}
}

// TestDrainHangs: an object whose calls hang takes one of those that work, for 20 s.
func TestDrainHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := memory.New(memory.Options{})
		spill(t, v, message(0, "{}"), webhook.Hasher{})
		began := time.Now()
		d := &upkeep.Drain{Vault: v, Queue: stuck{}, Hashes: plain}
		if report, err := d.Run(t.Context()); err == nil || report.Left != 1 || time.Since(began) != 20*time.Second {
			t.Errorf("Run = %+v, %v, after %v", report, err, time.Since(began))
		}
	})
}

// A stuck queue does not answer.
type stuck struct{}

func (stuck) Send(ctx context.Context, _ queue.Message, _ time.Duration) error {
	<-ctx.Done()
	return ctx.Err()
}

// TestDrainDoesNotKnow: a list that cannot be read is not one with nothing in it.
func TestDrainDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, fault := range []error{vault.ErrNoBucket, vault.ErrDenied, errDown} {
		v := memory.New(memory.Options{Fault: func(string, string) (bool, error) { return false, fault }})
		d := &upkeep.Drain{Vault: v, Queue: stuck{}, Hashes: plain}
		if summary, err := d.Task().Run(t.Context()); summary != "" || !errors.Is(err, fault) {
			t.Errorf("%v: %q, %v", fault, summary, err)
		}
	}
}
