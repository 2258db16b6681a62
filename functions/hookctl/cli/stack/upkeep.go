package stack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/upkeep"
)

// liveAlias is the alias of each function that its events invoke.
const liveAlias = "live"

// RunUpkeep implements [operate.Intake]: it invokes the function upkeep and waits for its
// answer, at most the four minutes that the function has.
func (i intake) RunUpkeep(ctx context.Context) (answer upkeep.Answer, err error) {
	name, err := i.stack.Get(UpkeepFunction)
	if err != nil && i.stack.Name != "" {
		return answer, fmt.Errorf("%w: stack %s has no function upkeep: deploy it with the parameter Upkeep=true", operate.ErrNoUpkeep, i.stack.Name)
	}
	if err != nil {
		return answer, fmt.Errorf("%w: %w", operate.ErrNoUpkeep, err)
	}
	client := lambda.NewFromConfig(i.stack.config, func(o *lambda.Options) { i.stack.endpoint("LAMBDA", &o.BaseEndpoint) })
	out, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &name, Qualifier: aws.String(liveAlias), Payload: []byte(`{"report":true}`)})
	switch {
	case isA[*types.TooManyRequestsException](err):
		return answer, fmt.Errorf("invoke %s: Lambda throttles it, because the account runs as many functions at once as it may: try again in a minute: %w", name, err)
	case isA[*types.ResourceNotFoundException](err):
		return answer, fmt.Errorf("invoke %s: it is gone: deploy the stack again: %w", name, err)
	case err != nil:
		return answer, fmt.Errorf("invoke %s: %w", name, err)
	case out.FunctionError != nil:
		return answer, fmt.Errorf("%s failed: %s; its log, UpkeepLogs among the stack's resources, says more", name, failureIn(out.Payload))
	}
	if err := json.Unmarshal(out.Payload, &answer); err != nil || answer.BusyUntil.IsZero() && answer.Tasks == nil {
		return answer, fmt.Errorf("%s answered what this hookctl does not understand: deploy the stack again, or check out the version that it has", name)
	}
	return answer, nil
}

func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// failureIn returns what a function that failed answers: its error, or that it took too long.
func failureIn(payload []byte) string {
	var failure struct {
		Message string `json:"errorMessage"`
	}
	_ = json.Unmarshal(payload, &failure) // what is not its form has no message
	return cmp.Or(failure.Message, "it gave no reason")
}
