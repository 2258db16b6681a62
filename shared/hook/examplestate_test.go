package hook_test

import (
	"context"
	"fmt"

	"webhookintake/shared/hook"
	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/provider/contiguity"
)

// A chat is what is known about one person.
type chat struct {
	Asked bool   `json:"asked"`
	Name  string `json:"name,omitempty"`
}

// An answer is what to say to one text.
type answer struct {
	Say string `json:"say"`
}

// One handler moves the conversation and returns what to say; another one says it. The
// first has no other effects, so it may run any number of times; the second runs at most
// once, and says the answer to its own text, however late.
func ExampleOnState() {
	chats := hook.NewState[chat, answer]("chat")

	converse := func(_ context.Context, e hook.Event[contiguity.Text], c chat) (chat, answer, error) {
		switch {
		case !c.Asked:
			c.Asked = true
			return c, answer{"Hello! What is your name?"}, nil
		case c.Name == "":
			c.Name = e.Data.Body
		}
		return c, answer{"Nice to meet you, " + c.Name + "."}, nil
	}
	say := func(ctx context.Context, _ hook.Event[contiguity.Text]) error {
		a, err := chats.Result(ctx)
		if err != nil {
			return err
		}
		fmt.Println(a.Say) // here it is sent
		return nil
	}

	var r hook.Registry
	numbers := func(t contiguity.Text) string { return t.From + " " + t.To } // whose conversation it is
	hook.OnState(&r, contiguity.TextIncomingSMS, "converse", chats, numbers, converse)
	hook.On(&r, contiguity.TextIncomingSMS, "say", say, hook.AtMostOnce, hook.After("converse"))

	// A test of the first needs nothing but a call.
	text := hooktest.Event(contiguity.TextIncomingSMS, contiguity.Text{Body: "Ann"})
	next, a, err := converse(context.Background(), text, chat{Asked: true})
	fmt.Println(next.Name, "/", a.Say, err)
	// Output: Ann / Nice to meet you, Ann. <nil>
}
