package letters

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"webhookintake/functions/hookctl/screen"
	"webhookintake/shared/queue"
)

// Print writes the table of the letters and how many there are of each reason and
// source. Width is that of the screen, 0 for one without an end.
func (k Look) Print(s *screen.Screen, now time.Time, width int) {
	if len(k.Letters) == 0 {
		s.Print("%s", k.none())
		return
	}
	var rows [][]string
	for _, l := range k.Letters {
		attempts := "-"
		if n := l.Attempts(); n > 0 {
			attempts = strconv.Itoa(n)
		}
		rows = append(rows, []string{
			stamp(l.At()), age(l.At(), now), cmp.Or(l.Source, "-"), l.label(), cmp.Or(l.Type, "-"),
			string(l.Reason()), attempts, l.Cause(),
		})
	}
	screen.Table{
		Heading: []string{"WHEN", "AGE", "SOURCE", "ID", "TYPE", "REASON", "RUNS", "ERROR"}, Rows: rows, Width: width,
	}.Print(s)
	s.Print("")
	k.sum(s)
}

// label is the letter's name, which says so where it is that of the message.
func (l Letter) label() string {
	if l.Name() == l.ID {
		return l.ID
	}
	return "message " + l.Name()
}

func (k Look) none() string {
	if k.Others == 0 {
		return "There are no dead letters."
	}
	return fmt.Sprintf("No dead letter is so; %s.", count(k.Others, "other is there", "others are there"))
}

// sum counts the letters by reason and source.
func (k Look) sum(s *screen.Screen) {
	type group struct {
		reason queue.Reason
		source string
	}
	counts := map[group]int{}
	reasonWidth := 0
	for _, l := range k.Letters {
		counts[group{l.Reason(), cmp.Or(l.Source, "-")}]++
		reasonWidth = max(reasonWidth, len(l.Reason()))
	}
	total := count(len(k.Letters), "dead letter", "dead letters")
	if k.Others > 0 {
		total += fmt.Sprintf("; %s", count(k.Others, "other was not chosen", "others were not chosen"))
	}
	s.Print("%s", s.Bold(total))
	groups := slices.SortedFunc(maps.Keys(counts), func(a, b group) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(string(a.reason), string(b.reason)), strings.Compare(a.source, b.source))
	})
	for _, g := range groups {
		s.Print("%6d  %s  %s", counts[g], screen.Pad(string(g.reason), reasonWidth), g.source)
	}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// Sendable is how many of the planned letters are not refused.
func Sendable(plans []Plan) int {
	n := 0
	for _, plan := range plans {
		if plan.Fate != FateRefused {
			n++
		}
	}
	return n
}

// PrintPlans writes what redriving would do, a line for each letter.
func PrintPlans(s *screen.Screen, plans []Plan) {
	var rows [][]string
	unsure := false
	for _, plan := range plans {
		unsure = unsure || len(plan.Unsure) > 0
		l := plan.Letter
		rows = append(rows, []string{cmp.Or(l.Source, "-"), l.label(), cmp.Or(l.Type, "-"), string(l.Reason()), plan.Text()})
	}
	screen.Table{Heading: []string{"SOURCE", "ID", "TYPE", "REASON", "REDRIVING"}, Rows: rows}.Print(s)
	s.Print("")
	sendable := Sendable(plans)
	s.Print("%d to send back, %d refused", sendable, len(plans)-sendable)
	if unsure {
		s.Print("%s", s.Dim(screen.Unsure))
	}
}

// A Tally counts what came of letters.
type Tally struct{ Redriven, Refused, Failed int }

// Add counts a result.
func (t *Tally) Add(r Result) {
	switch r.Word() {
	case wordRedriven:
		t.Redriven++
	case wordRefused:
		t.Refused++
	default:
		t.Failed++
	}
}

// The words for results.
const (
	wordRedriven = "redriven"
	wordRefused  = "refused"
	wordFailed   = "failed"
)

// Word is what came of the letter: redriven, refused or failed.
func (r Result) Word() string {
	switch {
	case r.Fail != nil:
		return wordFailed
	case r.Sent:
		return wordRedriven
	}
	return wordRefused
}

// OK reports whether the letter was redriven.
func (r Result) OK() bool { return r.Word() == wordRedriven }

// Print writes the line of a letter that was not redriven.
func (r Result) Print(s *screen.Screen) {
	text := r.Text()
	if r.Fail != nil {
		text = "failed: " + r.Fail.Error()
	}
	s.Print("%s  %s  %s", cmp.Or(r.Letter.Source, "-"), r.Letter.label(), s.Bad(text))
}

// Print writes the final table.
func (t Tally) Print(s *screen.Screen) {
	s.Print("%s %6d", screen.Pad(wordRedriven, 9), t.Redriven)
	s.Print("%s %6d", screen.Pad(wordRefused, 9), t.Refused)
	s.Print("%s %6d", screen.Pad(wordFailed, 9), t.Failed)
}

// Err is why the whole did not go well, nil if it did.
func (t Tally) Err() error {
	switch {
	case t.Failed > 0:
		return fmt.Errorf("%s not redriven; run it again: what was sent already is then dropped as a duplicate",
			count(t.Failed, "letter was", "letters were"))
	case t.Redriven == 0 && t.Refused > 0:
		return errors.New("no letter was redriven; each was refused for the reason above")
	}
	return nil
}
