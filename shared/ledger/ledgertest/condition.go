package ledgertest

import (
	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

const promiseCondition = "webhook.ErrCondition if a write's condition does not hold;"

// A conditional is a write on the item "x" whose condition holds or does not hold.
type conditional struct {
	name  string
	write func(table string) webhook.Write
	holds bool
}

// conditionals returns writes for an item that is absent, or has n 7, s "x" and b true.
func conditionals(absent bool) []conditional {
	put := func(table string) webhook.Write { return webhook.Put(table, id("x"), nil) }
	remove := func(table string) webhook.Write { return webhook.Delete(table, id("x")) }
	add := func(table string) webhook.Write { return webhook.Add(table, id("x"), "n", 1) }
	var cs []conditional
	for op, write := range map[string]func(string) webhook.Write{"put": put, "delete": remove, "add": add} {
		cs = append(cs, conditional{op + " if absent", func(t string) webhook.Write { return write(t).IfAbsent() }, absent})
		for _, c := range []struct {
			name, attribute string
			value           webhook.Value
			holds           bool
		}{
			{"number", "n", webhook.N(7), true}, {"other number", "n", webhook.N(8), false},
			{"text", "s", webhook.S("x"), true}, {"other text", "s", webhook.S("y"), false},
			{"boolean", "b", webhook.B(true), true}, {"other boolean", "b", webhook.B(false), false},
			{"other kind", "n", webhook.S("7"), false}, {"no such attribute", "state", webhook.N(7), false},
			{"key", "id", webhook.S("x"), true},
		} {
			cs = append(cs, conditional{op + " if equals, " + c.name,
				func(t string) webhook.Write { return write(t).IfEquals(c.attribute, c.value) }, c.holds && !absent})
		}
	}
	return cs
}

func conditionCases() []testCase {
	return []testCase{
		{"ConditionWithoutItem", promiseCondition, func(b *bench) { b.conditionals(true) }},
		{"ConditionWithItem", promiseCondition, func(b *bench) { b.conditionals(false) }},
		{"ConditionOfOne", promiseCondition, func(b *bench) {
			was := b.record(b.claim("a#1").Key)
			tx := b.counting()
			tx.Writes = append(tx.Writes, webhook.Put(b.Table, id("x"), nil).IfEquals("id", webhook.S("x")))
			c := ledger.Claim{Key: "a#1", Owner: was.Owner, Fence: was.Fence}
			b.wantError("Commit", b.Store.Commit(b.Context(), c, "h", tx), webhook.ErrCondition)
			b.wantCounted(0)
			b.wantUnchanged("a#1", was)
		}},
		{"ConditionTwice", promiseTwice, func(b *bench) {
			c := b.claim("a#1")
			tx := ledger.Tx{Writes: []webhook.Write{webhook.Put(b.Table, id("x"), nil).IfAbsent()}}
			for range 2 {
				b.wantError("Commit", b.Store.Commit(b.Context(), c, "h", tx), nil)
			}
		}},
		{"ConditionsOfOneWrite", "and webhook.ErrWrites if the writes can never be committed.", func(b *bench) {
			tx := ledger.Tx{Writes: []webhook.Write{webhook.Put(b.Table, id("x"), nil).IfAbsent().IfEquals("n", webhook.N(1))}}
			b.wantError("Commit", b.Store.Commit(b.Context(), b.claim("a#1"), "h", tx), webhook.ErrWrites)
		}},
	}
}

// conditionals tries each of them with the item, or without it.
func (b *bench) conditionals(absent bool) {
	item := webhook.Attributes{"n": webhook.N(7), "s": webhook.S("x"), "b": webhook.B(true)}
	reset := webhook.Put(b.Table, id("x"), item)
	if absent {
		reset = webhook.Delete(b.Table, id("x"))
	}
	c := b.claim("a#1")
	for _, tt := range conditionals(absent) {
		b.wantError("reset", b.Store.Commit(b.Context(), c, "reset "+tt.name, ledger.Tx{Writes: []webhook.Write{reset}}), nil)
		before := b.Item(b.T, "x")
		want := error(nil)
		if !tt.holds {
			want = webhook.ErrCondition
		}
		b.wantError(tt.name, b.Store.Commit(b.Context(), c, tt.name, ledger.Tx{Writes: []webhook.Write{tt.write(b.Table)}}), want)
		if !tt.holds {
			b.wantItem("x", before)
		}
	}
}
