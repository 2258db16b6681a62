package cost

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	diff "github.com/google/go-cmp/cmp"
)

// A fakeMetrics has values by metric and resource, one on a page.
type fakeMetrics struct {
	values map[string][]float64
	err    error
}

func (f fakeMetrics) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	page := len(aws.ToString(in.NextToken))
	out := &cloudwatch.GetMetricDataOutput{}
	for _, q := range in.MetricDataQueries {
		m := q.MetricStat.Metric
		values := f.values[aws.ToString(m.MetricName)+" "+aws.ToString(m.Dimensions[0].Value)]
		if page < len(values) {
			out.MetricDataResults = append(out.MetricDataResults, types.MetricDataResult{Id: q.Id, Values: values[page : page+1]})
		}
		if page+1 < len(values) {
			out.NextToken = aws.String("pages"[:page+1])
		}
	}
	return out, f.err
}

// TestObserved wants a stack's own numbers, scaled from ten days to a month.
func TestObserved(t *testing.T) {
	t.Parallel()
	api := fakeMetrics{values: map[string][]float64{
		"NumberOfMessagesSent q": {3000, 6000},
		"Invocations in":         {4000, 8000},
		"Invocations out":        {1000, 2000},
		"Duration in":            {12_000, 60_000},
		"Duration out":           {120_000},
		"Invocations other":      {1e9},
	}}
	to := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	c, err := ask(t.Context(), api, resources{queue: "q", ingest: "in", process: "out"}, to.Add(-10*day), to)
	if want := (counts{events: 9000, requests: 12_000, batches: 3000, ingestMS: 72_000, processMS: 120_000}); err != nil || c != want {
		t.Fatalf("counted %+v, %v; want %+v", c, err, want)
	}
	u, err := DefaultUsage().of(map[string]string{"Architecture": "x86_64", "MemorySize": "256", "KeepPayloads": "all", "Upkeep": "false"}, c, 10*day)
	if err != nil {
		t.Fatal(err)
	}
	const month = 730.0 / 240
	want := Usage{
		Events: 9000 * month, Requests: 12_000 * month, Batch: 3, Sources: 3, MemoryMB: 256, Payloads: true, NoUpkeep: true,
		IngestTook: 6 * time.Millisecond, ProcessTook: 40 * time.Millisecond,
	}
	if d := diff.Diff(want, u); d != "" {
		t.Errorf("usage (-want +got):\n%s", d)
	}
	b, err := Both(plain(), simple(), u)
	if err != nil || b.IngestMS != 6 || b.ProcessMS != 40 {
		t.Errorf("durations %v, %v, %v; want those of the stack", b.IngestMS, b.ProcessMS, err)
	}
	for _, l := range b.Lines {
		if l.Service == "Upkeep" {
			t.Errorf("a stack without upkeep pays for %s", l.What)
		}
	}
}

func TestObservedNothing(t *testing.T) {
	t.Parallel()
	if _, err := DefaultUsage().of(nil, counts{}, day); !errors.Is(err, errIdle) {
		t.Errorf("of = %v, want %v", err, errIdle)
	}
	errDenied := errors.New("denied")
	if _, err := ask(t.Context(), fakeMetrics{err: errDenied}, resources{}, time.Time{}, time.Time{}); !errors.Is(err, errDenied) {
		t.Errorf("ask = %v, want %v", err, errDenied)
	}
}

// TestLeanBill holds the bill of a lean stack to what it is meant to cost.
func TestLeanBill(t *testing.T) {
	t.Parallel()
	p, err1 := DefaultPrices()
	m, err2 := DefaultMeasured()
	b, err3 := Both(p, m, DefaultUsage())
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	if b.TotalUSD > 7 || b.Full.TotalUSD <= b.TotalUSD {
		t.Errorf("a million events cost US$ %.2f in a lean stack, want at most 7.00; %.2f in a full one", b.TotalUSD, b.Full.TotalUSD)
	}
}
