package monitor_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/operate/monitor"
)

var (
	noon = time.Date(2026, 10, 1, 12, 0, 30, 0, time.UTC)
	hour = monitor.Span{Bars: 60, Step: time.Minute}
)

// A fake answers as CloudWatch would, the metrics in two pages.
type fake struct {
	metrics map[string]map[time.Time]float64 // by id
	alarms  []types.MetricAlarm
	fail    map[string]error // by operation
	asked   []*cloudwatch.GetMetricDataInput
	prefix  string
}

func (f *fake) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	if err := f.fail["GetMetricData"]; err != nil {
		return nil, err
	}
	asked := *in
	f.asked = append(f.asked, &asked)
	out := &cloudwatch.GetMetricDataOutput{}
	half := len(in.MetricDataQueries) / 2
	queries := in.MetricDataQueries[:half]
	if in.NextToken != nil {
		queries = in.MetricDataQueries[half:]
	} else {
		out.NextToken = new("more")
	}
	for _, q := range queries {
		result := types.MetricDataResult{Id: q.Id}
		for at := *in.StartTime; at.Before(*in.EndTime); at = at.Add(time.Minute) {
			if v, ok := f.metrics[*q.Id][at]; ok {
				result.Timestamps, result.Values = append(result.Timestamps, at), append(result.Values, v)
			}
		}
		out.MetricDataResults = append(out.MetricDataResults, result)
	}
	return out, nil
}

func (f *fake) DescribeAlarms(_ context.Context, in *cloudwatch.DescribeAlarmsInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error) {
	f.prefix = aws.ToString(in.AlarmNamePrefix)
	return &cloudwatch.DescribeAlarmsOutput{MetricAlarms: f.alarms}, f.fail["DescribeAlarms"]
}

func newCloudWatch(f *fake) *monitor.CloudWatch {
	return &monitor.CloudWatch{
		API: f, Stack: "intake", Queue: "queue-1", DeadLetters: "dead-1", HTTPAPI: "api-1", Now: func() time.Time { return noon },
	}
}

func at(minutesAgo int) time.Time {
	return noon.Truncate(time.Minute).Add(-time.Duration(minutesAgo) * time.Minute)
}

// What AWS counts becomes what an operator asks: accepted, refused, done, failed.
func TestMetrics(t *testing.T) {
	t.Parallel()
	f := &fake{metrics: map[string]map[time.Time]float64{
		"sent":    {at(59): 7, at(1): 2},
		"refused": {at(1): 3},
		"taken":   {at(59): 12, at(31): 4, at(1): 6},
		"deleted": {at(59): 7, at(30): 3, at(1): 2}, // three of at(31) were deleted a minute later
		"dead":    {at(59): 1, at(1): 3},            // more than were deleted in that minute
		"oldest":  {at(59): 900, at(1): 120},
	}}
	r := newCloudWatch(f).Look(t.Context(), hour)
	if len(r.Bars) != 60 || len(r.Faults) != 0 || r.Oldest == nil || *r.Oldest != 2*time.Minute {
		t.Fatalf("%d bars, faults %v, oldest %v", len(r.Bars), r.Faults, r.Oldest)
	}
	for i, want := range map[int]monitor.Bar{
		0:  {At: at(59), Received: 7, Handled: 6, Failed: 6},
		28: {At: at(31), Failed: 1},
		29: {At: at(30), Handled: 3},
		58: {At: at(1), Received: 2, Refused: 3, Failed: 7},
		59: {At: at(0)},
	} {
		if diff := cmp.Diff(want, r.Bars[i]); diff != "" {
			t.Errorf("bar %d (-want +got):\n%s", i, diff)
		}
	}
	if want := (monitor.Bar{Received: 9, Refused: 3, Handled: 9, Failed: 14}); monitor.Sum(r.Bars) != want {
		t.Errorf("sum %+v, want %+v", monitor.Sum(r.Bars), want)
	}
}

// One call, of two pages, asks for all metrics of the whole span.
func TestOneCall(t *testing.T) {
	t.Parallel()
	f := &fake{}
	newCloudWatch(f).Look(t.Context(), monitor.Span{Bars: 84, Step: 2 * time.Hour})
	if len(f.asked) != 2 || f.asked[0].NextToken != nil || aws.ToString(f.asked[1].NextToken) != "more" {
		t.Fatalf("asked %d times", len(f.asked))
	}
	in := f.asked[0]
	if want := time.Date(2026, 9, 24, 14, 0, 0, 0, time.UTC); !in.StartTime.Equal(want) || !in.EndTime.Equal(noon) {
		t.Errorf("from %v until %v, want from %v", in.StartTime, in.EndTime, want)
	}
	var got []string
	for _, q := range in.MetricDataQueries {
		m := q.MetricStat
		if *m.Period != 7200 {
			t.Errorf("%s: period %d", *q.Id, *m.Period)
		}
		got = append(got, strings.Join([]string{*m.Metric.Namespace, *m.Metric.MetricName, *m.Metric.Dimensions[0].Name, *m.Metric.Dimensions[0].Value, *m.Stat}, " "))
	}
	want := []string{
		"AWS/SQS NumberOfMessagesSent QueueName queue-1 Sum",
		"AWS/SQS NumberOfMessagesReceived QueueName queue-1 Sum",
		"AWS/SQS NumberOfMessagesDeleted QueueName queue-1 Sum",
		"AWS/SQS NumberOfMessagesSent QueueName dead-1 Sum",
		"AWS/SQS ApproximateAgeOfOldestMessage QueueName queue-1 Maximum",
		"AWS/ApiGateway 4xx ApiId api-1 Sum",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

// The alarms that are on come first, and another stack's are left out.
func TestAlarms(t *testing.T) {
	t.Parallel()
	alarm := func(name string, state types.StateValue) types.MetricAlarm {
		return types.MetricAlarm{AlarmName: &name, StateValue: state, StateUpdatedTimestamp: new(noon), AlarmDescription: new("do this")}
	}
	f := &fake{alarms: []types.MetricAlarm{
		alarm("intake-Throttles-1A", types.StateValueOk), alarm("intake-Spilled-2B", types.StateValueInsufficientData),
		alarm("intake-dev-Throttles-3C", types.StateValueAlarm), alarm("intake-DeadLetterArrived-4D", types.StateValueAlarm), alarm("intake-", types.StateValueAlarm),
	}}
	want := []monitor.Alarm{
		{Name: "DeadLetterArrived", State: monitor.AlarmOn, Since: noon, Text: "do this"},
		{Name: "Spilled", State: monitor.AlarmUnknown, Since: noon, Text: "do this"},
		{Name: "Throttles", State: monitor.AlarmOff, Since: noon, Text: "do this"},
	}
	r := newCloudWatch(f).Look(t.Context(), hour)
	if diff := cmp.Diff(want, r.Alarms); diff != "" || f.prefix != "intake-" {
		t.Errorf("prefix %q; alarms (-want +got):\n%s", f.prefix, diff)
	}
}

// What may not be read is missing, and the rest is there.
func TestFaults(t *testing.T) {
	t.Parallel()
	denied := errors.New("denied")
	some := &fake{metrics: map[string]map[time.Time]float64{"sent": {at(1): 2}}, alarms: []types.MetricAlarm{{AlarmName: new("intake-A-1")}}}
	for _, tt := range []struct {
		operation      string
		received, warn int
	}{{"GetMetricData", 0, 1}, {"DescribeAlarms", 2, 0}} {
		f := *some
		f.fail = map[string]error{tt.operation: denied}
		r := newCloudWatch(&f).Look(t.Context(), hour)
		if len(r.Faults) != 1 || !errors.Is(r.Faults[0], denied) || monitor.Sum(r.Bars).Received != tt.received || len(r.Alarms) != tt.warn {
			t.Errorf("%s: %+v", tt.operation, r)
		}
	}
}

// A program's own counts are those of a week, and say since when.
func TestCounts(t *testing.T) {
	t.Parallel()
	now, came := noon, time.Time{}
	c := monitor.NewCounts(func() time.Time { return now })
	c.Oldest = func() time.Time { return came }
	c.Add(monitor.Bar{Received: 3})
	now = now.Add(59 * time.Minute)
	came = now.Add(-time.Minute)
	c.Add(monitor.Bar{Received: 2, Failed: 1})
	r := c.Look(t.Context(), hour)
	if want := (monitor.Bar{Received: 5, Failed: 1}); monitor.Sum(r.Bars) != want || !r.From.Equal(noon) || *r.Oldest != time.Minute {
		t.Errorf("%+v from %v, oldest %v", monitor.Sum(r.Bars), r.From, *r.Oldest)
	}
	now = now.Add(time.Minute)
	if r := c.Look(t.Context(), hour); monitor.Sum(r.Bars).Received != 2 || !r.From.IsZero() {
		t.Errorf("a minute later, with the whole hour known: %+v from %v", monitor.Sum(r.Bars), r.From)
	}
	now = noon.Add(7 * 24 * time.Hour) // into the place of the first minute
	c.Add(monitor.Bar{Received: 1})
	if got := monitor.Sum(c.Look(t.Context(), monitor.Span{Bars: 84, Step: 2 * time.Hour}).Bars); got.Received != 1 {
		t.Errorf("%+v in a week", got)
	}
}
