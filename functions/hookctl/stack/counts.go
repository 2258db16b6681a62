package stack

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Counts are how many messages a queue holds, as SQS counts: approximately, and for
// about a minute after a change possibly not yet.
type Counts struct {
	Waiting  int // to be received now
	InFlight int // received, and neither deleted nor visible again
	Delayed  int // to be received later
}

// All is how many messages there are.
func (c Counts) All() int { return c.Waiting + c.InFlight + c.Delayed }

// Counts asks how many messages one of the stack's queues holds.
func (s *Stack) Counts(ctx context.Context, r Resource) (Counts, error) {
	queueURL, err := s.Get(r)
	if err != nil {
		return Counts{}, err
	}
	client := sqs.NewFromConfig(s.config, func(o *sqs.Options) { s.endpoint("SQS", &o.BaseEndpoint) })
	names := []types.QueueAttributeName{
		types.QueueAttributeNameApproximateNumberOfMessages,
		types.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
		types.QueueAttributeNameApproximateNumberOfMessagesDelayed,
	}
	out, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &queueURL, AttributeNames: names})
	if err != nil {
		return Counts{}, fmt.Errorf("count the messages of %s: %w", r, err)
	}
	var c Counts
	for i, into := range []*int{&c.Waiting, &c.InFlight, &c.Delayed} {
		if *into, err = strconv.Atoi(out.Attributes[string(names[i])]); err != nil {
			return Counts{}, fmt.Errorf("count the messages of %s: the answer has no %s", r, names[i])
		}
	}
	return c, nil
}
