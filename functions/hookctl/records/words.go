package records

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"webhookintake/functions/hookctl/screen"
	"webhookintake/shared/ledger"
)

// inList is how a list writes times, in the zone of now.
const inList = "2006-01-02 15:04:05"

// Print writes the list as a table for people, and how many there are. Times are in
// now's zone.
func (l List) Print(s *screen.Screen, now time.Time) {
	if l.Matched == 0 {
		s.Print("No event matches.")
		return
	}
	var rows [][]string
	for _, e := range l.Entries {
		rows = append(rows, e.row(now))
	}
	screen.Table{
		Heading: []string{"RECEIVED", "SOURCE", "ID", "TYPE", "STATE", "ATTEMPTS", "DONE", "NEXT TRY"}, Rows: rows,
		Style: func(row, column int, cell string) string {
			if column == stateColumn {
				return l.Entries[row].colour(s, cell)
			}
			return cell
		},
	}.Print(s)
	if left := l.Matched - len(l.Entries); left > 0 {
		s.Print("The newest %d of %d events that match; --limit shows more.", len(l.Entries), l.Matched)
		return
	}
	s.Print("%s.", events(l.Matched)+" matched")
}

const stateColumn = 4

func (e Entry) row(now time.Time) []string {
	return []string{
		e.Received.In(now.Location()).Format(inList), e.Source(), e.ID(), e.Type, e.state(),
		strconv.Itoa(e.Attempts), orNone(screen.Cut(strings.Join(e.Done, ","), 48)), orNone(e.nextInList(now)),
	}
}

func (e Entry) colour(s *screen.Screen, text string) string {
	switch e.State {
	case ledger.StateFailed:
		return s.Bad(text)
	case ledger.StateCompleted:
		return s.Good(text)
	}
	return text
}

func (e Entry) nextInList(now time.Time) string {
	switch e.State {
	case ledger.StateReleased:
		return e.NotBefore.In(now.Location()).Format(inList)
	case ledger.StateClaimed:
		return "lease until " + e.Lease.In(now.Location()).Format(inList)
	}
	return ""
}

func orNone(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// events is a number of them.
func events(n int) string {
	if n == 1 {
		return "1 event"
	}
	return strconv.Itoa(n) + " events"
}

// at is a moment for people: when, and how long that is from now.
func at(t, now time.Time) string {
	if t.IsZero() {
		return "not known"
	}
	text := t.In(now.Location()).Format(inList + " MST")
	if t.After(now) {
		return text + " (in " + about(t.Sub(now)) + ")"
	}
	return text + " (" + about(now.Sub(t)) + " ago)"
}

// about is a duration in its largest unit.
func about(d time.Duration) string {
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}} {
		if d >= 2*unit.length {
			return fmt.Sprintf("%d %s", d/unit.length, unit.name)
		}
	}
	return fmt.Sprintf("%d s", d/time.Second)
}
