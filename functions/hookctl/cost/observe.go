package cost

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/stack"
)

// lookBack is how much of a stack's past is looked at, and day how much a value is of.
const (
	lookBack = 30 * day
	day      = 24 * time.Hour
)

// errIdle reports that a stack had no events, so that there is nothing to compute with.
var errIdle = errors.New("CloudWatch counted no events within 30 days")

// observed returns the usage of a deployed stack.
func observed(ctx context.Context, e *cli.Env, from cli.StackFlags, u Usage) (Usage, error) {
	s, err := e.Stack(ctx, from)
	if err != nil {
		return u, err
	}
	of := resources{}
	for resource, into := range map[stack.Resource]*string{
		stack.Queue: &of.queue, stack.IngestFunction: &of.ingest, stack.ProcessFunction: &of.process,
	} {
		value, err := s.Get(resource)
		if err != nil {
			return u, err
		}
		*into = path.Base(value) // of a queue's URL, its name
	}
	span := min(lookBack, max(time.Hour, e.Now().Sub(s.Created)))
	c, err := ask(ctx, s.CloudWatch(), of, e.Now().Add(-span), e.Now())
	if err != nil {
		return u, fmt.Errorf("read the metrics of stack %s: %w; this needs cloudwatch:GetMetricData", s.Name, err)
	}
	if u, err = u.of(s.Parameters, c, span); err != nil {
		return u, fmt.Errorf("stack %s: %w: leave --stack out and give --events", s.Name, err)
	}
	return u, nil
}

// of returns u with what a stack's parameters say, and with what CloudWatch counted in that
// time, scaled to a month. The rest stays. Its error is errIdle.
func (u Usage) of(parameters map[string]string, c counts, span time.Duration) (Usage, error) {
	if c.events == 0 || c.batches == 0 || c.requests == 0 {
		return u, errIdle
	}
	u.Arm64 = parameters["Architecture"] == "arm64"
	u.Payloads = parameters["KeepPayloads"] == "all"
	u.NoUpkeep = parameters["Upkeep"] == "false"
	u.MemoryMB, _ = strconv.ParseFloat(parameters["MemorySize"], 64) // of a version before: 0, the default
	month := hours * float64(time.Hour) / float64(span)
	u.Events, u.Requests = c.events*month, max(c.requests, c.events)*month
	u.Batch = min(10, max(1, c.events/c.batches))
	u.IngestTook = time.Duration(c.ingestMS / c.requests * float64(time.Millisecond))
	u.ProcessTook = time.Duration(c.processMS / c.batches * float64(time.Millisecond))
	return u, nil
}

// A metricsAPI is what is called of CloudWatch's client.
type metricsAPI interface {
	GetMetricData(context.Context, *cloudwatch.GetMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error)
}

// resources are the names of what CloudWatch counts for.
type resources struct{ queue, ingest, process string }

// counts are what CloudWatch counted of a stack within a time.
type counts struct {
	events, requests, batches float64
	ingestMS, processMS       float64 // of all invocations together
}

// ask asks for metrics of SQS and Lambda, which every stack has.
func ask(ctx context.Context, api metricsAPI, of resources, from, to time.Time) (counts, error) {
	var c counts
	into := map[string]*float64{"events": &c.events, "requests": &c.requests, "batches": &c.batches, "ingest": &c.ingestMS, "process": &c.processMS}
	sum := func(id, namespace, name, dimension, value string) types.MetricDataQuery {
		return types.MetricDataQuery{Id: &id, MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: &namespace, MetricName: &name, Dimensions: []types.Dimension{{Name: &dimension, Value: &value}}},
			Period: new(int32(day / time.Second)), Stat: new("Sum"),
		}}
	}
	in := &cloudwatch.GetMetricDataInput{StartTime: &from, EndTime: &to, MetricDataQueries: []types.MetricDataQuery{
		sum("events", "AWS/SQS", "NumberOfMessagesSent", "QueueName", of.queue),
		sum("requests", "AWS/Lambda", "Invocations", "FunctionName", of.ingest),
		sum("batches", "AWS/Lambda", "Invocations", "FunctionName", of.process),
		sum("ingest", "AWS/Lambda", "Duration", "FunctionName", of.ingest),
		sum("process", "AWS/Lambda", "Duration", "FunctionName", of.process),
	}}
	for {
		out, err := api.GetMetricData(ctx, in)
		if err != nil {
			return c, err
		}
		for _, result := range out.MetricDataResults {
			for _, value := range result.Values {
				if n := into[aws.ToString(result.Id)]; n != nil {
					*n += value
				}
			}
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return c, nil
		}
	}
}
