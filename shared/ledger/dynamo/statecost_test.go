package dynamo

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"webhookintake/shared/hook"
	"webhookintake/shared/process"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
	"webhookintake/shared/webhook"
)

// A conversation is a state of a usual size, under 1 KB.
type conversation struct {
	Name  string `json:"name"`
	Texts int    `json:"texts"`
}

// onConversation registers a handler that moves the sender's conversation.
func onConversation(r *hook.Registry) {
	chats := hook.NewState[conversation, string]("chat", hook.ForgetAfter(30*24*time.Hour))
	from := func(t contiguity.Text) string { return t.From }
	hook.OnState(r, contiguity.TextIncomingSMS, "converse", chats, from,
		func(_ context.Context, e hook.Event[contiguity.Text], c conversation) (conversation, string, error) {
			c.Name, c.Texts = e.Data.Body, c.Texts+1
			return c, "Nice to meet you, " + c.Name + ".", nil
		})
}

func incoming(n int) queue.Message {
	id := fmt.Sprintf("evt_01JA0000000000000000000%03d", n)
	raw := fmt.Sprintf(`{"id":%q,"type":"text.incoming.sms","timestamp":%d,"data":{"from":"+1500555%04d","to":"+15005550000","body":"Ann"}}`,
		id, time.Now().Unix(), n)
	return queue.Message{
		Event: webhook.Event{Source: "contiguity", Provider: "contiguity", ID: id, Type: "text.incoming.sms",
			Received: time.Now().Truncate(time.Millisecond), Raw: []byte(raw)},
		Wire: queue.Wire{Receives: 1},
	}
}

// An event that moves a state costs one read unit and six write units: one for the claim,
// four for the transaction, one for the end.
func TestEngineStateCost(t *testing.T) {
	t.Parallel()
	plain := func(context.Context, hook.Event[contiguity.Text]) error { return nil }
	for _, tt := range []struct {
		name   string
		events int
		also   func(*hook.Registry)
		writes int // units an event
	}{
		{name: "one", events: 1, writes: 6},
		{name: "ten", events: 10, writes: 6},
		{name: "ten, and another handler", events: 10, writes: 6, also: func(r *hook.Registry) {
			hook.On(r, contiguity.TextIncomingSMS, "note", plain)
		}},
		// The start and the end of an at-most-once handler are separate writes.
		{name: "ten, and one at most once", events: 10, writes: 8, also: func(r *hook.Registry) {
			hook.On(r, contiguity.TextIncomingSMS, "say", plain, hook.AtMostOnce)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var last string
			for range 5 { // a busy engine answers some calls too late, and they are made again
				m, results := moveStates(t, tt.events, tt.also)
				late := slices.ContainsFunc(results, func(r process.Result) bool { return r.Outcome != process.Handled })
				if !late && m.writes == tt.events*tt.writes && m.reads == float64(tt.events) {
					return
				}
				last = fmt.Sprintf("%v: %d write units and %v read units for %d events: %+v", m.calls, m.writes, m.reads, tt.events, results)
			}
			t.Errorf("%s\nwant %d and 1 an event", last, tt.writes)
		})
	}
}

// moveStates handles events that each move a state of its own.
func moveStates(t *testing.T, events int, also func(*hook.Registry)) (*meter, []process.Result) {
	t.Helper()
	e := newEngine(t)
	m := &meter{to: e.wire.to, calls: map[string]int{}}
	e.wire.to = m
	var handlers hook.Registry
	onConversation(&handlers)
	if also != nil {
		also(&handlers)
	}
	q := queuememory.New(queuememory.Options{})
	w := &process.Worker{Handlers: &handlers, Ledger: e.store, Entities: e.store, States: e.store, Queue: q, DeadLetters: q}
	var ms []queue.Message
	for n := range events {
		ms = append(ms, incoming(n))
	}
	results := w.Batch(t.Context(), ms)
	e.wantSmall(t)
	return m, results
}

// wantSmall checks that every item in the table fits into the one write unit counted for
// it.
func (e *engine) wantSmall(t *testing.T) {
	t.Helper()
	out, err := e.client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &e.store.table})
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range out.Items {
		if size := itemSize(it); size > 1024 {
			t.Errorf("%s has %d bytes", it[attrKey].(*types.AttributeValueMemberS).Value, size)
		}
	}
}
