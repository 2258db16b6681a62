package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go"

	"webhookintake/functions/hookctl/stack"
	"webhookintake/shared/ledger/dynamo"
	"webhookintake/shared/source"
)

// SiteOf finds the parts of a stack. Where the environment names them, it may have the
// sources document itself in SOURCES, and need not name the dead-letter queue. The error
// joins all that is missing.
func SiteOf(s *stack.Stack, getenv func(string) string) (Site, error) {
	var faults []error
	get := func(r stack.Resource) string {
		value, err := s.Get(r)
		faults = append(faults, err)
		return value
	}
	health, err := s.HealthURL()
	faults = append(faults, err)
	get(stack.Queue)
	site := Site{
		Name: s.Name, HealthURL: health, HookURL: s.HookURL, AllowSample: s.Name == "",
		Ledger:     dynamo.NewReader(s.DynamoDB(), get(stack.Table)),
		Queue:      counter(s, stack.Queue),
		IngestLogs: logs(s, stack.IngestLogs, stack.IngestFunction), ProcessLogs: logs(s, stack.ProcessLogs, stack.ProcessFunction),
	}
	if s.Name != "" {
		get(stack.DeadLetters)
	}
	if _, err := s.Get(stack.DeadLetters); err == nil {
		site.DeadLetters = counter(s, stack.DeadLetters)
	}
	arn, missing := s.Get(stack.SourcesSecret)
	document := ""
	if s.Name == "" {
		document = getenv("SOURCES")
	}
	switch {
	case document != "" && arn != "":
		faults = append(faults, errors.New("SOURCES and SOURCES_SECRET_ARN are both set: unset one"))
	case document != "":
		site.Sources = func(context.Context) ([]byte, error) { return []byte(document), nil }
	case missing != nil && s.Name == "":
		faults = append(faults, fmt.Errorf("%w, or SOURCES with the document itself", missing))
	default:
		faults = append(faults, missing)
		site.Sources = func(ctx context.Context) ([]byte, error) { return secretText(ctx, s.SecretsManager(), arn) }
	}
	return site, errors.Join(faults...)
}

func counter(s *stack.Stack, r stack.Resource) Counter {
	return func(ctx context.Context) (stack.Counts, error) { return s.Counts(ctx, r) }
}

// logs is the command that shows a function's logs.
func logs(s *stack.Stack, group, function stack.Resource) string {
	name, err := s.Get(group)
	if err != nil {
		if name, err = s.Get(function); err != nil {
			return "what it prints"
		}
		name = "/aws/lambda/" + name
	}
	return "aws logs tail " + name + " --since 10m"
}

// secretText reads the current version of a secret. Its error never holds a part of it:
// where the answer cannot be read, the SDK's would.
func secretText(ctx context.Context, client *secretsmanager.Client, arn string) ([]byte, error) {
	out, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{
		SecretId: &arn, VersionStage: new(string(source.Current)),
	})
	if missing, ok := errors.AsType[*types.ResourceNotFoundException](err); ok && strings.Contains(missing.ErrorMessage(), "staging label") {
		err = source.ErrNoVersion // the service tells it from a missing secret in words alone
	}
	if _, ok := errors.AsType[*smithy.DeserializationError](err); ok {
		err = errors.New("the answer is not Secrets Manager's")
	}
	if err == nil && out.SecretString == nil {
		err = errors.New("it is stored as bytes; put it as text (SecretString)")
	}
	if err != nil {
		return nil, fmt.Errorf("read secret %s: %w", arn, err)
	}
	return []byte(*out.SecretString), nil
}
