package monitor

import (
	"context"
	"time"
)

// A Span is the time that a report is about, up to now, in steps of whole minutes.
type Span struct {
	Bars int
	Step time.Duration
}

// start returns when the first bar of a span begins that ends with the step of now.
func (s Span) start(now time.Time) time.Time {
	return now.Truncate(s.Step).Add(-time.Duration(s.Bars-1) * s.Step)
}

// bars returns the span's bars without counts.
func (s Span) bars(now time.Time) []Bar {
	bars := make([]Bar, s.Bars)
	for i := range bars {
		bars[i].At = s.start(now).Add(time.Duration(i) * s.Step)
	}
	return bars
}

// at returns the index of the bar of a time, or -1 if it is outside the span.
func (s Span) at(bars []Bar, t time.Time) int {
	if i := int(t.Sub(bars[0].At) / s.Step); !t.Before(bars[0].At) && i < len(bars) {
		return i
	}
	return -1
}

// A Bar counts what happened in one step.
type Bar struct {
	At       time.Time // when it begins
	Received int       // webhooks that were accepted
	Refused  int       // requests that were not
	Handled  int       // runs after which an event was done
	Failed   int       // runs after which it was not: it is retried, or became a dead letter
}

func (b *Bar) add(other Bar) {
	b.Received, b.Refused = b.Received+other.Received, b.Refused+other.Refused
	b.Handled, b.Failed = b.Handled+other.Handled, b.Failed+other.Failed
}

// Sum returns the counts of all bars.
func Sum(bars []Bar) Bar {
	var sum Bar
	for _, b := range bars {
		sum.add(b)
	}
	return sum
}

// An AlarmState is the state of an alarm.
type AlarmState string

// The states, as CloudWatch names them.
const (
	AlarmOn      AlarmState = "ALARM"
	AlarmOff     AlarmState = "OK"
	AlarmUnknown AlarmState = "INSUFFICIENT_DATA"
)

// An Alarm is one of a stack's alarms.
type Alarm struct {
	Name  string // in the template
	State AlarmState
	Since time.Time // of the state
	Text  string    // what it means, and what to do
}

// A Report says whether an intake keeps up.
type Report struct {
	Bars []Bar     // the oldest first; empty if they could not be read
	From time.Time // earlier bars are not known; zero means that all are
	// Oldest is how long the oldest message of the queue has waited, at most so long in the
	// last step; nil if it is not known.
	Oldest *time.Duration
	Alarms []Alarm // those that are on first; empty where there are none
	Faults []error // what could not be read
}

// A Monitor returns a report about the span that ends now.
type Monitor interface {
	Look(ctx context.Context, s Span) Report
}
