package events_test

import (
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/memory"
)

// A cause says in words what a type of error does not, and selects what its kind selects.
func TestCause(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{
		"reply: *errors.errorString":           "reply failed",
		"reply: context.deadlineExceededError": "reply ran out of time",
		"reply: *hook.PanicError":              "reply panicked",
		"reply: *bank.Error":                   "reply: *bank.Error",
		"reply: ThrottlingException":           "reply: ThrottlingException",
		ledger.OutcomeDied:                     "died",
		"":                                     "",
	} {
		e := events.Entry{Record: ledger.Record{Kind: kind}}
		if got := events.Cause(kind); got != want || !e.IsOf(kind) || !e.IsOf(want) || e.IsOf("other") {
			t.Errorf("%q: %q, want %q; is of it: %v, of the cause: %v", kind, got, want, e.IsOf(kind), e.IsOf(want))
		}
	}
}

// A group shows the error of its newest event.
func TestGroupError(t *testing.T) {
	t.Parallel()
	s := &memory.Store{}
	for n, text := range []string{"older", "newest", "oldest"} {
		since := at([]int{2, 3, 1}[n])
		c := s.Claim(t.Context(), []ledger.Request{{
			Key: "kyc#" + text, Owner: "o", Type: "approved", At: since, Lease: since.Add(time.Minute), Received: noon, DedupUntil: at(60),
		}})[0].Claim
		end := ledger.End{Claim: c, At: since, State: ledger.StateReleased, NotBefore: at(30), Ran: true, Kind: "k", Tries: []ledger.Try{{At: since, Error: text}}}
		if err := s.End(t.Context(), []ledger.End{end})[0]; err != nil {
			t.Fatal(err)
		}
	}
	open, err := events.OpenEvents(t.Context(), memory.NewReader(s), "", "", 0)
	if err != nil || len(open.Groups) != 1 || open.Groups[0].Error != "newest" {
		t.Errorf("%+v, %v", open.Groups, err)
	}
}
