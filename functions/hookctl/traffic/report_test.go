package traffic

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/cli/clitest"
)

func TestQuantiles(t *testing.T) {
	t.Parallel()
	upTo := func(n int) []time.Duration {
		var all []time.Duration
		for i := range n {
			all = append(all, time.Duration(n-i))
		}
		return all
	}
	for _, tt := range []struct {
		n    int
		want Quantiles
	}{
		{0, Quantiles{}},
		{1, Quantiles{1, 1, 1}},
		{2, Quantiles{1, 2, 2}},
		{99, Quantiles{50, 99, 99}},
		{100, Quantiles{50, 99, 100}},
		{101, Quantiles{51, 100, 101}},
		{1000, Quantiles{500, 990, 1000}},
	} {
		if got := quantiles(upTo(tt.n)); got != tt.want {
			t.Errorf("quantiles of 1 to %d = %d, want %d", tt.n, got, tt.want)
		}
	}
}

// bad is a report with everything that can go wrong.
func bad() Report {
	return Report{
		Provider: "kyc", Seed: 7, FirstID: "evt_0000002a_000000",
		Counts: Counts{
			Sent: 1020, Accepted: 1000, Retried: 30, Refused: 8, ForgedAccepted: 2, ForgedUnanswered: 1,
			Lost: 6, NotSent: 3, Unfinished: 6,
		},
		Acknowledged: Quantiles{P50: Millis(1234 * time.Microsecond), P99: Millis(45 * time.Millisecond), Max: Millis(time.Second)},
		Tries:        1050,
		Faulty:       Faulty{Duplicate: 20, Reordered: 50, Forged: 11, SlowRead: 9, HungUp: 8},
		Failures:     map[string]int{"503 queue_unavailable": 7, "no connection": 30, "no answer in 10s": 7},
		Elapsed:      Millis(61 * time.Second), Behind: Millis(1500 * time.Millisecond), Interrupted: true,
		Types: []TypeReport{
			{
				Type: "kyc.session.created", Counts: Counts{Sent: 1019, Accepted: 1000, Retried: 30, Refused: 8, Lost: 6},
				Acknowledged: Quantiles{P50: Millis(1234 * time.Microsecond), P99: Millis(45 * time.Millisecond)},
			},
			{Type: "kyc.b", Counts: Counts{Sent: 1, Unfinished: 1}},
		},
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	bad().Print(clitest.NewWriter(&out))
	want := `TYPE                 SENT  ACCEPTED  RETRIED  REFUSED  LOST     P50      P99
kyc.session.created  1019      1000       30        8     6  1.2 ms  45.0 ms
kyc.b                   1         0        0        0     0       -        -
all                  1020      1000       30        8     6  1.2 ms  45.0 ms

1050 tries in 1m1s. First event evt_0000002a_000000, seed 7.
Of those sent: 20 duplicates, 50 out of order, 11 forged, 9 answers read slowly, 8 hung up on.
3 of those lost were never sent, because the provider had stopped sending for a while.
2 forged ones were accepted.
1 forged ones were neither refused nor accepted.
6 were still to be tried again.
Tries failed: 30 × no connection, 7 × 503 queue_unavailable, 7 × no answer in 10s.
Sending fell behind by 1.5s: the receiver or this machine is too slow for the rate.
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

func TestReportJSON(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(bad())
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"provider": "kyc", "seed": 7.0, "sent": 1020.0, "lost": 6.0, "forged_accepted": 2.0, "elapsed_ms": 61000.0,
		"acknowledged": map[string]any{"p50_ms": 1.234, "p99_ms": 45.0, "max_ms": 1000.0}, "interrupted": true,
	} {
		if diff := cmp.Diff(want, got[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestErr(t *testing.T) {
	t.Parallel()
	all := []error{ErrLost, ErrForgedAccepted, ErrInterrupted}
	for _, tt := range []struct {
		name   string
		report Report
		want   []error
	}{
		{"all well", Report{Counts: Counts{Sent: 3, Accepted: 1, Refused: 1, ForgedUnanswered: 1}}, nil},
		{"lost", Report{Counts: Counts{Lost: 1}}, []error{ErrLost}},
		{"forged accepted", Report{Counts: Counts{ForgedAccepted: 1}}, []error{ErrForgedAccepted}},
		{"interrupted", Report{Interrupted: true}, []error{ErrInterrupted}},
		{"everything", bad(), all},
	} {
		var got []error
		for _, one := range all {
			if errors.Is(tt.report.Err(), one) {
				got = append(got, one)
			}
		}
		if diff := cmp.Diff(tt.want, got, cmp.Comparer(func(a, b error) bool { return errors.Is(a, b) })); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", tt.name, diff)
		}
	}
}
