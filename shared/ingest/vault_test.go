package ingest_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/ingest"
	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/memory"
)

// large returns an event whose body of n bytes does not fit the queue, even compressed.
func large(n int) string {
	random := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, n)
	for i := range text {
		text[i] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/"[random.IntN(64)]
	}
	return `{"id":"evt_1","type":"email.incoming","timestamp":1760000000,"data":{"attachment":"` + string(text) + `"}}`
}

// contents returns the objects under a prefix.
func contents(t *testing.T, v *memory.Vault, prefix string) map[string][]byte {
	t.Helper()
	found, err := v.List(t.Context(), prefix, "", vault.MaxList)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, o := range found {
		if all[o.Key], err = v.Get(t.Context(), o.Key); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func TestLargeBodyIsStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // whose clock does not wait for a slow machine
		q, v := newQueue(), memory.New(memory.Options{})
		h := &ingest.Handler{Sources: sources(t, nil), Queue: q, Vault: v}
		body := large(4 << 20)
		for range 2 { // the sender's retry
			w, report := serve(h, post(body))
			if w.Code != http.StatusOK || !report.Stored || report.Spilled {
				t.Fatalf("answer = %d %s, report %+v", w.Code, w.Body, report)
			}
		}
		stored := contents(t, v, vault.Bodies)
		if len(stored) != 1 {
			t.Fatalf("%d bodies are stored, want one for both arrivals", len(stored))
		}
		for _, m := range q.Messages() {
			at := m.Origin.Stored
			if sum := fmt.Sprintf("%x", sha256.Sum256([]byte(body))); at != nil && at.Key != vault.BodyKey(m.Key(), sum) {
				t.Errorf("the body is under %s, which is not the event's key", at.Key)
			}
			if at == nil || !bytes.Equal(stored[at.Key], []byte(body)) || m.ID != "evt_1" || m.Unreadable != nil {
				t.Errorf("the message says %+v of its body, unreadable %v", at, m.Unreadable)
			}
		}
		if n := len(q.Messages()); n != 2 {
			t.Errorf("%d messages, want 2", n)
		}
	})
}

// A body is stored once, and the message says where, however often the queue is asked.
func TestStoredOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, v, fails := newQueue(), memory.New(memory.Options{}), 2
		h := &ingest.Handler{Sources: sources(t, nil), Vault: v, Queue: senderFunc(func(ctx context.Context, m queue.Message) error {
			if m.Origin.Stored != nil && fails > 0 {
				fails--
				return errDown
			}
			return q.Send(ctx, m, 0)
		})}
		body := large(2 << 20)
		if w, report := serve(h, post(body)); w.Code != http.StatusOK || report.Tries != 3 {
			t.Fatalf("answer = %d %s, report %+v", w.Code, w.Body, report)
		}
		stored, sent := contents(t, v, vault.Bodies), q.Messages()
		if len(stored) != 1 || len(sent) != 1 || string(stored[sent[0].Origin.Stored.Key]) != body {
			t.Errorf("%d bodies, %d messages; want one of each, the body that came", len(stored), len(sent))
		}
	})
}

// outage plays queues and vaults that fail. A webhook ends in one of them, or is answered
// with 503.
func TestOutage(t *testing.T) {
	t.Parallel()
	works := func(context.Context) error { return nil }
	fails := func(context.Context) error { return errDown }
	tooLarge := func(context.Context) error { return queue.ErrTooLarge }
	denied := func(context.Context) error { return vault.ErrDenied }
	for _, tt := range []struct {
		name         string
		queue, vault func(context.Context) error
		spill        bool
		status       int
		atMost       time.Duration // that the answer takes
		want         string        // what is durable
	}{
		{"all well", works, works, true, 200, 0, "queued"},
		{"queue fails", fails, works, true, 200, 3 * time.Second, "spilled"},
		{"queue hangs", hang, works, true, 200, 3 * time.Second, "spilled"},
		{"queue hangs, vault is slow", hang, after(1400 * time.Millisecond), true, 200, 4500 * time.Millisecond, "spilled"},
		{"queue fails, no upkeep", fails, works, false, 503, 5 * time.Second, ""},
		{"both fail", fails, fails, true, 503, 5 * time.Second, ""},
		{"both hang", hang, hang, true, 503, 5 * time.Second, ""},
		{"queue fails, vault denies", fails, denied, true, 503, 5 * time.Second, ""},
		{"too large, vault fails", tooLarge, fails, true, 503, 5 * time.Second, ""},
		{"too large, vault hangs", tooLarge, hang, false, 503, 5 * time.Second, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				durable := ""
				h := &ingest.Handler{
					Sources: sources(t, nil), Spill: tt.spill,
					Queue: senderFunc(func(ctx context.Context, _ queue.Message) error {
						err := tt.queue(ctx)
						if err == nil {
							durable += "queued"
						}
						return err
					}),
					Vault: putterFunc(func(ctx context.Context, key string, _ []byte) error {
						err := tt.vault(ctx)
						if err == nil && strings.HasPrefix(key, vault.Spill) {
							durable += "spilled"
						}
						return err
					}),
				}
				w, report := serve(h, post(event))
				if w.Code != tt.status || report.Took > tt.atMost || durable != tt.want || report.Spilled != (tt.want == "spilled") {
					t.Errorf("answer = %d %s after %v, %q, report %+v; want %d within %v, %q",
						w.Code, w.Body, report.Took, durable, report, tt.status, tt.atMost, tt.want)
				}
				if report.Spilled && report.NotQueued == nil {
					t.Error("the report does not say why the queue did not take it")
				}
			})
		})
	}
}

// A vault that fails once has the webhook all the same, and a caller that waits for a short
// time only leaves the queue its half.
func TestOutageIsShort(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		down, puts := true, 0
		h := &ingest.Handler{
			Sources: sources(t, nil), Spill: true,
			Queue: senderFunc(func(context.Context, queue.Message) error {
				if down {
					return errDown
				}
				return nil
			}),
			Vault: putterFunc(func(context.Context, string, []byte) error {
				if puts++; puts == 1 {
					return errDown
				}
				return nil
			}),
		}
		if w, report := serve(h, post(event)); w.Code != http.StatusOK || !report.Spilled || puts != 2 {
			t.Errorf("answer = %d %s, report %+v, %d puts", w.Code, w.Body, report, puts)
		}
		down = false
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		if w, report := serve(h, post(event).WithContext(ctx)); w.Code != http.StatusOK || report.Spilled {
			t.Errorf("with a short time: answer = %d %s, report %+v", w.Code, w.Body, report)
		}
	})
}

// after is an engine that answers after d, if nothing stops it.
func after(d time.Duration) func(context.Context) error {
	return func(ctx context.Context) error { return slow(d)(ctx, 0) }
}

type putterFunc func(ctx context.Context, key string, body []byte) error

func (f putterFunc) Put(ctx context.Context, key string, body []byte) error { return f(ctx, key, body) }
