package telemetry

import (
	"errors"
	"io"
	"slices"
	"sync"
	"time"
)

// A Dimension splits a metric, FieldSource by source, for example. A Dimension with an empty
// value is omitted, because CloudWatch does not accept one.
type Dimension struct{ Name, Value string }

// A Unit is the unit of a metric, by its name in CloudWatch.
type Unit string

// The units.
const (
	UnitCount        Unit = "Count"
	UnitMilliseconds Unit = "Milliseconds"
)

// Metrics collects values until Flush writes them. A nil *Metrics ignores them. Metrics is
// safe for concurrent use.
type Metrics struct {
	w    io.Writer
	lean bool
	base []Dimension // of every metric
	mu   sync.Mutex
	all  []*series // in the order of their first value
}

// A series is the values of one metric with one set of dimensions.
type series struct {
	name       string
	unit       Unit
	dimensions []Dimension
	values     []float64
}

// NewMetrics returns Metrics that write to w, the standard output of a Lambda function. If
// w is nil, it returns nil. All metrics have the base dimensions before their own; the name
// of the function ([FieldFunction]) distinguishes the stacks of one account. If
// lean is true, they ignore all metrics but those of a lean stack ([IsLean]).
func NewMetrics(w io.Writer, lean bool, base ...Dimension) *Metrics {
	if w == nil {
		return nil
	}
	return &Metrics{w: w, lean: lean, base: base}
}

// Count adds n to a counter.
func (m *Metrics) Count(name string, n int, dimensions ...Dimension) {
	m.add(name, UnitCount, dimensions, func(s *series) {
		if len(s.values) == 0 {
			s.values = []float64{0}
		}
		s.values[0] += float64(n)
	})
}

// Time records one duration. CloudWatch keeps the distribution.
func (m *Metrics) Time(name string, d time.Duration, dimensions ...Dimension) {
	m.add(name, UnitMilliseconds, dimensions, func(s *series) {
		s.values = append(s.values, Milliseconds(d))
	})
}

func (m *Metrics) add(name string, unit Unit, dimensions []Dimension, change func(*series)) {
	if m == nil || !has(m.lean, name) {
		return
	}
	dimensions = slices.DeleteFunc(slices.Concat(m.base, dimensions), func(d Dimension) bool { return d.Value == "" })
	m.mu.Lock()
	defer m.mu.Unlock()
	change(m.series(name, unit, dimensions))
}

// series returns a series that has room for a value. Callers hold mu.
func (m *Metrics) series(name string, unit Unit, dimensions []Dimension) *series {
	for _, s := range m.all {
		if s.name == name && slices.Equal(s.dimensions, dimensions) && len(s.values) < maxValues {
			return s
		}
	}
	s := &series{name: name, unit: unit, dimensions: dimensions}
	m.all = append(m.all, s)
	return s
}

// Flush writes the values collected since the last Flush, in as few lines as possible. A
// Lambda function calls it at the end of each invocation. Its error is that of the writer.
func (m *Metrics) Flush() error {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	all := m.all
	m.all = nil
	m.mu.Unlock()

	now := time.Now()
	var lines []*line
	for _, s := range all {
		i := slices.IndexFunc(lines, func(l *line) bool { return l.fits(s) })
		if i < 0 {
			i = len(lines)
			lines = append(lines, newLine(now))
		}
		lines[i].add(s)
	}
	var failed error
	for _, l := range lines {
		_, err := m.w.Write(l.text())
		failed = errors.Join(failed, err)
	}
	return failed
}
