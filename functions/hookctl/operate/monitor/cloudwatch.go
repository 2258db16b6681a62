package monitor

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"webhookintake/shared/telemetry"
)

// API is what is called of CloudWatch's client.
type API interface {
	GetMetricData(context.Context, *cloudwatch.GetMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error)
	DescribeAlarms(context.Context, *cloudwatch.DescribeAlarmsInput, ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error)
}

// CloudWatch reads a deployed stack's metrics and alarms. They come up to some minutes late.
type CloudWatch struct {
	API                API
	Stack              string // its name, with which its alarms' names begin
	Queue, DeadLetters string // the queues' names
	Ingest, Process    string // the functions' names
	Now                func() time.Time
}

// The ids of the metrics within a call.
const (
	idSent     = "sent"    // messages that the queue got: what was accepted, and what an operator sent
	idDeleted  = "deleted" // messages that are done, or became dead letters
	idDead     = "dead"    // letters that process wrote
	idRefused  = "refused"
	idRetried  = "retried"
	idBySource = "retried_by_source" // the same in a stack that counts by source
	idOldest   = "oldest"
)

// pages is how many pages of an answer are read at most: more than any span needs.
const pages = 10

// Look implements [Monitor]. All metrics come with one call, and the alarms with another.
func (c *CloudWatch) Look(ctx context.Context, s Span) Report {
	var r Report
	var alarmsErr, metricsErr error
	var both sync.WaitGroup
	both.Go(func() { r.Alarms, alarmsErr = c.alarms(ctx) })
	both.Go(func() { r.Bars, r.Oldest, metricsErr = c.metrics(ctx, s) })
	both.Wait()
	for _, err := range []error{metricsErr, alarmsErr} {
		if err != nil {
			r.Faults = append(r.Faults, err)
		}
	}
	return r
}

// queries are the metrics of a call: AWS's own where they serve, as they exist for every
// stack. Source:
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
func (c *CloudWatch) queries(step time.Duration) []types.MetricDataQuery {
	period := new(int32(step / time.Second))
	stat := func(id, namespace, name, dimension, value, stat string) types.MetricDataQuery {
		return types.MetricDataQuery{Id: &id, MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: &namespace, MetricName: &name, Dimensions: []types.Dimension{{Name: &dimension, Value: &value}}},
			Period: period, Stat: &stat,
		}}
	}
	// search adds up a metric of ours over all values of a further dimension.
	search := func(id, name, function, dimension string) types.MetricDataQuery {
		return types.MetricDataQuery{Id: &id, Period: period, Expression: new(fmt.Sprintf(`SUM(SEARCH('{%s,%s,%s} %s="%s" MetricName="%s"', 'Sum', %d))`,
			telemetry.Namespace, telemetry.FieldFunction, dimension, telemetry.FieldFunction, function, name, *period))}
	}
	return []types.MetricDataQuery{
		stat(idSent, "AWS/SQS", "NumberOfMessagesSent", "QueueName", c.Queue, "Sum"),
		stat(idDeleted, "AWS/SQS", "NumberOfMessagesDeleted", "QueueName", c.Queue, "Sum"),
		stat(idDead, "AWS/SQS", "NumberOfMessagesSent", "QueueName", c.DeadLetters, "Sum"),
		stat(idOldest, "AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", c.Queue, "Maximum"),
		stat(idRetried, telemetry.Namespace, telemetry.MetricRetried, telemetry.FieldFunction, c.Process, "Sum"),
		search(idBySource, telemetry.MetricRetried, c.Process, telemetry.FieldSource),
		search(idRefused, telemetry.MetricRejected, c.Ingest, telemetry.FieldCode),
	}
}

func (c *CloudWatch) metrics(ctx context.Context, s Span) ([]Bar, *time.Duration, error) {
	now := c.Now()
	bars := s.bars(now)
	in := &cloudwatch.GetMetricDataInput{
		StartTime: new(bars[0].At), EndTime: new(now), MetricDataQueries: c.queries(s.Step), ScanBy: types.ScanByTimestampAscending,
	}
	var oldest *time.Duration
	deleted, dead := make(map[time.Time]float64), make(map[time.Time]float64)
	for range pages {
		out, err := c.API.GetMetricData(ctx, in)
		if err != nil {
			return nil, nil, fmt.Errorf("read the stack's metrics: %w", err)
		}
		for _, result := range out.MetricDataResults {
			for i, at := range result.Timestamps[:min(len(result.Timestamps), len(result.Values))] {
				b, value := s.at(bars, at), result.Values[i]
				if b == nil {
					continue
				}
				switch aws.ToString(result.Id) {
				case idSent:
					b.Received += whole(value)
				case idRefused:
					b.Refused += whole(value)
				case idRetried, idBySource:
					b.Failed += whole(value)
				case idDead:
					dead[b.At] += value
				case idDeleted:
					deleted[b.At] += value
				case idOldest: // the last one stays
					oldest = new(time.Duration(value) * time.Second)
				}
			}
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	for i := range bars { // a message that was deleted is done, or is a dead letter now
		b := &bars[i]
		b.Handled, b.Failed = whole(deleted[b.At]-dead[b.At]), b.Failed+whole(dead[b.At])
	}
	return bars, oldest, nil
}

// whole returns a count as CloudWatch has it. A letter may be counted before its message is
// deleted, so that a difference can be less than zero.
func whole(n float64) int { return int(max(0, math.Round(n))) }

// generated is what CloudFormation makes of an alarm's name, behind that of its stack.
var generated = regexp.MustCompile(`^([A-Za-z0-9]+)-[A-Za-z0-9]+$`)

// alarms returns the stack's alarms. Another stack's name may begin with this one's.
func (c *CloudWatch) alarms(ctx context.Context) ([]Alarm, error) {
	in := &cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: new(c.Stack + "-"), AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm}}
	var all []Alarm
	for range pages {
		out, err := c.API.DescribeAlarms(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("read the stack's alarms: %w", err)
		}
		for _, one := range out.MetricAlarms {
			name := generated.FindStringSubmatch(aws.ToString(one.AlarmName)[min(len(aws.ToString(one.AlarmName)), len(c.Stack)+1):])
			if name == nil {
				continue
			}
			all = append(all, Alarm{
				Name: name[1], State: AlarmState(one.StateValue), Since: aws.ToTime(one.StateUpdatedTimestamp), Text: aws.ToString(one.AlarmDescription),
			})
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	slices.SortFunc(all, func(a, b Alarm) int {
		return cmp.Or(rank(a.State)-rank(b.State), cmp.Compare(a.Name, b.Name))
	})
	return all, nil
}

func rank(s AlarmState) int { return slices.Index([]AlarmState{AlarmOn, AlarmUnknown, AlarmOff}, s) }
