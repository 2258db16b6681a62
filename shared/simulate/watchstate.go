package simulate

import (
	"errors"
	"slices"

	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
)

// moved is called for each Commit of a move that reached the ledger, with the conversation
// before it. A recorded move adds its event to the end of the conversation and changes
// nothing else; an unrecorded one changes nothing.
func (v *watch) moved(c ledger.Claim, before, after *ledger.Record, was []string, err error) {
	f, person := v.of(c.Key), v.w.byKey(c.Key).person
	if cl := f.life.current(); cl != nil && cl.fence == c.Fence && !cl.ended { // its process does not see what arrives later
		cl.refused = errors.Is(err, ledger.ErrStateMoved)
	}
	now, want := v.w.moves(person), was
	if before != nil && after != nil && !slices.Contains(before.Done, "move") && slices.Contains(after.Done, "move") {
		want = append(slices.Clone(was), c.Key)
		f.position = len(now)
	}
	if !slices.Equal(now, want) {
		v.w.violated(18, "the conversation with %s was %q, and %s made it %q", person, was, c.Key, now)
	}
	v.conversation(f)
}

// conversation compares how often the event moved its person's conversation with how often
// a move was recorded.
func (v *watch) conversation(f *fate) {
	e := v.w.byKey(f.key)
	if e == nil || e.person == "" {
		return
	}
	n := 0
	for _, key := range v.w.moves(e.person) {
		if key == f.key {
			n++
		}
	}
	if n != f.gains["move"] {
		v.w.violated(18, "%s moved the conversation with %s %d times and was recorded %d times", f.key, e.person, n, f.gains["move"])
	}
}

// said is called when "say" runs. It must say the result of its own event, whatever has
// happened to the conversation since.
func (v *watch) said(f *fate, cl *claimed, c *call, record *ledger.Record) {
	if c.run.handler != "say" || cl.inv != c.inv {
		return
	}
	if c.run.unready != nil {
		if errors.Is(c.run.unready, hook.ErrNoResult) && slices.Contains(record.Done, "move") {
			v.w.violated(19, "%s of %s finds no result, but the event has moved the conversation", c.run.handler, f.key)
		}
		return
	}
	if c.run.said != f.position {
		v.w.violated(19, "%s of %s says move %d of the conversation, but its event made move %d", c.run.handler, f.key, c.run.said, f.position)
	}
}
