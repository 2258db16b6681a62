package stack

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"webhookintake/functions/hookctl/operate"
)

// mappingStates are the states of an event source mapping, as operators see them. Source:
// https://docs.aws.amazon.com/lambda/latest/api/API_GetEventSourceMapping.html
var mappingStates = map[string]operate.ProcessingState{
	"Enabled": operate.Running, "Creating": operate.Resuming, "Enabling": operate.Resuming, "Updating": operate.Resuming,
	"Disabling": operate.Pausing, "Disabled": operate.Paused, "Deleting": operate.Pausing,
}

// Processing implements [operate.Processing]: the function process is invoked as long as
// its event source mapping is enabled.
func (i intake) Processing(ctx context.Context) (operate.ProcessingState, error) {
	client, id, err := i.stack.mapping()
	if err != nil {
		return "", err
	}
	out, err := client.GetEventSourceMapping(ctx, &lambda.GetEventSourceMappingInput{UUID: &id})
	if err != nil {
		return "", fmt.Errorf("look whether processing is paused: %w", err)
	}
	state, ok := mappingStates[aws.ToString(out.State)]
	if !ok {
		return "", fmt.Errorf("look whether processing is paused: Lambda says %q, which this hookctl does not know", aws.ToString(out.State))
	}
	return state, nil
}

// SetProcessing implements [operate.Processing].
func (i intake) SetProcessing(ctx context.Context, want operate.ProcessingState) error {
	client, id, err := i.stack.mapping()
	if err != nil {
		return err
	}
	_, err = client.UpdateEventSourceMapping(ctx, &lambda.UpdateEventSourceMappingInput{UUID: &id, Enabled: new(want == operate.Running)})
	if err != nil {
		return fmt.Errorf("set processing to %s: %w", want, err)
	}
	return nil
}

// mapping returns the client of Lambda, and the id of the event source mapping between the
// queue and process. The error is [operate.ErrCannotPause].
func (s *Stack) mapping() (client *lambda.Client, id string, err error) {
	if id, err = s.Get(EventSourceMapping); err != nil {
		return nil, "", fmt.Errorf("%w: %w", operate.ErrCannotPause, err)
	}
	return lambda.NewFromConfig(s.config, func(o *lambda.Options) { s.endpoint("LAMBDA", &o.BaseEndpoint) }), id, nil
}
