package ledgertest

import (
	"strings"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

func id(s string) webhook.Attributes { return webhook.Attributes{"id": webhook.S(s)} }

// counting returns a transaction that shows how often it was applied.
func (b *bench) counting() ledger.Tx {
	return ledger.Tx{Writes: []webhook.Write{
		webhook.Add(b.Table, id("count"), "n", 2),
		webhook.Put(b.Table, id("put"), webhook.Attributes{"a b": webhook.S("x"), "state": webhook.B(true)}),
		webhook.Delete(b.Table, id("gone")),
	}}
}

// wantCounted checks that counting was applied n times.
func (b *bench) wantCounted(n int64) {
	b.Helper()
	if n == 0 {
		b.wantItem("count", nil)
		b.wantItem("put", nil)
		return
	}
	b.wantItem("count", webhook.Attributes{"id": webhook.S("count"), "n": webhook.N(2 * n)})
	b.wantItem("put", webhook.Attributes{"id": webhook.S("put"), "a b": webhook.S("x"), "state": webhook.B(true)})
	b.wantItem("gone", nil)
}

func (b *bench) wantItem(id string, want webhook.Attributes) {
	b.Helper()
	got := map[string]any{}
	for name, v := range b.Item(b.T, id) {
		got[name] = v.Any()
	}
	wanted := map[string]any{}
	for name, v := range want {
		wanted[name] = v.Any()
	}
	b.wantEqual("item "+id, got, wanted)
}

const promiseBoth = "Commit applies tx and records the handler as done, with its result, all or nothing."

func commitCases() []testCase {
	return []testCase{
		{"CommitNotes", promiseBoth, func(b *bench) {
			c := b.claim("a#1", bornExpired)
			for _, handler := range []string{"h2", "h1"} {
				b.wantError("Commit", b.Store.Commit(b.Context(), c, handler, ledger.Tx{}), nil)
			}
			b.wantEqual("done", b.record("a#1").Done, []string{"h1", "h2"})
			b.wantEqual("done, in the next claim", b.claim("a#1").Done, []string{"h1", "h2"})
		}},
		{"CommitWrites", promiseBoth, func(b *bench) {
			first := ledger.Tx{Writes: []webhook.Write{webhook.Put(b.Table, id("gone"), nil), webhook.Put(b.Table, id("put"), webhook.Attributes{"old": webhook.N(1)})}}
			c := b.claim("a#1")
			b.wantError("Commit", b.Store.Commit(b.Context(), c, "first", first), nil)
			b.wantItem("gone", id("gone"))
			b.wantError("Commit", b.Store.Commit(b.Context(), c, "second", b.counting()), nil)
			b.wantCounted(1)
			b.wantError("Commit", b.Store.Commit(b.Context(), c, "third", b.counting()), nil)
			b.wantCounted(2)
			b.wantEqual("done", b.record("a#1").Done, []string{"first", "second", "third"})
		}},
		{"CommitMostWrites", promiseBoth, func(b *bench) {
			var tx ledger.Tx
			for i := range webhook.MaxWrites {
				tx.Writes = append(tx.Writes, webhook.Add(b.Table, id(string(rune('a'+i))), "n", 1))
			}
			tx.Entity, tx.At = ledger.Entity{Handler: "h", Name: "e"}, start()
			b.wantError("Commit", b.Store.Commit(b.Context(), b.claim("a#1"), "h", tx), nil)
			b.wantItem("y", webhook.Attributes{"id": webhook.S("y"), "n": webhook.N(1)})
		}},
		{"CommitFenced", "It returns ErrFenced;", func(b *bench) {
			wantFenced(b, func(c ledger.Claim) error { return b.Store.Commit(b.Context(), c, "h", ledger.Tx{}) })
		}},
		{"CommitWritesFenced", "It returns ErrFenced;", func(b *bench) {
			entity := ledger.Entity{Handler: "h", Name: "e"}
			wantFenced(b, func(c ledger.Claim) error {
				tx := b.counting()
				tx.Entity, tx.At = entity, start()
				return b.Store.Commit(b.Context(), c, "h", tx)
			})
			b.wantCounted(0)
			b.wantNewest(entity, time.Time{})
		}},
		{"CommitTwice", promiseTwice, func(b *bench) {
			c := b.claim("a#1")
			for range 2 {
				b.wantError("Commit", b.Store.Commit(b.Context(), c, "h", ledger.Tx{}), nil)
				b.wantError("Commit", b.Store.Commit(b.Context(), c, "w", b.counting()), nil)
			}
			b.wantCounted(1)
			b.mustEnd(c, ledger.StateCompleted)
			b.wantError("Commit after the end", b.Store.Commit(b.Context(), c, "w", b.counting()), nil)
			b.wantError("Commit after the end", b.Store.Commit(b.Context(), c, "h", ledger.Tx{}), nil)
			b.wantCounted(1)
			b.wantEqual("done", b.record("a#1").Done, []string{"h", "w"})
		}},
		{"CommitImpossible", "and webhook.ErrWrites if the writes can never be committed.", commitImpossible},
	}
}

// commitImpossible tries writes that no retry can make valid: first those that show it by
// themselves, then those that only the tables can tell.
func commitImpossible(b *bench) {
	c := b.claim("a#1")
	b.wantError("Commit", b.Store.Commit(b.Context(), c, "text", ledger.Tx{Writes: []webhook.Write{
		webhook.Put(b.Table, id("text"), webhook.Attributes{"n": webhook.S("not a number")}),
	}}), nil)
	was := b.record("a#1")
	for name, w := range map[string]webhook.Write{
		"no table":      webhook.Put("", id("x"), nil),
		"same item":     webhook.Delete(b.Table, id("good")),
		"add to a text": webhook.Add(b.Table, id("text"), "n", 1),
		"empty key":     webhook.Put(b.Table, id(""), nil),
	} {
		tx := ledger.Tx{Writes: []webhook.Write{webhook.Add(b.Table, id("good"), "n", 1), w}}
		b.wantError(name, b.Store.Commit(b.Context(), c, "h", tx), webhook.ErrWrites)
	}
	b.wantItem("good", nil)
	b.wantUnchanged("a#1", was)
}

// wantNewest checks the time of an entity's newest event.
func (b *bench) wantNewest(e ledger.Entity, want time.Time) {
	b.Helper()
	got, err := b.Store.Newest(b.Context(), e)
	b.wantError("Newest", err, nil)
	b.wantEqual("newest", got, want)
}

func entityCases() []testCase {
	entity := ledger.Entity{Handler: "h", Name: "a#session"}
	const stale = "ErrStale if tx guards an entity and a newer event is done;"
	return []testCase{
		{"NewestOfNone", "Newest returns the time of that event, or zero.", func(b *bench) {
			b.wantNewest(entity, time.Time{})
		}},
		{"NewestIsOfHandlerAndEntity", "Entities remembers, for handlers that skip stale events, the newest event that each of them finished for an entity.", func(b *bench) {
			c := b.claim("a#1")
			at := start().Add(1500 * time.Microsecond)
			b.wantError("Commit", b.Store.Commit(b.Context(), c, "h", ledger.Tx{Entity: entity, At: at}), nil)
			b.wantNewest(entity, start().Add(time.Millisecond))
			for _, other := range []ledger.Entity{
				{Handler: "h", Name: "a#sessio"}, {Handler: "h2", Name: "a#session"}, {Handler: "h a#", Name: "session"},
			} {
				b.wantNewest(other, time.Time{})
			}
			b.wantNewest(ledger.Entity{Handler: "h", Name: strings.Repeat("long", 2_000)}, time.Time{})
		}},
		{"StoresKeepIt", "Stores keep it beside the records; Commit writes it.", func(b *bench) {
			c := b.claim("a#1")
			tx := b.counting()
			tx.Entity, tx.At = entity, start()
			for range 2 {
				b.wantError("Commit", b.Store.Commit(b.Context(), c, "h", tx), nil)
			}
			b.wantNewest(entity, start())
			b.wantCounted(1)
			if _, ok := b.Record(b.T, "a#session"); ok {
				b.Error("the entity became a record")
			}
		}},
		{"Stale", stale, func(b *bench) {
			for i, when := range []struct {
				at     time.Duration
				newest time.Duration
				want   error
			}{{0, 0, nil}, {-time.Millisecond, 0, ledger.ErrStale}, {0, 0, nil}, {time.Millisecond, time.Millisecond, nil}} {
				key := "a#" + string(rune('0'+i))
				c := b.claim(key)
				tx := ledger.Tx{Entity: entity, At: start().Add(when.at)}
				b.wantError("Commit", b.Store.Commit(b.Context(), c, "h", tx), when.want)
				b.wantNewest(entity, start().Add(when.newest))
				b.wantEqual("done", len(b.record(key).Done) == 1, when.want == nil)
			}
		}},
		{"StaleWrites", stale, func(b *bench) {
			newer := ledger.Tx{Entity: entity, At: start().Add(time.Second)}
			b.wantError("Commit", b.Store.Commit(b.Context(), b.claim("a#2"), "h", newer), nil)
			tx := b.counting()
			tx.Entity, tx.At = entity, start()
			b.wantError("Commit", b.Store.Commit(b.Context(), b.claim("a#1"), "h", tx), ledger.ErrStale)
			b.wantCounted(0)
		}},
		{"StaleAfterOwnLostReply", promiseTwice, func(b *bench) {
			c := b.claim("a#1")
			tx := ledger.Tx{Entity: entity, At: start()}
			b.wantError("Commit", b.Store.Commit(b.Context(), c, "h", tx), nil)
			newer := ledger.Tx{Entity: entity, At: start().Add(time.Second)}
			b.wantError("Commit", b.Store.Commit(b.Context(), b.claim("a#2"), "h", newer), nil)
			b.wantError("Commit again", b.Store.Commit(b.Context(), c, "h", tx), nil)
		}},
	}
}
