package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/hook"
	"webhookintake/shared/process"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

// The handlers of the conversation, in the order in which they run.
const (
	taker    = "take-order"
	answerer = "answer"
)

// An order is what one person has asked for so far.
type order struct {
	Greeted bool     `json:"greeted,omitempty"`
	Items   []string `json:"items,omitempty"`
}

// An answered is a text with the answer that was sent to it.
type answered struct{ text, answer string }

// conversation shows a chatbot: three texts of one person, the last two at once.
func (t *show) conversation(ctx context.Context) error {
	t.title(5, "A chatbot: three texts of one person, the last two at once")
	var handlers hook.Registry
	sent := chatting(&handlers)
	s, err := open(ctx, &handlers)
	if err != nil {
		return err
	}
	defer s.close()
	shown := 0
	for n, texts := range [][]string{{"hello"}, {"bread", "rolls"}} {
		for m, text := range texts {
			if err := s.text(ctx, fmt.Sprintf("evt_chat_%d_%d", n, m), text); err != nil {
				return err
			}
		}
		worked, err := s.Step(ctx, 0)
		if err != nil {
			return fmt.Errorf("handle the queue: %w", err)
		}
		for _, w := range worked {
			t.expect(w.Outcome == process.Handled, "a text of the conversation: %s", failure(w))
		}
		t.Out.Text("   customer     %s", strings.Join(texts, ", and at once "))
		for _, a := range sent()[shown:] {
			t.Out.Text("   to %-9s %s", a.text, a.answer)
			shown++
		}
	}
	ok := orderly(sent())
	t.expect(ok, "the conversation went %v", sent())
	t.Out.Text("   %s", t.verdict(ok, "each text moved the conversation once, and was answered once"))
	return nil
}

// text posts a text of the customer's.
func (s *intake) text(ctx context.Context, id, text string) error {
	data, err := json.Marshal(contiguity.Text{From: "+15005550001", To: "+15005550002", Body: text})
	if err != nil {
		return err
	}
	body, err := contiguity.Provider{}.Wrap(webhook.Envelope{ID: id, Type: contiguity.TextIncomingSMS.Name(), Time: time.Now(), Data: data})
	if err != nil {
		return err
	}
	src := dialect.Sources()[contiguity.Provider{}.Name()]
	_, err = s.post(ctx, src.Name, dialect.Sign(src.Provider, src.Settings, body, time.Now()))
	return err
}

// chatting enters the two handlers of a chatbot, and returns what gives the answers that
// the second one has sent so far.
func chatting(r *hook.Registry) func() []answered {
	var mu sync.Mutex
	var sent []answered
	orders := hook.NewState[order, string]("demo-order")
	from := func(t contiguity.Text) string { return t.From }
	hook.OnState(r, contiguity.TextIncomingSMS, taker, orders, from,
		func(_ context.Context, e hook.Event[contiguity.Text], o order) (order, string, error) {
			if !o.Greeted {
				return order{Greeted: true}, "Hello! What would you like?", nil
			}
			o.Items = append(o.Items, e.Data.Body)
			return o, "Your order: " + strings.Join(o.Items, " and "), nil
		})
	hook.On(r, contiguity.TextIncomingSMS, answerer, func(ctx context.Context, e hook.Event[contiguity.Text]) error {
		say, err := orders.Result(ctx)
		if err != nil {
			return hook.NotSent(err)
		}
		mu.Lock()
		defer mu.Unlock()
		sent = append(sent, answered{e.Data.Body, say})
		return nil
	}, hook.AtMostOnce, hook.After(taker))
	return func() []answered {
		mu.Lock()
		defer mu.Unlock()
		return sent
	}
}

// orderly reports whether each text was answered once and whether, of the two that came
// at once, one was answered as the first and the other as the second.
func orderly(sent []answered) bool {
	answers := map[string]string{}
	for _, a := range sent {
		answers[a.text] = a.answer
	}
	one, both := answers["bread"], answers["rolls"]
	if len(one) > len(both) {
		one, both = both, one
	}
	return len(sent) == 3 && len(answers) == 3 && strings.HasPrefix(both, one+" and ")
}
