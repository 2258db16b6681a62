package console_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/console"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
)

// states counts the events of a source by their state.
func (w *world) states(t *testing.T, source string) map[ledger.State]int {
	t.Helper()
	l, err := w.Intake().Ledger()
	if err != nil {
		t.Fatal(err)
	}
	n := map[ledger.State]int{}
	for found, err := range l.Records(t.Context(), ledger.Scan{Source: source}) {
		if err != nil {
			t.Fatal(err)
		}
		n[found.Record.State]++
	}
	return n
}

// Everything that the filter matches is run now, cancelled or replayed, not only what a page
// shows, and nothing else.
func TestActOnAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for i := range 60 {
		w.receive(t, sms, fmt.Sprintf("evt_%d", i))
	}
	w.receive(t, kyc1, "evt_dead")
	for _, tt := range []struct {
		list, act, does, word string
		mended                bool
		want                  map[ledger.State]int
	}{
		{"?state=open&source=contiguity", "Run all that match now…", "runs reply; no handler is done", "retried 60", false, map[ledger.State]int{ledger.StateReleased: 60}},
		{"?state=open&source=contiguity", "Cancel all that match…", "ends without another run", "cancelled 60", false, map[ledger.State]int{ledger.StateFailed: 60}},
		{"?state=failed&source=contiguity&since=1h", "Replay all that match…", "runs reply", "replayed 60", true, map[ledger.State]int{ledger.StateCompleted: 60}},
	} {
		w.mended.Store(tt.mended)
		list := w.get(t, "events"+tt.list, http.StatusOK)
		list.wants(t, "The newest 50 of 60 events that match.")
		plan := w.get(t, list.links[tt.act], http.StatusOK)
		plan.wants(t, "Would act on 60.", "60 events, such as this", tt.does, "To confirm, type 60")
		w.confirm(t, plan, "59").wants(t, "Not confirmed: type 60")
		w.confirm(t, plan, "60").wants(t, "Done.", tt.word)
		w.workAll(t)
		if got := w.states(t, "contiguity"); len(got) != 1 || fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%s: %v, want %v", tt.act, got, tt.want)
		}
	}
	if got := w.state(t, "kyc#evt_dead"); got != ledger.StateFailed {
		t.Errorf("another source's event is %s", got)
	}
}

// A list and an act of one cause, or since some time, have nothing of others.
func TestOfOneCause(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.failWith(t, "kyc#old", "h", "one")
	w.time = w.time.Add(2 * time.Hour)
	w.failWith(t, "kyc#new", "h", "another")
	for filter, want := range map[string]int{"": 2, "&kind=one": 1, "&since=1h": 1, "&kind=one&since=1h": 0} {
		w.get(t, "events?state=open"+filter, http.StatusOK).
			wants(t, []string{"No event matches", "1 event matches", "2 events match"}[want])
	}
	from := "&from=" + escape(w.time.Add(-time.Hour).Format(time.RFC3339))
	for filter, want := range map[string]string{"": "leave 2 as they are", "&kind=one": "leave 1 as it is", from: "leave 1 as it is"} {
		w.get(t, "act?do=replay&state=failed"+filter, http.StatusOK).wants(t, want)
	}
}

// An act that was stopped goes on with the rest, and does not handle twice what is done.
func TestGoOn(t *testing.T) {
	t.Parallel()
	const all = 40
	w := newWorld(t, nil)
	for i := range all {
		w.receive(t, sms, fmt.Sprintf("evt_%d", i))
	}
	busy := slow{w.Intake(), make(chan struct{}), make(chan struct{})}
	w.options.Intake = busy
	w.enter(t)
	w.console.SetPatience(time.Millisecond)
	page := w.confirm(t, w.get(t, "act?do=retry&state=open", http.StatusOK), fmt.Sprint(all))
	<-busy.sending
	stopped := w.confirm(t, page, "")
	go func() {
		for range busy.sending { // those that are under way
		}
	}()
	close(busy.goOn)
	for !strings.Contains(stopped.text, "Stopped.") {
		stopped = w.confirm(t, page, "") // waits a moment for the end
	}
	close(busy.sending)
	retried := len(w.Queue.Messages()) - all // beside the one that each has
	if retried <= 0 || retried >= all {
		t.Fatalf("%d were retried before it stopped", retried)
	}
	w.time = w.time.Add(time.Second)
	w.workAll(t) // and fail again
	w.options.Intake = w.Intake()
	w.enter(t)
	rest := fmt.Sprint(all - retried)
	plan := w.get(t, stopped.links["Go on with the rest…"], http.StatusOK)
	plan.wants(t, "Would act on "+rest+".")
	w.confirm(t, plan, rest).wants(t, "Done.", "retried "+rest)
}

// What is confirmed is what was shown: what matches only since is not acted on. A plan is
// carried out once.
func TestPlanIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for i := range 3 {
		w.receive(t, sms, fmt.Sprintf("evt_%d", i))
	}
	plan := w.get(t, "act?do=cancel&state=open", http.StatusOK)
	plan.wants(t, "Would act on 3.")
	w.receive(t, sms, "evt_later")
	w.confirm(t, plan, "3").wants(t, "Done.", "cancelled 3", "left alone 1", "not in the plan that was confirmed")
	w.workAll(t)
	if got := w.states(t, "contiguity"); got[ledger.StateFailed] != 3 || got[ledger.StateReleased] != 1 {
		t.Errorf("%v", got)
	}
	w.confirm(t, plan, "3").wants(t, "was carried out, or is not kept any more", "Would act on 1.")
}

func TestActOnAllRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.receive(t, sms, "evt_1")
	w.get(t, "act?do=retry&state=what", http.StatusBadGateway).wants(t, "no such state")
	w.get(t, "act?do=retry&state=open&from=yesterday", http.StatusBadGateway).wants(t, "time in the address")
	w.get(t, "act?do=replay&state=open", http.StatusOK).wants(t, "Nothing matches any more.")
	w.get(t, "events", http.StatusOK).lacks(t, "all that match") // nobody replays everything by one click
	w.get(t, "events?source=contiguity", http.StatusOK).wants(t, "Replay all that match")
}

// Plans that nobody confirms take no more and more memory.
func TestPlansAreBounded(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ plans, items, want int }{{10, 1, 10}, {100, 1, 16}, {10, 60_000, 2}, {2, 1_000_000, 1}} {
		if got := console.KeptOf(tt.plans, tt.items); got != tt.want {
			t.Errorf("of %d plans of %d items, %d are kept, want %d", tt.plans, tt.items, got, tt.want)
		}
	}
}

// A plan of another console, such as one before a deploy, is made and shown again, and not
// carried out.
func TestPlanOfAnotherConsole(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.receive(t, sms, "evt_1")
	plan := w.get(t, "act?do=retry&state=open", http.StatusOK)
	plan.wants(t, "runs reply")
	w.options.Handlers = operate.Handlers{All: new(hook.Registry)} // as after a deploy
	w.enter(t)
	w.confirm(t, plan, "").wants(t, "is not kept any more", "Nothing has happened yet.")
	if n := len(w.Queue.Messages()); n != 1 {
		t.Errorf("%d messages in the queue, want the event's own", n)
	}
}

// One failure among many events that were left alone is seen, although not all are shown.
func TestOneFailure(t *testing.T) {
	t.Parallel()
	if got := console.OutcomeOf(500); !strings.Contains(got, "Done in part") || !strings.Contains(got, "it broke") {
		t.Errorf("the failure is not in %q", got)
	}
}
