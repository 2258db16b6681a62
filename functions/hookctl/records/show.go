package records

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"webhookintake/functions/hookctl/screen"
	"webhookintake/shared/ledger"
)

// Print writes all that the record says, in words. Times are in now's zone.
func (e Entry) Print(s *screen.Screen, now time.Time) {
	line := func(name, text string) {
		if text != "" {
			s.Print("  %-12s %s", name, text)
		}
	}
	s.Print("%s", s.Bold(e.Key))
	line("type", e.Type)
	line("state", e.colour(s, e.state()))
	line("", e.meaning(now))
	line("received", at(e.Received, now))
	line("first tried", at(e.FirstClaimed, now))
	if e.Ended() {
		line("ended", at(e.Finished, now))
	}
	line("attempts", e.attempts())
	line("done", orNone(strings.Join(e.Done, ", ")))
	line("once only", e.begun())
	line("duplicates", "are dropped of what is received until "+at(e.DedupUntil, now))
	line("body", e.body())
	line("fence", strconv.FormatInt(e.Fence, 10))
	line("forgotten", at(e.Expires, now)+", or some days later")
}

// meaning says what happens next, if anything does.
func (e Entry) meaning(now time.Time) string {
	switch {
	case e.State == ledger.StateReleased && e.Reason != "":
		return "its dead letter could not be sent, which is tried again from " + at(e.NotBefore, now)
	case e.State == ledger.StateReleased:
		return "waits in the queue for its next try, at " + at(e.NotBefore, now)
	case e.State == ledger.StateClaimed && now.Before(e.Lease):
		return "is being handled, at the latest until " + at(e.Lease, now)
	case e.State == ledger.StateClaimed:
		return "whoever handled it ended without a word: its lease lapsed at " + at(e.Lease, now) +
			"; the queue brings it again"
	case e.State == ledger.StateFailed:
		return "the error is in its dead letter: hookctl dead list"
	case e.Reason == ledger.ReasonUnhandled:
		return "no handler was registered for its type; it can be replayed once there is one"
	}
	return ""
}

func (e Entry) attempts() string {
	if e.Attempts == 0 {
		return "none that counts"
	}
	return strconv.Itoa(e.Attempts)
}

// begun names the at-most-once handlers that began.
func (e Entry) begun() string {
	var texts []string
	for _, name := range e.Started {
		switch {
		case slices.Contains(e.Done, name):
			texts = append(texts, name+" ran")
		default:
			texts = append(texts, name+" began, and whether it acted is not known")
		}
	}
	return strings.Join(texts, ", ")
}

func (e Entry) body() string {
	if e.Hash == "" {
		return "may differ under this id, so no hash of it is kept"
	}
	return "sha256 " + e.Hash
}

// PayloadHidden says why no payload is shown.
const PayloadHidden = "not shown, as it may hold personal data; --payload shows it where it is kept"

// HowToKeep says what to do for the payloads of events to come.
const HowToKeep = "payloads are kept of the sources that the template's parameter KeepPayloads names (KEEP_PAYLOADS of process), up to 256 KiB compressed"

// PayloadNotKept says why there is none to show.
const PayloadNotKept = "not kept; " + HowToKeep

// PrintPayload writes a payload for people: JSON indented, and nothing that a terminal
// would take for a command.
func PrintPayload(s *screen.Screen, body []byte) {
	var indented bytes.Buffer
	if json.Indent(&indented, body, "  ", "  ") != nil {
		s.Print("  %-12s %q", "payload", body)
		return
	}
	s.Print("  %s\n  %s", "payload", screen.Visible(indented.String()))
}
