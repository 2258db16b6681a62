package upkeep_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
	"webhookintake/shared/upkeep"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/memory"
	"webhookintake/shared/webhook"
)

var (
	errDown = errors.New("down")
	noon    = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
)

// message returns the n-th event, which arrived n seconds past noon.
func message(n int, body string) queue.Message {
	return queue.Message{Event: webhook.Event{
		Source: "contiguity", Provider: "contiguity", ID: fmt.Sprint("evt_", n), Type: "text.incoming.sms",
		Received: noon.Add(time.Duration(n) * time.Second), Raw: []byte(body),
	}}
}

// spill puts the message into the vault, as ingest does.
func spill(t *testing.T, v *memory.Vault, m queue.Message, hash webhook.Hasher) {
	t.Helper()
	data, err := queue.Pack(m, hash)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Put(t.Context(), vault.SpillKey(m.Received), data); err != nil {
		t.Fatal(err)
	}
}

// plain are the hashes of sources without a key.
func plain(context.Context) ([]webhook.Hasher, error) { return []webhook.Hasher{{}}, nil }

// left is the number of objects under a prefix.
func left(t *testing.T, v *memory.Vault, prefix string) int {
	t.Helper()
	found, err := v.List(t.Context(), prefix, "", vault.MaxList)
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

func TestDrainSendsEach(t *testing.T) {
	t.Parallel()
	v, q := memory.New(memory.Options{}), queuememory.New(queuememory.Options{})
	const n = 1100 // more than one list
	for i := range n {
		spill(t, v, message(i, `{"n":1}`), webhook.Hasher{})
	}
	report, err := (&upkeep.Drain{Vault: v, Queue: q, Hashes: plain}).Run(t.Context())
	if err != nil || report.Sent != n || report.Left != 0 || !report.Oldest.IsZero() {
		t.Errorf("Run = %+v, %v", report, err)
	}
	if n := left(t, v, vault.Spill); n != 0 {
		t.Errorf("%d objects are left", n)
	}
	seen := map[string]bool{}
	for _, m := range q.Messages() {
		want := message(0, `{"n":1}`)
		if _, err := fmt.Sscanf(m.ID, "evt_%d", new(int)); err != nil || string(m.Raw) != string(want.Raw) {
			t.Fatalf("sent %+v", m)
		}
		seen[m.ID] = true
	}
	if len(seen) != n {
		t.Errorf("%d events are queued, want %d", len(seen), n)
	}
}

// TestDrainPassesOver: objects that are not messages of the stack hold up no others, however
// many there are.
func TestDrainPassesOver(t *testing.T) {
	t.Parallel()
	v, q := memory.New(memory.Options{}), queuememory.New(queuememory.Options{})
	const bad = 40
	for range bad {
		if err := v.Put(t.Context(), vault.SpillKey(noon), []byte("not ours")); err != nil {
			t.Fatal(err)
		}
	}
	spill(t, v, message(1, "{}"), webhook.Hasher{})
	report, err := (&upkeep.Drain{Vault: v, Queue: q, Hashes: plain}).Run(t.Context())
	if err == nil || report.Sent != 1 || report.Left != bad || len(q.Messages()) != 1 {
		t.Errorf("Run = %+v, %v, %d messages", report, err, len(q.Messages()))
	}
}

// A counted vault counts how many objects are worked on at once, from Get to Delete.
type counted struct {
	*memory.Vault
	now, most atomic.Int64
}

func (c *counted) Get(ctx context.Context, key string) ([]byte, error) {
	c.most.Store(max(c.most.Load(), c.now.Add(1)))
	for range 1000 {
		runtime.Gosched() // who may work beside this one does so now
	}
	return c.Vault.Get(ctx, key)
}

func (c *counted) Delete(ctx context.Context, key string) error {
	defer c.now.Add(-1)
	return c.Vault.Delete(ctx, key)
}

// TestDrainMemory: the function's memory has room for one large object at a time.
func TestDrainMemory(t *testing.T) {
	t.Parallel()
	v, q := &counted{Vault: memory.New(memory.Options{})}, queuememory.New(queuememory.Options{})
	const n = 20
	for i := range n {
		spill(t, v.Vault, message(i, strings.Repeat("x", 256<<10)), webhook.Hasher{})
	}
	report, err := (&upkeep.Drain{Vault: v, Queue: q, Hashes: plain}).Run(t.Context())
	if err != nil || report.Sent != n || v.most.Load() != 1 {
		t.Errorf("Run = %+v, %v, with %d large objects at once", report, err, v.most.Load())
	}
}

// TestDrainKeepsArrival: the window of duplicates is measured from when ingest had it.
func TestDrainKeepsArrival(t *testing.T) {
	t.Parallel()
	v, q := memory.New(memory.Options{}), queuememory.New(queuememory.Options{})
	m := message(7, "{}")
	spill(t, v, m, webhook.Hasher{})
	if _, err := (&upkeep.Drain{Vault: v, Queue: q, Hashes: plain}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := q.Messages()[0].Received; !got.Equal(m.Received) {
		t.Errorf("received = %v, want %v", got, m.Received)
	}
}

// TestDrainStoresLargeBodies: ingest spills a whole message if the vault did not take its
// body on its own.
func TestDrainStoresLargeBodies(t *testing.T) {
	t.Parallel()
	v, q := memory.New(memory.Options{}), queuememory.New(queuememory.Options{})
	body := make([]byte, 2<<20)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(body) // it never fails
	spill(t, v, message(1, string(body)), webhook.Hasher{})
	report, err := (&upkeep.Drain{Vault: v, Queue: q, Hashes: plain}).Run(t.Context())
	if err != nil || report.Sent != 1 {
		t.Fatalf("Run = %+v, %v", report, err)
	}
	stored := q.Messages()[0].Origin.Stored
	if stored == nil {
		t.Fatal("the message does not say where its body is")
	}
	if got, err := v.Get(t.Context(), stored.Key); err != nil || string(got) != string(body) {
		t.Errorf("stored %d bytes, %v", len(got), err)
	}
}

func TestDrainLeaves(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		edit  func(t *testing.T, v *memory.Vault, d *upkeep.Drain)
		fault func(op, key string) (bool, error)
		sent  int
		left  int
		want  string // that the error contains
	}{
		{name: "what is not a message", sent: 2, left: 1, want: "not messages of this stack",
			edit: func(t *testing.T, v *memory.Vault, _ *upkeep.Drain) {
				if err := v.Put(t.Context(), vault.SpillKey(noon), []byte("hello")); err != nil {
					t.Fatal(err)
				}
			}},
		{name: "a sum of another key", left: 2, want: "another key",
			edit: func(_ *testing.T, _ *memory.Vault, d *upkeep.Drain) {
				d.Hashes = func(context.Context) ([]webhook.Hasher, error) { return nil, nil }
			}},
		{name: "all, if the sources cannot be read", left: 2, want: "read the sources",
			edit: func(_ *testing.T, _ *memory.Vault, d *upkeep.Drain) {
				d.Hashes = func(context.Context) ([]webhook.Hasher, error) { return nil, errDown }
			}},
		{name: "all, if the queue refuses", left: 2, want: "the queue does not take",
			edit: func(_ *testing.T, _ *memory.Vault, d *upkeep.Drain) {
				d.Queue = queuememory.New(queuememory.Options{Fault: func(string, string) (bool, error) { return false, errDown }})
			}},
		{name: "what the vault does not delete", left: 2, want: "which the queue has",
			fault: func(op, _ string) (bool, error) {
				if op == "delete" {
					return false, errDown
				}
				return true, nil
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			faulty := false
			v := memory.New(memory.Options{Fault: func(op, key string) (bool, error) {
				if !faulty || tt.fault == nil {
					return true, nil
				}
				return tt.fault(op, key)
			}})
			d := &upkeep.Drain{Vault: v, Queue: queuememory.New(queuememory.Options{}), Hashes: plain}
			for i := range 2 {
				spill(t, v, message(i, "{}"), webhook.Hasher{})
			}
			if tt.edit != nil {
				tt.edit(t, v, d)
			}
			faulty = true
			report, err := d.Run(t.Context())
			if err == nil || !strings.Contains(err.Error(), tt.want) || report.Sent != tt.sent || report.Left != tt.left || report.Oldest.IsZero() {
				t.Errorf("Run = %+v, %v, want %d sent, %d left, %q", report, err, tt.sent, tt.left, tt.want)
			}
			if n := left(t, v, vault.Spill); n != tt.left {
				t.Errorf("%d objects are left, want %d", n, tt.left)
			}
		})
	}
}
