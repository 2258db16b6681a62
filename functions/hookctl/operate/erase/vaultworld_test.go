package erase_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate/erase"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
	vaultmemory "webhookintake/shared/vault/memory"
	"webhookintake/shared/vault/quarantine"
	"webhookintake/shared/webhook"
)

const stranger = "+15005550009"

// A vaultWorld has a vault, as ingest fills it.
type vaultWorld struct {
	*world
	vault *vaultmemory.Vault
	at    time.Time // by the vault's clock
	fails string    // the key that cannot be deleted
}

func inVaultBubble(t *testing.T, run func(t *testing.T, w *vaultWorld)) {
	t.Helper()
	inBubble(t, false, func(t *testing.T, w *world) {
		v := &vaultWorld{world: w, at: noon}
		v.vault = vaultmemory.New(vaultmemory.Options{Now: func() time.Time { return v.at }, Fault: func(op, key string) (bool, error) {
			if op == "delete" && key == v.fails {
				return false, vault.ErrDenied
			}
			return true, nil
		}})
		w.worker.Vault = v.vault
		run(t, v)
	})
}

func (w *vaultWorld) eraser() erase.Eraser {
	x := w.world.eraser()
	x.Vault = w.vault
	return x
}

func event(id, who string) webhook.Event {
	return webhook.Event{
		Source: "kyc", Provider: "kyc", ID: id, Type: kyc.SessionApproved.Name(), Received: noon, Identity: webhook.Given,
		Raw: fmt.Appendf(nil, `{"id":%q,"type":"kyc.session.approved","created":1790000000,"data":{"session_id":"s-1","phone":%q}}`, id, who),
	}
}

// large stores the body of an event that does not fit the queue, and returns its message.
func (w *vaultWorld) large(e webhook.Event) queue.Message {
	w.Helper()
	m := queue.Message{Event: e}
	key, sum, err := vault.PutBody(w.Context(), w.vault, m.Key(), m.Raw)
	if err != nil {
		w.Fatal(err)
	}
	m.Raw, m.Origin.Stored = nil, &queue.Stored{Key: key, SHA256: sum}
	return m
}

// handleLarge handles an event whose body is in the vault.
func (w *vaultWorld) handleLarge(e webhook.Event) {
	w.Helper()
	if err := w.queue.Send(w.Context(), w.large(e), 0); err != nil {
		w.Fatal(err)
	}
	ms, _ := w.queue.Receive(w.Context(), 1, 0)
	for _, r := range w.worker.Batch(w.Context(), ms) {
		if r.Err != nil && !strings.Contains(e.ID, "dead") {
			w.Fatal(r.Err)
		}
		if r.Acked {
			w.queue.Delete(w.Context(), []string{r.Message.Wire.Receipt})
		}
	}
}

func (w *vaultWorld) spill(m queue.Message) {
	w.Helper()
	data, err := queue.Pack(m, webhook.Hasher{})
	if err != nil {
		w.Fatal(err)
	}
	w.put(vault.SpillKey(noon), data)
}

func (w *vaultWorld) put(key string, data []byte) {
	w.Helper()
	if err := w.vault.Put(w.Context(), key, data); err != nil {
		w.Fatal(err)
	}
}

// refuse keeps a request as ingest does one with a wrong signature.
func (w *vaultWorld) refuse(source string, at time.Time, body string) {
	w.Helper()
	r := quarantine.Request{Source: source, Code: webhook.ErrSignatureMismatch, Request: webhook.Request{At: at, Body: []byte(body)}}
	data, err := quarantine.Encode(r)
	if err != nil {
		w.Fatal(err)
	}
	w.put(quarantine.NewKey(quarantine.Entry{At: at, Source: source, Code: r.Code}), data)
}

// left returns what the vault still has, in order.
func (w *vaultWorld) left() (left []string) {
	w.Helper()
	for _, prefix := range []string{vault.Bodies, vault.Spill, vault.Quarantine} {
		objects, err := w.vault.List(w.Context(), prefix, "", vault.MaxList)
		if err != nil {
			w.Fatal(err)
		}
		for _, o := range objects {
			data, err := w.vault.Get(w.Context(), o.Key)
			if err != nil {
				w.Fatal(err)
			}
			whose := "other"
			if r, err := quarantine.Decode(data); err == nil {
				data = r.Body
			}
			if strings.Contains(string(data), person) {
				whose = "person"
			}
			left = append(left, prefix+" "+whose)
		}
	}
	slices.Sort(left)
	return left
}

func (w *vaultWorld) run(x erase.Eraser, plan erase.Plan) (errs []error) {
	w.Helper()
	if err := x.Run(w.Context(), plan, func(r erase.Result) { errs = append(errs, r.Err) }); err != nil {
		w.Fatal(err)
	}
	return errs
}

// fill puts something of a person and of a stranger wherever the vault can have it.
func (w *vaultWorld) fill() {
	for _, who := range []string{person, stranger} {
		w.handleLarge(event("evt_large"+who, who))
		dead := event("evt_dead"+who, who)
		dead.Raw = []byte(strings.Replace(string(dead.Raw), `"s-1"`, `"never"`, 1))
		w.handleLarge(dead)
		w.spill(queue.Message{Event: event("evt_spilled"+who, who)})
		w.spill(w.large(event("evt_both"+who, who)))
		w.put(vault.SpillKey(noon), []byte("not ours: "+who))
		w.refuse("kyc", noon, string(event("evt_refused", who).Raw))
	}
}
