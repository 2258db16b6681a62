package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/ingest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
	"webhookintake/shared/source"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/memory"
	"webhookintake/shared/webhook"
)

// TestSpilledIsTheMessage: what is spilled is what would have been queued, an object for
// each arrival, whether its body is stored or not.
func TestSpilledIsTheMessage(t *testing.T) {
	t.Parallel()
	hash, _ := webhook.NewHasher(webhook.NewSecret("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="))
	keyed := settings()
	keyed.Hash = hash
	verifier, err := contiguity.Provider{}.Configure(keyed)
	if err != nil {
		t.Fatal(err)
	}
	set := source.Set{"contiguity": {Name: "contiguity", Provider: contiguity.Provider{}, Settings: keyed, Verifier: verifier}}
	for _, body := range []string{event, large(2 << 20)} {
		synctest.Test(t, func(t *testing.T) {
			var want queue.Message
			v := memory.New(memory.Options{})
			h := &ingest.Handler{
				Sources: source.Fixed(set), Vault: v, Spill: true,
				Queue: senderFunc(func(_ context.Context, m queue.Message) error {
					if _, err := queue.Encode(m); err != nil {
						return err
					}
					want = m
					return errDown
				}),
			}
			for range 2 {
				if w, _ := serve(h, post(body)); w.Code != http.StatusOK {
					t.Fatalf("answer = %d %s", w.Code, w.Body)
				}
			}
			spilled := contents(t, v, vault.Spill)
			if len(spilled) != 2 {
				t.Errorf("%d objects for two arrivals", len(spilled))
			}
			last := ""
			for key := range spilled {
				last = max(last, key)
			}
			got, err := queue.Unpack(spilled[last], hash)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := queue.Unpack(spilled[last], webhook.Hasher{}); !errors.Is(err, queue.ErrOtherKey) {
				t.Errorf("without the key: %v, want that its sum cannot be checked", err)
			}
			want.Time = time.Time{} // a message does not carry it
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("spilled (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAcknowledgedIsDurable sends many webhooks while calls of both engines get lost before
// and after they took effect: every acknowledged webhook is in one of them.
func TestAcknowledgedIsDurable(t *testing.T) {
	t.Parallel()
	const events = 200
	synctest.Test(t, func(t *testing.T) {
		fault := func(lost int) func(string, string) (bool, error) {
			return func(op, _ string) (bool, error) {
				switch n := rand.IntN(100); {
				case op != "send" && op != "put":
				case n < lost:
					return false, errDown
				case n < lost+3:
					return true, errDown
				}
				return true, nil
			}
		}
		q := queuememory.New(queuememory.Options{Fault: fault(90)})
		v := memory.New(memory.Options{Fault: fault(80)})
		h := &ingest.Handler{Sources: sources(t, nil), Queue: q, Vault: v, Spill: true}
		var mu sync.Mutex
		answers := map[int]int{}
		acknowledged := map[string]bool{}
		var all sync.WaitGroup
		for i := range events {
			all.Go(func() {
				id := fmt.Sprintf("evt_%d", i)
				w, _ := serve(h, post(`{"id":"`+id+`","type":"x"}`))
				mu.Lock()
				defer mu.Unlock()
				answers[w.Code]++
				acknowledged[id] = w.Code == http.StatusOK
			})
		}
		all.Wait()
		durable := map[string]bool{}
		for _, m := range q.Messages() {
			durable[m.ID] = true
		}
		for _, data := range contents(t, v, vault.Spill) {
			m, err := queue.Unpack(data, webhook.Hasher{})
			if err != nil {
				t.Fatal(err)
			}
			durable[m.ID] = true
		}
		for id, ok := range acknowledged {
			if ok && !durable[id] {
				t.Errorf("%s was acknowledged and is nowhere", id)
			}
		}
		if answers[200] == 0 || answers[503] == 0 || answers[200]+answers[503] != events {
			t.Errorf("answers = %v, which prove nothing or are wrong", answers)
		}
	})
}

// TestNoSpillForWhatIsRefused: the vault takes nothing without a verified signature.
func TestNoSpillForWhatIsRefused(t *testing.T) {
	t.Parallel()
	h := &ingest.Handler{
		Sources: sources(t, nil), Spill: true,
		Queue: senderFunc(func(context.Context, queue.Message) error { return errDown }),
		Vault: putterFunc(func(context.Context, string, []byte) error { return errors.New("called") }),
	}
	r := post(event)
	r.Header.Set("Contiguity-Signature", "sha256="+strings.Repeat("0", 64))
	if w, report := serve(h, r); w.Code != http.StatusUnauthorized || report.Spilled {
		t.Errorf("answer = %d, report %+v", w.Code, report)
	}
}
