package endtoend

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// conversations are the moves of each, in their order.
func (e *engines) conversations(t *testing.T) (all [][]string) {
	t.Helper()
	for _, item := range e.items(t, e.ledger) {
		if !strings.HasPrefix(text(item, "pk"), ":state#") {
			continue
		}
		var c struct{ Moves []string }
		if err := json.Unmarshal([]byte(text(item, "s")), &c); err != nil {
			t.Fatal(err)
		}
		all = append(all, c.Moves)
	}
	return all
}

// checkConversations wants every event to have moved its conversation once, and to have
// said the result of that move, and of no other. Those that failed moved nothing.
func checkConversations(t *testing.T, e *engines) {
	t.Helper()
	moves := map[string]string{} // of each event, which one of its conversation it was
	for _, events := range e.conversations(t) {
		for i, id := range events {
			if moves[id] != "" {
				t.Errorf("%s moved its conversation twice: %q", id, events)
			}
			moves[id] = strconv.Itoa(i + 1)
		}
		if !ofOne(events) {
			t.Errorf("one conversation was moved by events of several: %q", events)
		}
	}
	said := e.effectCounts(t)
	wrong := 0
	for n := range killedEvents {
		id := eventID(n)
		if moved := moves[id] != ""; moved == failsForGood(n) || said[id+":said"] != moves[id] {
			wrong++
			t.Logf("%s made move %q of its conversation and said %q", id, moves[id], said[id+":said"])
		}
	}
	if wrong > 0 {
		t.Errorf("%d events did not move their conversation once, or did not say so", wrong)
	}
}

// ofOne reports whether the events belong to one conversation.
func ofOne(events []string) bool {
	number := func(id string) int {
		n, _ := strconv.Atoi(strings.TrimPrefix(id, "evt_"))
		return n / together
	}
	return !slices.ContainsFunc(events, func(id string) bool { return number(id) != number(events[0]) })
}
