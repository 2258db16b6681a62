package upkeep_test

import (
	"cmp"
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

// drain runs the task once, without its time.
func drain(t *testing.T, v upkeep.Spill, q upkeep.Sender) (upkeep.DrainReport, error) {
	t.Helper()
	return (&upkeep.Drain{Vault: v, Queue: q, Hashes: plain}).Run(t.Context())
}

type senderFunc func(queue.Message) error

func (f senderFunc) Send(_ context.Context, m queue.Message, _ time.Duration) error { return f(m) }

// left is the number of objects under a prefix.
func left(t *testing.T, v *memory.Vault, prefix string) int {
	t.Helper()
	found, err := v.List(t.Context(), prefix, "", vault.MaxList)
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

// TestDrainSendsEach: in more than one list, with the time of arrival, from which the window of
// duplicates is measured.
func TestDrainSendsEach(t *testing.T) {
	t.Parallel()
	v, q := memory.New(memory.Options{}), queuememory.New(queuememory.Options{})
	const n = vault.MaxList + 1
	for i := range n {
		spill(t, v, message(i, `{"n":1}`), webhook.Hasher{})
	}
	report, err := drain(t, v, q)
	if err != nil || (report != upkeep.DrainReport{Sent: n}) || left(t, v, vault.Spill) != 0 {
		t.Errorf("Run = %+v, %v, %d objects left", report, err, left(t, v, vault.Spill))
	}
	seen := map[string]bool{}
	for _, m := range q.Messages() {
		var i int
		if _, err := fmt.Sscanf(m.ID, "evt_%d", &i); err != nil || string(m.Raw) != `{"n":1}` || !m.Received.Equal(message(i, "").Received) {
			t.Fatalf("sent %+v", m)
		}
		seen[m.ID] = true
	}
	if len(seen) != n {
		t.Errorf("%d events are queued, want %d", len(seen), n)
	}
}

// A listed vault lists some objects with another size.
type listed struct {
	*memory.Vault
	size map[string]int64 // by key
}

func (v listed) List(ctx context.Context, prefix, after string, limit int) ([]vault.Object, error) {
	found, err := v.Vault.List(ctx, prefix, after, limit)
	for i := range found {
		found[i].Size = max(found[i].Size, v.size[found[i].Key])
	}
	return found, err
}

// TestDrainPassesOver: objects that no run can send hold up no others, however many there are,
// and do not hide that the queue is down. The error names one of them, and no event.
func TestDrainPassesOver(t *testing.T) {
	t.Parallel()
	const bad = 40
	for _, tt := range []struct {
		name string
		text string // of the objects; empty for a message of another kind than the others
		edit string // in place of "bodies/0a" in the message, after it was signed
		size int64  // of the objects, as they are listed
		get  error  // of the vault for them
		send error  // of the queue for them
		down error  // of the queue for the other one
		want string // that the error contains
	}{
		{name: "not ours", text: "hello", want: "not messages of this stack"},
		{name: "changed under our sum", edit: "bodies/0b", want: "not messages of this stack"},
		{name: "too large to be ours", size: vault.MaxSize + 1, want: "8388609 bytes"},
		{name: "denied", get: vault.ErrDenied, want: "cannot be read"},
		{name: "of a foreign name", get: vault.ErrInvalid, want: "cannot be read"},
		{name: "not valid", send: queue.ErrInvalid, want: "not messages of this stack"},
		{name: "too large for the queue", send: queue.ErrTooLarge, want: "not messages of this stack"},
		{name: "not valid, and the queue is down", send: queue.ErrInvalid, down: errDown, want: "the queue does not take"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sizes := map[string]int64{}
			v := memory.New(memory.Options{Fault: func(op, key string) (bool, error) {
				if _, isBad := sizes[key]; op == "get" && isBad && tt.get != nil {
					return false, fmt.Errorf("get: %w", tt.get)
				}
				return true, nil
			}})
			m := message(0, "")
			m.Origin.Stored = &queue.Stored{Key: "bodies/0a", SHA256: strings.Repeat("0a", 32)}
			data, err := queue.Pack(m, webhook.Hasher{})
			if err != nil {
				t.Fatal(err)
			}
			key := ""
			for range bad {
				key = vault.SpillKey(noon)
				if err := v.Put(t.Context(), key, []byte(cmp.Or(tt.text, strings.Replace(string(data), "bodies/0a", cmp.Or(tt.edit, "bodies/0a"), 1)))); err != nil {
					t.Fatal(err)
				}
				sizes[key] = tt.size
			}
			spill(t, v, message(1, "{}"), webhook.Hasher{})
			sent := 0
			report, err := drain(t, listed{v, sizes}, senderFunc(func(m queue.Message) error {
				if m.Origin.Stored != nil {
					return fmt.Errorf("send evt_0: %w", tt.send)
				}
				if tt.down == nil {
					sent++
				}
				return tt.down
			}))
			if err == nil || !strings.Contains(err.Error(), tt.want) || errors.Is(err, errDown) != (tt.down != nil) {
				t.Fatalf("Run = %v, want %q", err, tt.want)
			}
			if named := strings.Contains(err.Error(), key[:len(vault.Spill)+13]); named != (tt.down == nil) || strings.Contains(err.Error(), "evt_") {
				t.Errorf("Run = %v, want no id, and a key unless the queue is down", err)
			}
			if report.Sent != sent || report.Left != bad+1-sent || sent == 0 != (tt.down != nil) || left(t, v, vault.Bodies) != 0 {
				t.Errorf("%+v, %d sent", report, sent)
			}
		})
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
	report, err := drain(t, v, q)
	if err != nil || report.Sent != n || v.most.Load() != 1 {
		t.Errorf("Run = %+v, %v, with %d large objects at once", report, err, v.most.Load())
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
	report, err := drain(t, v, q)
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
		want  string // that the error contains
	}{
		{name: "a sum of another key", want: "another key",
			edit: func(_ *testing.T, _ *memory.Vault, d *upkeep.Drain) {
				d.Hashes = func(context.Context) ([]webhook.Hasher, error) { return nil, nil }
			}},
		{name: "all, if the sources cannot be read", want: "read the sources",
			edit: func(_ *testing.T, _ *memory.Vault, d *upkeep.Drain) {
				d.Hashes = func(context.Context) ([]webhook.Hasher, error) { return nil, errDown }
			}},
		{name: "all, if the queue refuses", want: "the queue does not take",
			edit: func(_ *testing.T, _ *memory.Vault, d *upkeep.Drain) {
				d.Queue = queuememory.New(queuememory.Options{Fault: func(string, string) (bool, error) { return false, fmt.Errorf("send evt_1: %w", errDown) }})
			}},
		{name: "what the vault does not delete", want: "which the queue has",
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
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "evt_") ||
				report.Sent != 0 || report.Left != 2 || report.Oldest.IsZero() || left(t, v, vault.Spill) != 2 {
				t.Errorf("Run = %+v, %v, want two left and %q; %d objects are left", report, err, tt.want, left(t, v, vault.Spill))
			}
		})
	}
}
