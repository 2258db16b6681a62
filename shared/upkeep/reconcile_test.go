package upkeep_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/memory"
)

// What changed is handled once, an hour after the last look at the latest.
func TestReconcile(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, b *bureau) {
		b.check("w-1", `{"n":1}`)
		for _, step := range []struct {
			wait    time.Duration
			change  func()
			summary string
			handled int // in all
		}{
			{0, func() {}, "kyc: 1 event queued, 0 without news", 1},
			{5 * time.Minute, func() { b.check("w-1", `{"n":2}`) }, "kyc: not due", 1},
			{55 * time.Minute, func() {}, "kyc: 1 event queued, 0 without news", 2},
			{time.Hour, func() { b.check("w-1", `{"n":2}`) }, "kyc: 0 events queued, 1 without news", 2},
			{time.Hour, func() {}, "kyc: 0 events queued, 0 without news", 2},
		} {
			time.Sleep(step.wait)
			step.change()
			summary, err := b.run(t)
			b.handle(t)
			if err != nil || summary != step.summary || len(b.handled) != step.handled {
				t.Errorf("after %v: %q, %v, handled %d; want %q, %d", step.wait, summary, err, len(b.handled), step.summary, step.handled)
			}
		}
		if b.token != "Bearer sk_7331" {
			t.Errorf("asked with %q", b.token)
		}
	})
}

// Without credentials, nobody is asked, nothing is written, and it is no failure. Once they
// are there, the next run uses them.
func TestReconcileWithoutCredentials(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"", "sample-only-token"} {
		bubble(t, func(t *testing.T, b *bureau) {
			b.check("w-1", `{}`)
			b.settings["KYC_TOKEN"] = token
			summary, err := b.run(t)
			if want := "kyc: off, because KYC_TOKEN is not among the handlers' settings"; err != nil || summary != want || b.asked != 0 {
				t.Errorf("%q, %v, %d requests; want %q", summary, err, b.asked, want)
			}
			if note, err := b.notes.GetNote(t.Context(), "cursor#reconcile-kyc"); err != nil || note.Version != 0 {
				t.Errorf("the note is %+v, %v", note, err)
			}
			b.settings["KYC_TOKEN"] = "sk_7331"
			if _, err := b.run(t); err != nil || b.handle(t) != 1 {
				t.Errorf("with credentials: %v", err)
			}
		})
	}
}

// A run that dies between queue and note, or whose calls are lost, leads to copies that the
// ledger drops: whatever is lost, each change is handled once.
func TestReconcileLosesCalls(t *testing.T) {
	t.Parallel()
	type fault = func(op, key string) (bool, error)
	once := func(apply bool, nth int64) fault { // loses the nth call
		var calls atomic.Int64
		return func(string, string) (bool, error) {
			if calls.Add(1) == nth {
				return apply, errDown
			}
			return true, nil
		}
	}
	for _, tt := range []struct {
		name         string
		notes, queue fault
		wantErr      bool
		messages     int // in all
	}{
		{"nothing is lost", nil, nil, false, 2},
		{"note not read", once(false, 1), nil, true, 2},
		{"note not written", once(false, 2), nil, true, 4},
		{"note written, and the reply lost", once(true, 2), nil, true, 2},
		{"first event not sent", nil, once(false, 1), true, 2},
		{"first event sent, and the reply lost", nil, once(true, 1), true, 3},
		{"second event sent, and the reply lost", nil, once(true, 2), true, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, b *bureau) {
				b.queue = queuememory.New(queuememory.Options{Fault: tt.queue})
				b.Queue, b.worker.Queue = b.queue, b.queue
				b.Notes = &ledgermemory.Store{Fault: tt.notes}
				b.check("w-1", `{"who":"Example Person"}`)
				b.check("w-2", `{"who":"Example Person"}`)
				_, err := b.run(t)
				if (err != nil) != tt.wantErr || err != nil && (!errors.Is(err, errDown) || strings.Contains(err.Error(), "Person")) {
					t.Errorf("the first run: %v", err)
				}
				messages := b.handle(t)
				time.Sleep(5 * time.Minute)
				if _, err := b.run(t); err != nil {
					t.Errorf("the second run: %v", err)
				}
				messages += b.handle(t)
				if len(b.handled) != 2 || messages != tt.messages {
					t.Errorf("handled %q by %d messages, want each once by %d", b.handled, messages, tt.messages)
				}
			})
		})
	}
}

// Two runs at once, as when the lease cannot be read, handle each change once, and neither
// fails.
func TestReconcileTwiceAtOnce(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, b *bureau) {
		b.check("w-1", `{}`)
		b.fault = func(string, *http.Request) *http.Response { time.Sleep(time.Second); return nil }
		var both sync.WaitGroup
		for i := range 2 {
			both.Go(func() {
				time.Sleep(time.Duration(i) * time.Second / 2) // so their notes differ
				if _, err := b.run(t); err != nil {
					t.Errorf("run: %v", err)
				}
			})
		}
		both.Wait()
		if n := b.handle(t); n != 2 || len(b.handled) != 1 {
			t.Errorf("handled %d times by %d messages", len(b.handled), n)
		}
	})
}

// A run ends in its time and notes what it did, and the next one goes on at once.
func TestReconcileGoesOn(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		n      int
		answer time.Duration // how long the API takes
		runs   int
	}{
		{"many", 450, 0, 3},
		{"slow", 60, time.Second, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, b *bureau) {
				for i := range tt.n {
					b.check(fmt.Sprint("w-", i), `{}`)
				}
				b.fault = func(_ string, r *http.Request) *http.Response {
					select {
					case <-time.After(tt.answer):
					case <-r.Context().Done():
					}
					return nil
				}
				b.Notes = &ledgermemory.Store{Fault: func(string, string) (bool, error) {
					time.Sleep(4 * tt.answer)
					return true, nil
				}}
				messages := 0
				for i := range tt.runs {
					began := time.Now()
					summary, err := b.run(t)
					if took := time.Since(began); took > b.Task().Time {
						t.Errorf("run %d took %v", i, took)
					}
					if left := strings.Contains(summary, "left"); left != (i < tt.runs-1) || (err != nil) != (left && tt.answer > 0) {
						t.Errorf("run %d: %q, %v", i, summary, err)
					}
					messages += b.handle(t)
				}
				if messages != tt.n || len(b.handled) != tt.n {
					t.Errorf("handled %d by %d messages, want %d", len(b.handled), messages, tt.n)
				}
			})
		})
	}
}

// What is wrong is an error that says what to do, and the next run tries again.
func TestReconcileFails(t *testing.T) {
	t.Parallel()
	refuse := func(status int) func(*bureau) {
		return func(b *bureau) {
			b.fault = func(string, *http.Request) *http.Response {
				return answered(status, `{"error":"x","message":"Example Person"}`)
			}
		}
	}
	for _, tt := range []struct {
		name  string
		fault func(*bureau)
		want  string
	}{
		{"token refused", refuse(http.StatusUnauthorized), "kyc: ask for the watchlists: kyc: list watchlists: status 401"},
		{"API down", refuse(http.StatusServiceUnavailable), "status 503"},
		{"no host", func(b *bureau) { b.settings["KYC_API_URL"] = "staging" }, "check KYC_TOKEN and KYC_API_URL in the handlers' secret"},
		{"secret not read", func(b *bureau) {
			b.Settings = func(context.Context) (func(string) string, error) { return nil, errDown }
		}, "down"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, b *bureau) {
				b.check("w-1", `{}`)
				works := b.Settings
				tt.fault(b)
				summary, err := b.run(t)
				if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(summary+err.Error(), "Person") {
					t.Errorf("%q, %v; want %q", summary, err, tt.want)
				}
				b.account.fault, b.Settings = nil, works
				delete(b.settings, "KYC_API_URL")
				if _, err := b.run(t); err != nil || b.handle(t) != 1 {
					t.Errorf("the next run: %v", err)
				}
			})
		})
	}
}

// Results that do not fit the queue are stored, as ingest does; without a vault that is an
// error, and the others are sent.
func TestReconcileLarge(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, b *bureau) {
		noise := make([]byte, 1<<20) // that no compression makes small
		_, _ = rand.NewChaCha8([32]byte{1}).Read(noise)
		b.check("w-1", `"`+base64.StdEncoding.EncodeToString(noise)+`"`)
		b.check("w-2", `{}`)
		if _, err := b.run(t); !errors.Is(err, queue.ErrTooLarge) || b.handle(t) != 1 {
			t.Errorf("without a vault: %v, handled %q", err, b.handled)
		}
		v := memory.New(memory.Options{})
		b.Vault, b.worker.Vault = v, v
		if _, err := b.run(t); err != nil {
			t.Error(err)
		}
		b.handle(t)
		if n := left(t, v, vault.Bodies); n != 1 || len(b.handled) != 2 {
			t.Errorf("%d bodies stored, handled %q", n, b.handled)
		}
	})
}

// A note of a clock that was ahead is no reason to wait until that time.
func TestReconcileOfAWrongClock(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, b *bureau) {
		b.Now = func() time.Time { return time.Now().AddDate(1, 0, 0) }
		if _, err := b.run(t); err != nil {
			t.Fatal(err)
		}
		b.Now = time.Now
		b.check("w-1", `{}`)
		if summary, err := b.run(t); err != nil || b.handle(t) != 1 {
			t.Errorf("run = %q, %v", summary, err)
		}
	})
}

// What was checked while the credentials were gone is found once they are back, however long
// that took.
func TestReconcileCredentialsComeBack(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, b *bureau) {
		b.check("w-1", `{"n":1}`)
		if _, err := b.run(t); err != nil || b.handle(t) != 1 {
			t.Fatal(err)
		}
		token := b.settings["KYC_TOKEN"]
		delete(b.settings, "KYC_TOKEN")
		time.Sleep(24 * time.Hour)
		b.check("w-1", `{"n":2}`)
		b.check("w-2", `{"n":1}`)
		time.Sleep(5 * 24 * time.Hour)
		if _, err := b.run(t); err != nil || b.handle(t) != 0 {
			t.Errorf("without credentials: %v", err)
		}
		b.settings["KYC_TOKEN"] = token
		if summary, err := b.run(t); err != nil || b.handle(t) != 2 {
			t.Errorf("run = %q, %v, handled %q", summary, err, b.handled)
		}
		b.check("w-1", `{"n":3}`)
		time.Sleep(40 * 24 * time.Hour)
		if summary, err := b.run(t); err != nil || b.handle(t) != 1 {
			t.Errorf("after 40 days: run = %q, %v, handled %q", summary, err, b.handled)
		}
	})
}
