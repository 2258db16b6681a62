package doctor

import (
	"context"
	"errors"
	"fmt"

	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/ledger/dynamo"
	"webhookintake/shared/source"
)

// SiteOf returns the parts of a stack. If the environment names them, it may have the
// sources document itself in SOURCES, and need not name the dead-letter queue. The error
// joins everything that is missing.
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
	table := get(stack.Table)
	site := Site{
		Name: s.Name, Flags: s.Flags, HealthURL: health, HookURL: s.HookURL, AllowSample: s.Name == "",
		Table: tableAge(s.DynamoDB(), table), Created: s.Created,
		Ledger:     dynamo.NewReader(s.DynamoDB(), table),
		Queue:      counter(s, stack.Queue),
		IngestLogs: logs(s, stack.IngestLogs, stack.IngestFunction), ProcessLogs: logs(s, stack.ProcessLogs, stack.ProcessFunction),
	}
	site.Vault, err = spilled(s)
	faults = append(faults, err)
	if s.Name != "" {
		get(stack.DeadLetters)
	}
	if _, err := s.Get(stack.DeadLetters); err == nil {
		site.DeadLetters = counter(s, stack.DeadLetters)
	}
	if group, err := s.Get(stack.IngestLogs); err == nil {
		site.URLs = sources.NewLog(s.Logs(), group, "") // which reads the URLs in ingest's log alone
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
		site.Sources = func(ctx context.Context) ([]byte, error) {
			current, err := sources.NewSecret(s.SecretsManager(), arn).Read(ctx, source.Current)
			return current.Document, err
		}
	}
	return site, errors.Join(faults...)
}

func counter(s *stack.Stack, r stack.Resource) Counter {
	return func(ctx context.Context) (stack.Counts, error) { return s.Counts(ctx, r) }
}

// logs returns the command that shows a function's logs.
func logs(s *stack.Stack, group, function stack.Resource) string {
	name, err := s.Get(group)
	if err != nil {
		if name, err = s.Get(function); err != nil {
			return "its output"
		}
		name = "/aws/lambda/" + name
	}
	return "aws logs tail " + name + " --since 10m"
}
