package telemetry

import (
	"encoding/json"
	"slices"
	"time"
)

// maxValues is the number of values of one metric that a line may have.
const maxValues = 100

// A line is one line in the embedded metric format: a description under "_aws" of which
// other members are metrics and which are dimensions.
// Format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
type line struct {
	at         time.Time
	members    map[string]any
	directives []*directive
}

// A directive describes the metrics of one set of dimensions.
type directive struct {
	Namespace  string
	Dimensions [1][]string
	Metrics    []metric
}

type metric struct {
	Name string
	Unit Unit
}

type description struct {
	Timestamp         int64 // milliseconds
	CloudWatchMetrics []*directive
}

func newLine(at time.Time) *line { return &line{at: at, members: map[string]any{}} }

// fits reports whether s can be added to the line: metrics and dimensions are members of
// one object, so each name can have only one value.
func (l *line) fits(s *series) bool {
	if _, taken := l.members[s.name]; taken {
		return false
	}
	for _, d := range s.dimensions {
		if value, taken := l.members[d.Name]; taken && value != d.Value {
			return false
		}
	}
	return true
}

func (l *line) add(s *series) {
	names := make([]string, 0, len(s.dimensions))
	for _, d := range s.dimensions {
		names = append(names, d.Name)
		l.members[d.Name] = d.Value
	}
	l.members[s.name] = s.values
	if len(s.values) == 1 {
		l.members[s.name] = s.values[0]
	}
	i := slices.IndexFunc(l.directives, func(d *directive) bool { return slices.Equal(d.Dimensions[0], names) })
	if i < 0 {
		i = len(l.directives)
		l.directives = append(l.directives, &directive{Namespace: Namespace, Dimensions: [1][]string{names}})
	}
	l.directives[i].Metrics = append(l.directives[i].Metrics, metric{s.name, s.unit})
}

// text returns the line with its line break, for one Write.
func (l *line) text() []byte {
	l.members["_aws"] = description{l.at.UnixMilli(), l.directives}
	text, _ := json.Marshal(l.members) // it consists of strings and finite numbers, so this cannot fail
	return append(text, '\n')
}
