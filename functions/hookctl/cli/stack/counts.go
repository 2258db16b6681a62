package stack

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Counts are the numbers of messages in a queue, as SQS counts them: approximately, and
// possibly about a minute late.
type Counts struct {
	Waiting  int // can be received now
	InFlight int // received, and neither deleted nor visible again
	Delayed  int // can be received later
}

// All returns the number of all messages.
func (c Counts) All() int { return c.Waiting + c.InFlight + c.Delayed }

// Counts returns how many messages one of the stack's queues holds.
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
