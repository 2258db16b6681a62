package telemetry_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/telemetry"
)

func source(name string) telemetry.Dimension {
	return telemetry.Dimension{Name: telemetry.FieldSource, Value: name}
}

func reason(name string) telemetry.Dimension {
	return telemetry.Dimension{Name: telemetry.FieldReason, Value: name}
}

// lines flushes, holds every line to the format, and gives their members without the
// description.
func lines(t *testing.T, m *telemetry.Metrics, written *bytes.Buffer) []map[string]any {
	t.Helper()
	if err := m.Flush(); err != nil {
		t.Fatal(err)
	}
	var all []map[string]any
	for line := range bytes.Lines(written.Bytes()) {
		if err := fault(line); err != nil {
			t.Errorf("%v in %s", err, line)
		}
		var members map[string]any
		_ = json.Unmarshal(line, &members)
		delete(members, "_aws")
		all = append(all, members)
	}
	written.Reset()
	return all
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		do   func(m *telemetry.Metrics)
		want []map[string]any
	}{
		{name: "nothing", do: func(*telemetry.Metrics) {}},
		{name: "without dimensions", do: func(m *telemetry.Metrics) { m.Count("SourcesInvalid", 1) },
			want: []map[string]any{{"SourcesInvalid": 1.0}}},
		{name: "one line for a refused webhook", do: func(m *telemetry.Metrics) {
			m.Count("Received", 1, source("kyc"))
			m.Count("Rejected", 1, source("kyc"), telemetry.Dimension{Name: "code", Value: "method"})
			m.Time("AckTime", 1500*time.Microsecond, source("kyc"))
		}, want: []map[string]any{{"source": "kyc", "code": "method", "Received": 1.0, "Rejected": 1.0, "AckTime": 1.5}}},
		{name: "counters add up, times are kept", do: func(m *telemetry.Metrics) {
			for i := range 3 {
				m.Count("Handled", 2, source("kyc"))
				m.Time("QueueDelay", time.Duration(i)*time.Second, source("kyc"))
			}
		}, want: []map[string]any{{"source": "kyc", "Handled": 6.0, "QueueDelay": []any{0.0, 1000.0, 2000.0}}}},
		{name: "a line for each value of a dimension", do: func(m *telemetry.Metrics) {
			m.Count("Handled", 1, source("a"))
			m.Count("Handled", 1, source("b"))
			m.Count("DeadLettered", 1, source("a"), reason("permanent"))
			m.Count("DeadLettered", 1, source("a"), reason("attempts"))
		}, want: []map[string]any{
			{"source": "a", "reason": "permanent", "Handled": 1.0, "DeadLettered": 1.0},
			{"source": "b", "Handled": 1.0},
			{"source": "a", "reason": "attempts", "DeadLettered": 1.0},
		}},
		{name: "empty dimension is left out", do: func(m *telemetry.Metrics) { m.Count("Handled", 1, source("")) },
			want: []map[string]any{{"Handled": 1.0}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var written bytes.Buffer
			m := telemetry.NewMetrics(&written, false)
			tt.do(m)
			if diff := cmp.Diff(tt.want, lines(t, m, &written)); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
			if again := lines(t, m, &written); again != nil {
				t.Errorf("flushed twice: %v", again)
			}
		})
	}
}

// TestDirectives says which metrics have which dimensions.
func TestDirectives(t *testing.T) {
	t.Parallel()
	var written bytes.Buffer
	m := telemetry.NewMetrics(&written, false)
	m.Count("Received", 1, source("kyc"))
	m.Count("DeadLettered", 1, source("kyc"), reason("permanent"))
	m.Count("SourcesInvalid", 1)
	m.Count("Handled", 1, source("kyc"))
	_ = m.Flush()
	var got struct {
		Meta struct {
			CloudWatchMetrics []struct {
				Dimensions [][]string
				Metrics    []struct{ Name, Unit string }
			}
		} `json:"_aws"`
	}
	if err := json.Unmarshal(written.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	byMetric := map[string][][]string{}
	for _, d := range got.Meta.CloudWatchMetrics {
		for _, metric := range d.Metrics {
			byMetric[metric.Name] = d.Dimensions
		}
	}
	want := map[string][][]string{
		"Received": {{"source"}}, "Handled": {{"source"}},
		"DeadLettered": {{"source", "reason"}}, "SourcesInvalid": {{}},
	}
	if diff := cmp.Diff(want, byMetric); diff != "" {
		t.Errorf("dimensions (-want +got):\n%s", diff)
	}
}

func TestManyValues(t *testing.T) {
	t.Parallel()
	var written bytes.Buffer
	m := telemetry.NewMetrics(&written, false)
	for range 250 {
		m.Time("QueueDelay", time.Second, source("kyc"))
	}
	all, values := lines(t, m, &written), 0
	for _, line := range all {
		values += len(line["QueueDelay"].([]any))
	}
	if values != 250 || len(all) != 3 {
		t.Errorf("%d values on %d lines, want 250 on 3", values, len(all))
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	var written lockedBuffer
	m := telemetry.NewMetrics(&written, false)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				m.Count("Handled", 1, source("kyc"))
				_ = m.Flush()
			}
		})
	}
	all.Wait()
	total := 0.0
	for _, line := range lines(t, m, &written.Buffer) {
		total += line["Handled"].(float64)
	}
	if total != 800 {
		t.Errorf("%v counted, want 800", total)
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

// TestNoWriter is how metrics are left out.
func TestNoWriter(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics(nil, false)
	m.Count("Handled", 1)
	m.Time("QueueDelay", time.Second)
	if err := m.Flush(); err != nil {
		t.Error(err)
	}
}

func TestFlushError(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics(failingWriter{}, false)
	m.Count("Handled", 1)
	if err := m.Flush(); !errors.Is(err, errFull) {
		t.Errorf("Flush = %v, want %v", err, errFull)
	}
}

var errFull = errors.New("full")

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errFull }
