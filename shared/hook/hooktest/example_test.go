package hooktest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

// t stands in for the test's t, which an example does not have.
var t = inExample{}

type inExample struct{ testing.TB }

func (inExample) Helper()                           {}
func (inExample) Context() context.Context          { return context.Background() }
func (inExample) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (inExample) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// text is an event: somebody writes to one of our numbers.
func text(id string) webhook.Event {
	return hooktest.Webhook(contiguity.TextIncomingSMS, id,
		contiguity.Text{From: "+15005550001", To: "+15005550002", Body: "are you open?"})
}

// saveText keeps a text in a table.
func saveText(_ context.Context, e hook.Event[contiguity.Text]) ([]webhook.Write, error) {
	key := webhook.Attributes{"id": webhook.S(e.ID)}
	return []webhook.Write{webhook.Put("texts", key, webhook.Attributes{"body": webhook.S(e.Data.Body)})}, nil
}

// The second delivery of an event does nothing.
func ExampleTwice() {
	r := hooktest.Run(t, func(r *hook.Registry) {
		hook.OnWrites(r, contiguity.TextIncomingSMS, "save-text", saveText)
	}, []webhook.Event{text("evt_1")}, hooktest.Twice())

	if r.Calls("save-text") != 1 || len(r.Writes) != 1 {
		t.Errorf("it was saved twice:\n%s", r)
	}
	fmt.Print(r)
	// Output:
	// text.incoming.sms evt_1
	//   0s handled: save-text done
	//   0s duplicate
}

// The process dies after save-text is done and before notify is: save-text is not run
// again.
func ExampleCrashAfter() {
	r := hooktest.Run(t, func(r *hook.Registry) {
		hook.OnWrites(r, contiguity.TextIncomingSMS, "save-text", saveText)
		hook.On(r, contiguity.TextIncomingSMS, "notify", func(context.Context, hook.Event[contiguity.Text]) error { return nil })
	}, []webhook.Event{text("evt_1")}, hooktest.CrashAfter("save-text"))

	if r.Calls("save-text") != 1 || r.Calls("notify") != 1 {
		t.Errorf("not once each:\n%s", r)
	}
	fmt.Print(r)
	// Output:
	// text.incoming.sms evt_1
	//   0s crashed: save-text done
	//   6m0s handled: notify done
}

// The ledger records that save-text is done, but the worker never learns it.
func ExampleLoseReply() {
	r := hooktest.Run(t, func(r *hook.Registry) {
		hook.OnWrites(r, contiguity.TextIncomingSMS, "save-text", saveText)
	}, []webhook.Event{text("evt_1")}, hooktest.LoseReply("save-text"))

	if r.Calls("save-text") != 1 || len(r.Writes) != 1 {
		t.Errorf("it was saved twice:\n%s", r)
	}
	// Output:
}

// After a 429 the event comes again when the service says, and the run does not count: no
// event is lost to a service that is busy for a day.
func ExampleRun_tooManyRequests() {
	busy := 30
	r := hooktest.Run(t, func(r *hook.Registry) {
		hook.On(r, contiguity.TextIncomingSMS, "reply", func(context.Context, hook.Event[contiguity.Text]) error {
			if busy--; busy >= 0 {
				return hook.RetryAfter(time.Hour, errors.New("429"))
			}
			return nil
		})
	}, []webhook.Event{text("evt_1")})

	fmt.Println(r.Events[0].Deliveries[1].At, r.Calls("reply"), r.Events[0].Outcome)
	// Output: 1h0m0s 31 handled
}

// A permanent error gives a dead letter with the handler's text.
func ExampleRun_deadLetter() {
	r := hooktest.Run(t, func(r *hook.Registry) {
		hook.On(r, contiguity.TextIncomingSMS, "reply", func(context.Context, hook.Event[contiguity.Text]) error {
			return hook.Permanent(errors.New("no such number"))
		})
	}, []webhook.Event{text("evt_1")})

	fmt.Println(len(r.Letters), r.Letters[0].Reason, r.Letters[0].Error)
	// Output: 1 permanent reply: no such number
}

// A webhook that was saved becomes a test. The same person writes again an hour later.
func ExampleLoad() {
	first := hooktest.Load(t, "../../../events/http/contiguity.text.incoming.sms.json")
	later := text("evt_2")
	later.Received = first.Received.Add(time.Hour)
	r := hooktest.Run(t, func(r *hook.Registry) {
		hook.OnWrites(r, contiguity.TextIncomingSMS, "save-text", saveText)
	}, []webhook.Event{first, later})

	fmt.Print(r)
	// Output:
	// text.incoming.sms evt_sample_sms
	//   0s handled: save-text done
	// text.incoming.sms evt_2
	//   1h0m0s handled: save-text done
}
