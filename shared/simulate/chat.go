package simulate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
)

// A conversation is the state that "move" keeps of a person: the events that moved it, by
// their dedup keys, in the order in which they did.
type conversation struct{ Moves []string }

// A position is the result of a move: its number in the conversation, from 1.
type position int

// stateName is the name under which conversations are kept.
const stateName = "chat"

// registerChat registers a chatbot of two handlers: one moves the conversation, the other
// says the result.
func registerChat(r *hook.Registry, after func(...string) hook.Option) {
	chats := hook.NewState[conversation, position](stateName)
	person := func(m contiguity.IMessage) string { return m.From }
	hook.OnState(r, contiguity.IMessageIncoming, "move", chats, person,
		func(ctx context.Context, e hook.Event[contiguity.IMessage], c conversation) (conversation, position, error) {
			if err := called(ctx, "move", e.Key(), e.Attempt); err != nil {
				return conversation{}, 0, err
			}
			c.Moves = append(c.Moves, e.Key())
			return c, position(len(c.Moves)), nil
		})
	hook.On(r, contiguity.IMessageIncoming, "say", func(ctx context.Context, e hook.Event[contiguity.IMessage]) error {
		said, err := chats.Result(ctx)
		if broken := ctx.Value(invocationKey{}).(*invocation).w.variant.said; broken != nil {
			said, err = broken(ctx, chats, e.Data.From)
		}
		r := &run{key: e.Key(), handler: "say", attempt: e.Attempt, said: int(said)}
		if err != nil {
			r.unready = hook.NotSent(err)
		}
		return work(ctx, r)
	}, hook.AtMostOnce, after("move"))
}

// stateID returns the id under which a person's conversation must be kept.
func stateID(person string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", stateName, person))
	return hex.EncodeToString(sum[:])
}

// personOf returns the person whose conversation is kept under an id.
func (w *world) personOf(id string) string {
	for _, e := range w.events {
		if e.person != "" && stateID(e.person) == id {
			return e.person
		}
	}
	return id
}

// movesFor returns the moves of the conversation to which the event of a key belongs.
func (w *world) movesFor(key string) []string {
	if e := w.byKey(key); e != nil {
		return w.moves(e.person)
	}
	return nil
}

// moves returns the moves of a person's conversation, as the ledger has it.
func (w *world) moves(person string) []string {
	if person == "" {
		return nil
	}
	found, err := w.ledger.GetState(context.Background(), stateID(person))
	var c conversation
	if err == nil && found.JSON != nil {
		err = json.Unmarshal(found.JSON, &c)
	}
	if err != nil {
		panic(err) // the in-memory ledger has no faults of its own
	}
	return c.Moves
}
