package simulate

import (
	"context"
	"slices"
	"strings"
	"time"

	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
)

// A stored is an object in the vault that ingest put there for a request.
type stored struct {
	delivery *delivery
	put      time.Time
	sent     bool // the queue has its message
	gone     bool // it is deleted; who read it before may still send it
}

// promptly is how soon after its request a refused one must be in the vault to count as kept:
// later, it is not what its key says.
const promptly = time.Minute

// putting is called before ingest, or upkeep for a large body, puts an object.
func (v *watch) putting(d *delivery, key string, body []byte) {
	if d == nil || strings.HasPrefix(key, vault.Bodies) {
		return
	}
	if v.objects == nil {
		v.objects = map[string]*stored{}
	}
	found := v.objects[key]
	if found != nil && found.delivery != d && !found.sent {
		v.w.violated(22, "%s replaces %s, which the queue does not have", d.name, key)
	}
	v.objects[key] = &stored{delivery: d, put: time.Now(), sent: found != nil && found.delivery == d && found.sent}
	if strings.HasPrefix(key, vault.Spill) && d.forged > 0 {
		v.w.violated(2, "%s spills %s, which was forged", d.name, d.event.key())
	}
	if v.w.plan.Foreign && strings.HasPrefix(key, vault.Spill) && !v.w.safe.foreign {
		v.w.safe.foreign = true // somebody writes a copy with another body
		i := strings.LastIndex(string(body), `"id":`)
		v.w.putForeign("2-x", slices.Concat(body[:i], []byte(`"ID":0,`), body[i:]))
	}
}

// resent is called before a message that was in the vault is sent to the queue. It must be that
// of a request that was signed, as it arrived.
func (v *watch) resent(inv *invocation, m queue.Message) {
	known, sent := false, false
	for _, o := range v.objects {
		e := o.delivery.event
		if o.delivery.forged > 0 || m.Key() != e.key() || v.rawOf(m) != e.body || m.Type != e.typ || m.Provider != e.source() {
			continue
		}
		known = true
		if m.Received.Equal(o.delivery.received) {
			o.sent, sent = true, true
			v.fromVault(o.delivery)
		}
	}
	switch {
	case !known:
		v.w.violated(2, "%s queues %s of type %s, which nobody signed", inv.name, m.Key(), m.Type)
	case !sent:
		v.w.violated(23, "%s queues %s as received at %v, when it did not arrive", inv.name, m.Key(), m.Received)
	}
}

// fromVault remembers that an event was promised to be handled.
func (v *watch) fromVault(d *delivery) {
	f := v.of(d.event.key())
	f.arrivals = append(f.arrivals, d.received)
	if !slices.Contains(f.acked, d.event) {
		f.acked = append(f.acked, d.event)
	}
}

// removing is called before an object is deleted.
func (v *watch) removing(inv *invocation, key string) {
	o := v.objects[key]
	if o == nil || !o.sent {
		v.w.violated(22, "%s deletes %s, which the queue does not have", inv.name, key)
		return
	}
	o.gone = true
}

// isSpilled reports whether the vault has the event for upkeep to send.
func (v *watch) isSpilled(key string) bool {
	for name, o := range v.objects {
		if strings.HasPrefix(name, vault.Spill) && !o.gone && o.delivery.event.key() == key {
			return true
		}
	}
	return false
}

// owed returns the keys below a prefix of what the vault has to give out: all that is spilled,
// and what was refused though it was signed, once the sources have its secret.
func (v *watch) owed(prefix string) (keys []string) {
	for key, o := range v.objects {
		kept := o.delivery.forged == 0 && !v.rotated.IsZero() && o.put.Sub(o.delivery.received).Abs() < promptly
		if strings.HasPrefix(key, prefix) && !o.gone && (prefix == vault.Spill || kept) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// refusal checks that a provider's request is refused only while the sources in use do not
// have its secret, or ingest's copy of them may be older.
func (v *watch) refusal(d *delivery) {
	const copyAge = 31 * time.Second
	if !d.signedNew || !v.rotated.IsZero() && d.received.Sub(v.rotated) > copyAge+maxSkew {
		v.w.violated(1, "a provider's request is refused, though the sources have its secret")
	}
}

// nothingKept checks at the end that the vault has given out what it had, and nothing else.
func (v *watch) nothingKept() {
	for _, prefix := range []string{vault.Spill, vault.Quarantine} {
		for _, key := range v.owed(prefix) {
			v.w.violated(24, "%s, which arrived at %v, is still in the vault", key, v.objects[key].delivery.received)
		}
	}
	if v.w.safe == nil || !v.w.plan.Foreign {
		return
	}
	if _, err := v.w.safe.Get(context.Background(), vault.Spill+"1-x"); err != nil {
		v.w.violated(24, "the object that is not ours is gone")
	}
}

// rawOf returns the body of a message, wherever it is.
func (v *watch) rawOf(m queue.Message) string {
	if m.Origin.Stored == nil || v.w.safe == nil {
		return string(m.Raw)
	}
	body, _ := v.w.safe.Get(context.Background(), m.Origin.Stored.Key) // without it, the body is no event's
	return string(body)
}
