package letters

import (
	"cmp"
	"encoding/base64"
	"strings"
	"time"

	"webhookintake/functions/hookctl/screen"
	"webhookintake/shared/queue"
)

// explanations say what a reason means, and what can be done.
var explanations = map[queue.Reason]string{
	queue.ReasonPermanent:      "a handler said that no retry can help: mend the cause, then redrive",
	queue.ReasonAttempts:       "the last of the tries failed: mend the cause, then redrive",
	queue.ReasonPayload:        "the body does not fit the handler's type: mend the type, deploy, then redrive",
	queue.ReasonOutcomeUnknown: "a handler that runs at most once may or may not have acted: find out, then redrive with --assume-done or --run-again",
	queue.ReasonExpired:        "the queue was about to drop it, after days of waiting: redrive gives it its time anew",
	queue.ReasonConflict:       "another body came under the same event id: compare the two; it cannot be redriven",
	queue.ReasonUnreadable:     "it is no message of ours: nothing can be done with it here",
	queue.ReasonReceiveLimit:   "SQS moved it here itself, after very many receives: redrive sends it as it is",
	queue.ReasonReplay:         "an operator's replay that came here: redrive sends it as it is",
}

// Print writes all of a letter but the payload, what the ledger has of its event, and
// what redriving would do.
func (plan Plan) Print(s *screen.Screen, now time.Time) {
	l := plan.Letter
	line := func(name, text string) { s.Print("%s  %s", s.Bold(screen.Pad(name, 9)), text) }
	at := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return stamp(t) + " (" + age(t, now) + " ago)"
	}
	line("event", cmp.Or(l.ID, "-")+" of source "+cmp.Or(l.Source, "-"))
	line("type", strings.Join([]string{cmp.Or(l.Provider, "-"), cmp.Or(l.Type, "-")}, " "))
	line("message", l.Wire.MessageID)
	line("received", at(l.Received))
	line("dead", at(l.At()))
	line("reason", string(l.Reason())+": "+explanations[l.Reason()])
	line("error", cmp.Or(l.Cause(), "-"))
	if f := l.Failure; f != nil {
		s.Print("%s  %d, fence %d", s.Bold(screen.Pad("runs", 9)), f.Attempts, f.Fence)
	}
	if l.Unreadable == nil {
		s.Print("%s  %d bytes, sha256 %s", s.Bold(screen.Pad("body", 9)), len(l.Raw), l.hash())
	}
	if plan.Err != nil {
		line("record", s.Bad(plan.Err.Error()))
		return
	}
	plan.printRecord(line, at)
	line("redriving", plan.Text())
	if len(plan.Unsure) > 0 {
		s.Print("%s", s.Dim(screen.Unsure))
	}
}

func (plan Plan) printRecord(line func(name, text string), at func(time.Time) string) {
	r := plan.Record
	if plan.Letter.Unreadable != nil {
		return
	}
	line("record", recordLine(r))
	if r == nil {
		return
	}
	line("  done", names(r.Done))
	line("  started", names(r.Started))
	line("  claimed", at(r.FirstClaimed))
	line("  ended", at(r.Finished))
	if r.Hash != "" && r.Hash != plan.Letter.hash() {
		line("  body", "another one, sha256 "+r.Hash)
	}
}

// Body is what came: the event's body, or that of the message where no event can be
// made of it.
func (l Letter) Body() []byte {
	if l.Unreadable != nil {
		return []byte(l.Wire.Body)
	}
	return l.Raw
}

// PayloadText is a body for people: as it is, but for what would steer a terminal. A body
// that is no text is in base64.
func PayloadText(body []byte) string {
	if len(body) > 0 && !queue.ValidText(string(body)) {
		return "base64: " + base64.StdEncoding.EncodeToString(body)
	}
	return screen.Visible(string(body))
}
