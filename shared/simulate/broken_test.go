package simulate

import (
	"context"
	"net/http"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/ingest"
	"webhookintake/shared/ledger"
	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// A brokenStore is a store between a worker and the ledger with some methods replaced.
type brokenStore struct {
	ledger.Store
	claim  func(ctx context.Context, s ledger.Store, rs []ledger.Request) []ledger.Answer
	start  func() error
	commit func(ctx context.Context, s ledger.Store, c ledger.Claim, handler string, tx ledger.Tx) error
	end    func(ctx context.Context, s ledger.Store, ends []ledger.End) []error
}

func (b *brokenStore) Claim(ctx context.Context, rs []ledger.Request) []ledger.Answer {
	if b.claim == nil {
		return b.Store.Claim(ctx, rs)
	}
	return b.claim(ctx, b.Store, rs)
}

func (b *brokenStore) Start(ctx context.Context, c ledger.Claim, handler string) error {
	if b.start == nil {
		return b.Store.Start(ctx, c, handler)
	}
	return b.start()
}

func (b *brokenStore) Commit(ctx context.Context, c ledger.Claim, handler string, tx ledger.Tx) error {
	if b.commit == nil {
		return b.Store.Commit(ctx, c, handler, tx)
	}
	return b.commit(ctx, b.Store, c, handler, tx)
}

func (b *brokenStore) End(ctx context.Context, ends []ledger.End) []error {
	if b.end == nil {
		return b.Store.End(ctx, ends)
	}
	return b.end(ctx, b.Store, ends)
}

// store breaks a worker's calls to the ledger.
func store(b brokenStore) variant {
	return variant{worker: func(w *process.Worker, _ *invocation) {
		b := b
		b.Store = w.Ledger
		w.Ledger = &b
	}}
}

// engine breaks the ledger itself: how it handles a request.
func engine(breaks func(m *ledgermemory.Store, b *brokenStore)) variant {
	return variant{engine: func(m *ledgermemory.Store) ledger.Store {
		b := &brokenStore{Store: m}
		breaks(m, b)
		return b
	}}
}

// eachRequest changes requests before they are sent.
func eachRequest(change func(*ledger.Request)) brokenStore {
	return brokenStore{claim: func(ctx context.Context, s ledger.Store, rs []ledger.Request) []ledger.Answer {
		for i := range rs {
			change(&rs[i])
		}
		return s.Claim(ctx, rs)
	}}
}

// eachAnswer changes the ledger's answers to claims.
func eachAnswer(change func(*ledger.Answer)) brokenStore {
	return brokenStore{claim: func(ctx context.Context, s ledger.Store, rs []ledger.Request) []ledger.Answer {
		answers := s.Claim(ctx, rs)
		for i := range answers {
			change(&answers[i])
		}
		return answers
	}}
}

// eachEnd changes ends before they are sent.
func eachEnd(change func(*ledger.End)) brokenStore {
	return brokenStore{end: func(ctx context.Context, s ledger.Store, ends []ledger.End) []error {
		for i := range ends {
			change(&ends[i])
		}
		return s.End(ctx, ends)
	}}
}

// ignoreAfter gives a worker handlers that come after no other.
func ignoreAfter() func(*process.Worker, *invocation) {
	var r hook.Registry
	register(&r, func(...string) hook.Option { return hook.Flag(0) })
	return func(w *process.Worker, _ *invocation) { w.Handlers = &r }
}

// recordFirst records every handler as done as soon as the event is claimed.
func recordFirst(w *process.Worker, inv *invocation) {
	w.Ledger = &brokenStore{Store: w.Ledger, claim: func(ctx context.Context, s ledger.Store, rs []ledger.Request) []ledger.Answer {
		answers := s.Claim(ctx, rs)
		for _, a := range answers {
			if a.Status != ledger.Claimed {
				continue
			}
			for _, handler := range inv.w.byKey(a.Claim.Key).handlers {
				_ = s.Commit(ctx, a.Claim, handler, ledger.Tx{})
			}
		}
		return answers
	}}
}

// A lateSender holds letters back until the records say that their events failed.
type lateSender struct {
	process.Sender
	held []queue.Message
}

func (l *lateSender) Send(_ context.Context, m queue.Message, _ time.Duration) error {
	l.held = append(l.held, m)
	return nil
}

func letterAfterFailed(w *process.Worker, _ *invocation) {
	late := &lateSender{Sender: w.DeadLetters}
	w.DeadLetters = late
	w.Ledger = &brokenStore{Store: w.Ledger, end: func(ctx context.Context, s ledger.Store, ends []ledger.End) []error {
		errs := s.End(ctx, ends)
		for _, m := range late.held {
			_ = late.Sender.Send(ctx, m, 0)
		}
		late.held = nil
		return errs
	}}
}

// A senderFunc changes how letters or webhooks are sent.
type senderFunc func(ctx context.Context, m queue.Message, delay time.Duration) error

func (f senderFunc) Send(ctx context.Context, m queue.Message, delay time.Duration) error {
	return f(ctx, m, delay)
}

func letters(breaks func(process.Sender) senderFunc) variant {
	return variant{worker: func(w *process.Worker, _ *invocation) { w.DeadLetters = breaks(w.DeadLetters) }}
}

// outsideTransaction writes a handler's effects first, and then records that it finished.
func outsideTransaction(w *process.Worker, inv *invocation) {
	p := &port{w: inv.w, inv: inv}
	w.Ledger = &brokenStore{Store: w.Ledger, commit: func(ctx context.Context, s ledger.Store, c ledger.Claim, handler string, tx ledger.Tx) error {
		err := p.one(ctx, opCommit, c.Key, c.Key+" "+handler+" effects", func() error { return writeAlone(inv.w, tx.Writes) })
		if err != nil {
			return err
		}
		tx.Writes = nil
		return s.Commit(ctx, c, handler, tx)
	}}
}

// writeAlone writes to the user's tables under a record that nothing checks.
func writeAlone(w *world, writes []webhook.Write) error {
	ctx := context.Background()
	key := w.elapsed().String() + "#" + string(rune(len(w.trace)))
	a := w.ledger.Claim(ctx, []ledger.Request{{Key: key, Owner: "nobody", At: time.Now(), Lease: time.Now().Add(time.Hour)}})[0]
	return w.ledger.Commit(ctx, a.Claim, "alone", ledger.Tx{Writes: writes})
}

// headerKey carries the unsigned header to the queue's sender.
type headerKey struct{}

// keyFromHeader takes the dedup key from a header that no signature covers.
func keyFromHeader() variant {
	return variant{
		http: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), headerKey{}, r.Header.Get("X-Request-Id"))))
			})
		},
		sender: func(next ingest.Sender) ingest.Sender {
			return senderFunc(func(ctx context.Context, m queue.Message, delay time.Duration) error {
				m.ID, _ = ctx.Value(headerKey{}).(string)
				return next.Send(ctx, m, delay)
			})
		},
	}
}
