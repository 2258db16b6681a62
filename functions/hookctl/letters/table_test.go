package letters_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/letters"
	"webhookintake/functions/hookctl/screen"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

// printed is what fn writes to a screen without colour.
func printed(fn func(s *screen.Screen)) string {
	var out bytes.Buffer
	fn(screen.New(&out, func(string) string { return "" }))
	return out.String()
}

func wantText(t *testing.T, want, got string) {
	t.Helper()
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), got); diff != "" {
		t.Errorf("printed (-want +got):\n%s", diff)
	}
}

// assorted puts letters of several kinds, each a minute after the one before.
func (w *world) assorted() {
	w.Helper()
	w.bury(letter("evt_1", queue.ReasonPermanent))
	time.Sleep(time.Minute)
	w.bury(letter("evt_22", queue.ReasonOutcomeUnknown))
	time.Sleep(time.Minute)
	w.bury(message("evt_3"))
	time.Sleep(time.Minute)
	if err := w.dead.Put(queue.Wire{Body: "payload", Attributes: map[string]string{"id": "evt_4"}}, 0); err != nil {
		w.Fatal(err)
	}
}

func TestPrintLook(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.assorted()
		look, err := w.desk.Look(w.Context(), letters.Filter{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		wantText(t, `
WHEN                  AGE  SOURCE  ID          TYPE               REASON           RUNS  ERROR
2000-01-01 00:00:00Z  3m   texts   evt_1       text.incoming.sms  permanent        1     bank is closed
2000-01-01 00:01:00Z  2m   texts   evt_22      text.incoming.sms  outcome_unknown  1     bank is closed
2000-01-01 00:02:00Z  1m   texts   evt_3       text.incoming.sms  receive_limit    -
2000-01-01 00:03:00Z  2s   -       message m4  -                  unreadable       -     attribute source is missing

4 dead letters
     1  outcome_unknown  texts
     1  permanent        texts
     1  receive_limit    texts
     1  unreadable       -
`, printed(func(s *screen.Screen) { look.Print(s, time.Now(), 0) }))
		narrow := printed(func(s *screen.Screen) { look.Print(s, time.Now(), 112) })
		if !strings.Contains(narrow, "  attribute source is mi…\n") || strings.Contains(narrow, "missing") {
			t.Errorf("not cut to the width:\n%s", narrow)
		}
	})
}

func TestPrintNothing(t *testing.T) {
	t.Parallel()
	for want, look := range map[string]letters.Look{
		"There are no dead letters.\n":                {},
		"No dead letter is so; 1 other is there.\n":   {Others: 1},
		"No dead letter is so; 2 others are there.\n": {Others: 2},
	} {
		wantText(t, want, printed(func(s *screen.Screen) { look.Print(s, time.Now(), 80) }))
	}
}

func TestPrintPlans(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.on("note")
		sure := w.registry
		w.on("reply", hook.AtMostOnce)
		w.desk.Planner.Handlers.Sure = &sure
		w.end(ledger.End{Claim: w.claim(time.Minute), State: ledger.StateFailed, Reason: "permanent", Ran: true})
		w.assorted()
		plans := w.plans(letters.Filter{})
		wantText(t, `
SOURCE  ID          TYPE               REASON           REDRIVING
texts   evt_1       text.incoming.sms  permanent        runs note, reply?
texts   evt_22      text.incoming.sms  outcome_unknown  refused: reply may have acted, and runs at most once, and the ledger does not know the event: --assume-done reply takes it as done, --run-again runs it again
texts   evt_3       text.incoming.sms  receive_limit    runs note, reply?; the ledger does not know the event
-       message m4  -                  unreadable       refused: it is no message of ours, and does not become one by being sent back

2 to send back, 2 refused
? runs only where the settings that it needs are set, which is not seen from here
`, printed(func(s *screen.Screen) { letters.PrintPlans(s, plans) }))

		w.queueFault = func(_, id string) (bool, error) {
			if id == "evt_3" {
				return false, errLost
			}
			return true, nil
		}
		var tally letters.Tally
		got := printed(func(s *screen.Screen) {
			err := w.desk.Redrive(w.Context(), plans, func(r letters.Result) {
				tally.Add(r)
				if !r.OK() {
					r.Print(s)
				}
			})
			if err != nil {
				t.Error(err)
			}
			tally.Print(s)
		})
		wantText(t, `
texts  evt_22  refused: reply may have acted, and runs at most once, and the ledger does not know the event: --assume-done reply takes it as done, --run-again runs it again
-  message m4  refused: it is no message of ours, and does not become one by being sent back
texts  evt_3  failed: lost
redriven       1
refused        2
failed         1
`, got)
	})
}

func TestPrintOne(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.on("note")
		w.on("reply", hook.AtMostOnce)
		w.fails["reply"] = errBank
		w.send(message("evt_1"))
		w.work()
		time.Sleep(time.Hour)
		other := message("evt_1")
		other.Raw = []byte(`{"id":"evt_1"}`)
		w.send(other)
		w.work()
		plans, err := w.desk.Examine(w.Context(), "evt_1")
		if err != nil || len(plans) != 2 {
			t.Fatalf("Examine = %d plans, %v", len(plans), err)
		}
		wantText(t, `
event      evt_1 of source texts
type       contiguity text.incoming.sms
message    m1
received   2000-01-01 00:00:00Z (1h ago)
dead       2000-01-01 00:00:00Z (1h ago)
reason     outcome_unknown: a handler that runs at most once may or may not have acted: find out, then redrive with --assume-done or --run-again
error      reply: bank is closed
runs       1, fence 1
body       101 bytes, sha256 f78bef68df1afc55ea7277b042250b9a50deb8152bc2dc586958e8baba53fa5b
record     FAILED outcome_unknown, fence 1, attempts 1
  done     note
  started  reply
  claimed  2000-01-01 00:00:00Z (1h ago)
  ended    2000-01-01 00:00:00Z (1h ago)
redriving  refused: reply may have acted, and runs at most once: --assume-done reply takes it as done, --run-again runs it again
`, printed(func(s *screen.Screen) { plans[0].Print(s, time.Now()) }))
		conflict := printed(func(s *screen.Screen) { plans[1].Print(s, time.Now()) })
		for _, want := range []string{
			"body       14 bytes, sha256 ", "  body     another one, sha256 f78bef68df1a",
			"redriving  refused: another body came under the same event id: its sha256 is ",
		} {
			if !strings.Contains(conflict, want) {
				t.Errorf("no %q in\n%s", want, conflict)
			}
		}
		if string(plans[1].Letter.Body()) != `{"id":"evt_1"}` {
			t.Errorf("body = %q", plans[1].Letter.Body())
		}
		w.wantVisible(2)
	})
}

func TestViews(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.on("note")
		w.on("reply", hook.AtMostOnce)
		w.desk.Planner.AssumeDone = []string{"reply"}
		w.fail(queue.ReasonOutcomeUnknown, nil, []string{"reply"})
		plan := w.plans(letters.Filter{})[0]
		view := letters.Result{Plan: plan, Fail: errors.Join(errLost)}.View().WithPayload([]byte(`{"a":"ü"}`), []byte("\xff"))
		text, err := json.Marshal(view)
		if err != nil {
			t.Fatal(err)
		}
		wantText(t, `{"message_id":"m1","source":"texts","provider":"contiguity","id":"evt_1","type":"text.incoming.sms",`+
			`"reason":"outcome_unknown","error":"bank is closed","attempts":1,"fence":1,"at":"2000-01-01T00:00:00Z","received":"2000-01-01T00:00:00Z",`+
			`"record":{"state":"FAILED","reason":"outcome_unknown","fence":1,"attempts":1,"started":["reply"],`+
			`"sha256":"f78bef68df1afc55ea7277b042250b9a50deb8152bc2dc586958e8baba53fa5b","first_claimed":"2000-01-01T00:00:00Z","finished":"2000-01-01T00:00:00Z"},`+
			`"redriving":{"fate":"run","run":["note"],"done":["reply"],"assumed_done":["reply"]},`+
			`"result":"failed","problem":"lost","payload":"{\"a\":\"ü\"}","kept_payload_base64":"/w=="}`, string(text))
	})
}

func TestPayloadText(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"":                   "",
		"{\n\t\"a\": \"ü\"}": "{\n\t\"a\": \"ü\"}",
		"\u009b31mred\u202e": `\u009b31mred\u202e`,
		"\x1b[31mred":        "base64: G1szMW1yZWQ=",
		"\xff":               "base64: /w==",
	} {
		if got := letters.PayloadText([]byte(body)); got != want {
			t.Errorf("PayloadText(%q) = %q, want %q", body, got, want)
		}
	}
}
