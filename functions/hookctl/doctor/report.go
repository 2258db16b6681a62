package doctor

import (
	"fmt"
	"strings"
	"time"

	"webhookintake/functions/hookctl/cli"
)

// A Status is the outcome of a step.
type Status string

// The statuses.
const (
	Passed   Status = "ok"
	Warned   Status = "warning" // it passed, but something needs attention
	Failed   Status = "failed"
	NotTried Status = "not tried" // a step before it failed
)

// A Report has the findings of all steps.
type Report struct {
	OK     bool   `json:"ok"`
	Stack  string `json:"stack,omitempty"`
	Source string `json:"source,omitempty"` // whose webhook was sent
	Event  string `json:"event,omitempty"`  // its key in the ledger
	Steps  []Step `json:"steps"`
}

// A Step is the finding of one step.
type Step struct {
	Name   string  `json:"step"`
	Status Status  `json:"status"`
	Found  string  `json:"found,omitempty"` // lines of text
	Next   string  `json:"next,omitempty"`  // what to do; empty if nothing
	Millis float64 `json:"ms"`              // how long it took
}

func passed(format string, args ...any) Step {
	return Step{Status: Passed, Found: fmt.Sprintf(format, args...)}
}

func warned(next, format string, args ...any) Step {
	return Step{Status: Warned, Found: fmt.Sprintf(format, args...), Next: next}
}

// failed takes %w for an error, as fmt.Errorf does.
func failed(next, format string, args ...any) Step {
	return Step{Status: Failed, Found: fmt.Errorf(format, args...).Error(), Next: next}
}

// Err returns an error that names the failed step, or nil.
func (r Report) Err() error {
	for _, s := range r.Steps {
		if s.Status == Failed {
			return fmt.Errorf("step %s failed", s.Name)
		}
	}
	return nil
}

// Warnings returns how many steps have the status [Warned].
func (r Report) Warnings() int {
	n := 0
	for _, s := range r.Steps {
		if s.Status == Warned {
			n++
		}
	}
	return n
}

// The widths of the columns before the text of a step.
const (
	markWidth   = 7 // "warning"
	nameWidth   = 8 // "handlers", "accepted"
	millisWidth = 11
)

// Print writes a step as one or more lines. They begin with a sign on a terminal, and with
// a word in a file.
func Print(to *cli.Writer, signs bool, s Step) {
	millis := ""
	if s.Status != NotTried {
		millis = cli.Millis(time.Duration(s.Millis * float64(time.Millisecond)))
	}
	text := s.Found
	if s.Next != "" {
		text += "\nnext: " + s.Next
	}
	if s.Status == NotTried {
		text = to.Dim(string(NotTried))
	}
	mark, width := mark(to, signs, s.Status)
	indent := strings.Repeat(" ", width+2+nameWidth+2+millisWidth+2)
	line := fmt.Sprintf("%s  %s  %*s  ", mark, cli.Pad(s.Name, nameWidth), millisWidth, millis)
	to.TextUnder(len(indent), line+strings.ReplaceAll(text, "\n", "\n"+indent))
}

// mark returns the coloured start of a line, and its width.
func mark(to *cli.Writer, signs bool, status Status) (text string, width int) {
	style := map[Status]struct {
		sign, word string
		color      func(string) string
	}{
		Passed:   {"✓", "ok", to.Good},
		Warned:   {"!", "warning", to.Bold},
		Failed:   {"✗", "FAILED", to.Bad},
		NotTried: {"-", "-", to.Dim},
	}[status]
	if signs {
		return style.color(style.sign), 1
	}
	return style.color(cli.Pad(style.word, markWidth)), markWidth
}
