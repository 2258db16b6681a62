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
)

// API is what is called of CloudWatch's client.
type API interface {
	GetMetricData(context.Context, *cloudwatch.GetMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error)
	DescribeAlarms(context.Context, *cloudwatch.DescribeAlarmsInput, ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error)
}

// CloudWatch reads a deployed stack's metrics and alarms. It uses AWS's own metrics alone,
// which cost nothing to keep and exist however the stack is watched. They come up to some
// minutes late.
type CloudWatch struct {
	API                API
	Stack              string // its name, with which its alarms' names begin
	Queue, DeadLetters string // the queues' names
	HTTPAPI            string // the id of the API; empty if refused requests are not counted
	Now                func() time.Time
}

// The ids of the metrics within a call.
const (
	idSent    = "sent"    // messages that the queue got: what was accepted, and what an operator sent
	idTaken   = "taken"   // messages that process got
	idDeleted = "deleted" // messages that are done, or became dead letters
	idDead    = "dead"    // letters that process wrote
	idRefused = "refused"
	idOldest  = "oldest"
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

// queries are the metrics of a call. Sources:
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
func (c *CloudWatch) queries(step time.Duration) []types.MetricDataQuery {
	query := func(id, namespace, name, dimension, value, stat string) types.MetricDataQuery {
		return types.MetricDataQuery{Id: &id, MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: &namespace, MetricName: &name, Dimensions: []types.Dimension{{Name: &dimension, Value: &value}}},
			Period: new(int32(step / time.Second)), Stat: &stat,
		}}
	}
	all := []types.MetricDataQuery{
		query(idSent, "AWS/SQS", "NumberOfMessagesSent", "QueueName", c.Queue, "Sum"),
		query(idTaken, "AWS/SQS", "NumberOfMessagesReceived", "QueueName", c.Queue, "Sum"),
		query(idDeleted, "AWS/SQS", "NumberOfMessagesDeleted", "QueueName", c.Queue, "Sum"),
		query(idDead, "AWS/SQS", "NumberOfMessagesSent", "QueueName", c.DeadLetters, "Sum"),
		query(idOldest, "AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", c.Queue, "Maximum"),
	}
	if c.HTTPAPI != "" {
		all = append(all, query(idRefused, "AWS/ApiGateway", "4xx", "ApiId", c.HTTPAPI, "Sum"))
	}
	return all
}

func (c *CloudWatch) metrics(ctx context.Context, s Span) ([]Bar, *time.Duration, error) {
	now := c.Now()
	bars := s.bars(now)
	in := &cloudwatch.GetMetricDataInput{
		StartTime: new(bars[0].At), EndTime: new(now), MetricDataQueries: c.queries(s.Step), ScanBy: types.ScanByTimestampAscending,
	}
	var oldest *time.Duration
	ends := make([]ends, len(bars))
	for range pages {
		out, err := c.API.GetMetricData(ctx, in)
		if err != nil {
			return nil, nil, fmt.Errorf("read the stack's metrics: %w", err)
		}
		for _, result := range out.MetricDataResults {
			for i, at := range result.Timestamps[:min(len(result.Timestamps), len(result.Values))] {
				n, value := s.at(bars, at), result.Values[i]
				if n < 0 {
					continue
				}
				switch aws.ToString(result.Id) {
				case idSent:
					bars[n].Received += whole(value)
				case idRefused:
					bars[n].Refused += whole(value)
				case idTaken:
					ends[n].taken += value
				case idDeleted:
					ends[n].deleted += value
				case idDead:
					ends[n].dead += value
				case idOldest: // the last one stays
					oldest = new(time.Duration(value) * time.Second)
				}
			}
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	judge(bars, ends)
	return bars, oldest, nil
}

// The ends of the messages that process got in one step.
type ends struct{ taken, deleted, dead float64 }

// judge counts the runs that ended well and those that failed: a message that process got and
// did not delete is to be retried, and of those that it deleted some became dead letters. One
// that is deleted in the step after it was taken is not one that was put back, so more
// deleted than taken is a debt of the steps before.
func judge(bars []Bar, all []ends) {
	debt := 0.0
	for i := len(bars) - 1; i >= 0; i-- {
		left := all[i].taken - all[i].deleted - debt
		debt = max(0, -left)
		bars[i].Handled = whole(all[i].deleted - all[i].dead)
		bars[i].Failed = whole(left) + whole(all[i].dead)
	}
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
