package doctor

import (
	"context"
	"errors"

	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/shared/vault"
)

// vault looks into the bucket for what does not fit the queue. Ordinary webhooks do not need
// it, so it is a warning at most.
func (e *exam) vault(ctx context.Context) Step {
	if e.site.Vault == nil {
		return passed("none is known: what does not fit the queue is refused")
	}
	spilled, err := e.site.Vault(ctx)
	switch {
	case errors.Is(err, vault.ErrNoBucket):
		return warned("make it again under its name, with the policy, encryption and lifecycle that the template has for it; a deploy alone does not; or correct VAULT_BUCKET",
			"%v: large webhooks are refused, and so is every one while SQS takes none", err)
	case errors.Is(err, vault.ErrDenied):
		return warned("this needs s3:ListBucket on spill/ in the bucket: use the operator's role, or check that the bucket is the stack's",
			"what is in it is not known: %v", err)
	case err != nil:
		return warned("check the bucket's name and region", "what is in it is not known: %v", err)
	case spilled:
		return warned("see what upkeep says: "+e.command("upkeep"), "webhooks that SQS did not take wait in it for upkeep")
	}
	return passed("it answers; nothing waits in it for upkeep")
}

// spilled returns a function that says whether webhooks wait in the stack's vault; nil if the
// stack has none.
func spilled(s *stack.Stack) (func(context.Context) (bool, error), error) {
	if _, missing := s.Get(stack.Vault); missing != nil {
		return nil, nil //nolint:nilerr // a stack without a vault is none with a fault
	}
	bucket, err := s.Vault()
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (bool, error) {
		found, err := bucket.List(ctx, vault.Spill, "", 1)
		return len(found) > 0, err
	}, nil
}
