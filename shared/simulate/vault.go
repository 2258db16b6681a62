package simulate

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/quarantine"
	"webhookintake/shared/ingest"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
	"webhookintake/shared/source"
	"webhookintake/shared/upkeep"
	"webhookintake/shared/vault"
	vaultmemory "webhookintake/shared/vault/memory"
	"webhookintake/shared/webhook"
)

// The secrets of all sources, before and after their rotation.
const oldSecret, newSecret = "simulated", "simulated-anew"

// How long the function upkeep and an operator's release run at most, and how often upkeep
// is due.
const (
	upkeepTime  = 150 * time.Second
	releaseTime = 10 * time.Minute
	upkeepEvery = 5 * time.Minute
)

// A safe is what schedules with a vault have besides: the vault, and the document of the
// sources.
type safe struct {
	*vaultmemory.Vault
	rotated   atomic.Bool   // the document has the new secret
	signsNew  bool          // the providers sign with it
	runs      []*invocation // of upkeep and releases
	upkeepDue time.Time
	foreign   bool // somebody has put objects into spill/
}

// equip gives ingest a vault, and sources that change.
func (w *world) equip(h *ingest.Handler, now func() time.Time) {
	w.safe = &safe{Vault: vaultmemory.New(vaultmemory.Options{}), upkeepDue: w.began.Add(upkeepEvery)}
	var v vault.Vault = &vaultPort{w: w}
	if w.variant.vault != nil {
		v = w.variant.vault(v)
	}
	h.Sources = source.Refreshing(fetcher{w.safe.rotated.Load}, source.RefreshOptions{Now: now})
	h.Vault, h.Spill, h.Quarantine = v, true, &ingest.Quarantine{Vault: v}
	if w.plan.Foreign {
		w.putForeign("1-x", []byte("not a message"))
	}
}

// putForeign puts an object that is not ours beside what is spilled.
func (w *world) putForeign(name string, data []byte) {
	if err := w.safe.Put(context.Background(), vault.Spill+name, data); err != nil {
		panic(err)
	}
}

// A fetcher reads the sources' document.
type fetcher struct{ rotated func() bool }

// Fetch implements [source.Fetcher].
func (f fetcher) Fetch(_ context.Context, stage source.Stage) ([]byte, error) {
	if stage == source.Previous {
		return nil, source.ErrNoVersion
	}
	secrets := fmt.Sprintf("[%q]", oldSecret)
	if f.rotated() {
		secrets = fmt.Sprintf("[%q, %q]", newSecret, oldSecret)
	}
	return fmt.Appendf(nil, `{"contiguity": {"secrets": %[1]s}, "kyc": {"secrets": %[1]s}, "compliancely": {"secrets": %[1]s}}`, secrets), nil
}

// rotate changes the secret in the wrong order: the providers sign with the new one before
// the sources have it.
func (w *world) rotate() {
	if w.plan.Sign >= 0 && w.step >= w.plan.Sign && !w.safe.signsNew {
		w.safe.signsNew = true
		w.say("providers", "sign with the new secret", "")
	}
	if w.safe.signsNew && (w.healed || w.step >= w.plan.Rotate) && !w.safe.rotated.Load() {
		w.watch.rotated = time.Now()
		w.safe.rotated.Store(true)
		w.say("sources", "have the new secret", "")
	}
}

// A vaultPort is a program's way to the vault: that of ingest in a request, whose context says
// which, or that of an invocation.
type vaultPort struct {
	w   *world
	inv *invocation
}

var _ vault.Vault = (*vaultPort)(nil)

// randomPart is what package vault draws to make a key the only one of its kind.
var randomPart = regexp.MustCompile(`-[a-z2-7]{26}$`)

// Put is described at [vault.Vault]. The seed decides the random part of a key, too.
func (p *vaultPort) Put(ctx context.Context, key string, body []byte) error {
	d, _ := ctx.Value(deliveryKey{}).(*delivery)
	if d != nil {
		key = randomPart.ReplaceAllString(key, "-"+strings.ReplaceAll(d.name, "'", "x")+fmt.Sprintf(".%d", d.tries+1))
	}
	return p.call(ctx, opPut, key, func() error {
		p.w.watch.putting(d, key, body)
		return p.w.safe.Put(context.Background(), key, body)
	})
}

// Get is described at [vault.Vault].
func (p *vaultPort) Get(ctx context.Context, key string) (body []byte, err error) {
	var got []byte
	err = p.call(ctx, opGet, key, func() (err error) {
		got, err = p.w.safe.Get(context.Background(), key)
		return err
	})
	if err != nil {
		return nil, err
	}
	return got, nil
}

// List is described at [vault.Vault].
func (p *vaultPort) List(ctx context.Context, prefix, after string, limit int) (found []vault.Object, err error) {
	var got []vault.Object
	err = p.call(ctx, opList, prefix, func() (err error) {
		got, err = p.w.safe.List(context.Background(), prefix, after, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return got, nil
}

// Delete is described at [vault.Vault].
func (p *vaultPort) Delete(ctx context.Context, key string) error {
	return p.call(ctx, opRemove, key, func() error {
		p.w.watch.removing(p.inv, key)
		return p.w.safe.Delete(context.Background(), key)
	})
}

// call is a call about one object.
func (p *vaultPort) call(ctx context.Context, op, key string, apply func() error) error {
	if p.inv != nil {
		return (&port{w: p.w, inv: p.inv}).one(ctx, op, key, key, apply)
	}
	var got error
	c := &call{actor: ctx.Value(deliveryKey{}).(*delivery).name, op: op, ctx: ctx}
	c.add(0, key, func() { got = apply() })
	if !p.w.park(c) || !c.items[0].told {
		return errNoAnswer
	}
	return got
}

// A resender is the way to the queue of what was in the vault. Whatever was refused fits the
// queue, as larger bodies are not kept.
type resender struct {
	*port
	refused bool
}

// Send is described at [queue.Queue].
func (r resender) Send(ctx context.Context, m queue.Message, delay time.Duration) error {
	subject := fmt.Sprint(m.Key(), " ", m.Received.UnixMilli())
	return r.one(ctx, opResend, m.Key(), subject, func() error {
		if !r.refused && r.w.tooLarge(m) {
			return queue.ErrTooLarge
		}
		r.w.watch.resent(r.inv, m)
		return r.w.queue.Send(context.Background(), m, delay)
	})
}

// tooLarge reports whether the queue refuses a message. So that schedules stay fast, bodies
// are small, and one event's counts as large where there is a vault.
func (w *world) tooLarge(m queue.Message) bool {
	return w.safe != nil && m.Key() == "contiguity#evt_sms2" && m.Origin.Stored == nil
}

// A notesPort is upkeep's way to its lease.
type notesPort struct{ *port }

// GetNote is described at [ledger.Notes].
func (n notesPort) GetNote(ctx context.Context, name string) (note ledger.Note, err error) {
	var got ledger.Note
	err = n.one(ctx, opLease, name, "read", func() (err error) {
		got, err = n.w.ledger.GetNote(context.Background(), name)
		return err
	})
	if err == nil {
		note = got
	}
	return note, err
}

// PutNote is described at [ledger.Notes].
func (n notesPort) PutNote(ctx context.Context, name string, version int64, text string) error {
	return n.one(ctx, opLease, name, "write", func() error { return n.w.ledger.PutNote(context.Background(), name, version, text) })
}

// startUpkeep starts a run of upkeep. One that is due takes the lease; another does not, as
// when the lease cannot be read.
func (w *world) startUpkeep(due bool) {
	if due {
		w.safe.upkeepDue = time.Now().Add(upkeepEvery)
	}
	w.launch("upkeep", upkeepTime, func(ctx context.Context, inv *invocation) {
		drain := &upkeep.Drain{
			Vault: &vaultPort{w, inv}, Queue: resender{&port{w: w, inv: inv}, false},
			Hashes: func(context.Context) ([]webhook.Hasher, error) { return []webhook.Hasher{{}}, nil },
		}
		if w.variant.drain != nil {
			w.variant.drain(drain)
		}
		if !due {
			_, _ = drain.Run(ctx) // the next run continues where it stopped
			return
		}
		runner := &upkeep.Runner{Tasks: []upkeep.Task{drain.Task()}, Notes: notesPort{&port{w: w, inv: inv}}, Now: inv.now}
		_, _ = runner.Run(ctx)
	})
}

// startRelease starts an operator's release of all refused requests.
func (w *world) startRelease() {
	w.launch("release", releaseTime, func(ctx context.Context, inv *invocation) {
		rotated := w.safe.rotated.Load
		if w.variant.rotated != nil {
			rotated = w.variant.rotated(rotated)
		}
		sources := source.Refreshing(fetcher{rotated}, source.RefreshOptions{})
		r := quarantine.Releaser{Quarantine: operate.NewQuarantine(&vaultPort{w, inv}, sources), Queue: resender{&port{w: w, inv: inv}, true}}
		if w.variant.release != nil {
			w.variant.release(&r)
		}
		if list, err := quarantine.Find(ctx, r.Quarantine, quarantine.Filter{}, nil); err == nil {
			_ = r.ReleaseAll(ctx, list.Entries, func(quarantine.Result) {}) // the operator looks again
		}
	})
}

// launch starts a program beside the workers.
func (w *world) launch(what string, within time.Duration, run func(context.Context, *invocation)) {
	w.invocations++
	inv := &invocation{
		w: w, number: w.invocations, name: fmt.Sprintf("%s.%d", what, w.invocations),
		started: time.Now(), deadline: time.Now().Add(within), death: time.Now().Add(within),
		fences: map[string]int64{}, began: len(w.trace),
	}
	beside := slices.ContainsFunc(w.safe.runs, func(other *invocation) bool {
		return other.working() && strings.HasPrefix(other.name, what)
	})
	w.safe.runs = append(w.safe.runs, inv)
	w.say(inv.name, "starts", map[bool]string{true: "beside another"}[beside])
	w.living.Go(func() {
		ctx, cancel := context.WithDeadline(context.Background(), inv.deadline)
		defer cancel()
		run(ctx, inv)
		w.park(&call{op: opRespond, subject: "results", inv: inv, ctx: context.Background()})
	})
}

// working reports whether the invocation is under way.
func (inv *invocation) working() bool { return inv != nil && !inv.over && !inv.dead.Load() }

// processes returns all invocations that may be under way.
func (w *world) processes() []*invocation {
	if w.safe == nil {
		return w.workers
	}
	return slices.Concat(w.workers, w.safe.runs)
}

// upkeepIsDue reports whether the schedule starts upkeep now.
func (w *world) upkeepIsDue() bool { return w.safe != nil && !time.Now().Before(w.safe.upkeepDue) }
