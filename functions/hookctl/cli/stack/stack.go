package stack

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"
)

// ErrMissing reports that neither the stack's outputs nor the environment name a resource.
var ErrMissing = errors.New("is not known")

// A Stack is a set of resources. Make it with [Find] or [FromEnvironment].
type Stack struct {
	Name  string // empty if the environment names the resources
	Flags string // the flags that name the stack on a command line, after a space; or empty
	// Created is when the stack's first change set was made, zero if the environment names
	// the resources.
	Created time.Time

	// Parameters are those with which the stack was deployed, nil if the environment names the
	// resources.
	Parameters map[string]string

	config    aws.Config
	getenv    func(string) string
	resources map[Resource]string
}

// A Resource is the name of the stack's output for something that commands work on.
type Resource string

// The resources.
const (
	WebhookURL      Resource = "WebhookUrl" // ends in /hooks/{source}
	Queue           Resource = "QueueUrl"
	DeadLetters     Resource = "DeadLettersUrl"
	Table           Resource = "TableName"
	Vault           Resource = "VaultBucket"
	SourcesSecret   Resource = "SourcesSecret"
	HandlersSecret  Resource = "HandlersSecret"
	IngestFunction  Resource = "IngestFunction"
	ProcessFunction Resource = "ProcessFunction"
	UpkeepFunction  Resource = "UpkeepFunction"
	IngestLogs      Resource = "IngestLogs"
	ProcessLogs     Resource = "ProcessLogs"
	HTTPAPI         Resource = "ApiId"
	// EventSourceMapping has the queue's messages handled by process.
	EventSourceMapping Resource = "EventSourceMapping"
)

// variables are the environment's names for the resources: those that the functions read,
// and further ones for what the functions do not need.
var variables = map[Resource]string{
	WebhookURL:     "WEBHOOK_URL",
	Queue:          "QUEUE_URL",
	DeadLetters:    "DLQ_URL",
	Table:          "TABLE_NAME",
	Vault:          "VAULT_BUCKET",
	SourcesSecret:  "SOURCES_SECRET_ARN",
	HandlersSecret: "HANDLERS_SECRET_ARN",
	IngestLogs:     "INGEST_LOG_GROUP",
	ProcessLogs:    "PROCESS_LOG_GROUP",

	EventSourceMapping: "EVENT_SOURCE_MAPPING",
}

// Find reads the outputs of the stack with that name, in the region of the configuration.
// The environment may set endpoints other than AWS's own.
func Find(ctx context.Context, config aws.Config, getenv func(string) string, name string) (*Stack, error) {
	s := &Stack{Name: name, Flags: " --stack " + name, config: config, getenv: getenv, resources: map[Resource]string{}}
	client := cloudformation.NewFromConfig(config, func(o *cloudformation.Options) { s.endpoint("CLOUDFORMATION", &o.BaseEndpoint) })
	out, err := client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	if e, ok := errors.AsType[smithy.APIError](err); ok && strings.Contains(e.ErrorMessage(), "does not exist") {
		return nil, fmt.Errorf("look up stack %s: region %s has none of that name: give another --stack, --region or --profile", name, config.Region)
	}
	if err != nil {
		return nil, fmt.Errorf("look up stack %s: %w", name, err)
	}
	if len(out.Stacks) != 1 {
		return nil, fmt.Errorf("look up stack %s: %d stacks have that name", name, len(out.Stacks))
	}
	found := out.Stacks[0]
	if !deployed(found.StackStatus) {
		return nil, fmt.Errorf("stack %s is %s; deploy it first", name, found.StackStatus)
	}
	s.Created = aws.ToTime(found.CreationTime).UTC()
	s.Parameters = map[string]string{}
	for _, p := range found.Parameters {
		s.Parameters[aws.ToString(p.ParameterKey)] = aws.ToString(p.ParameterValue)
	}
	for _, o := range found.Outputs {
		s.resources[Resource(aws.ToString(o.OutputKey))] = aws.ToString(o.OutputValue)
	}
	return s, nil
}

// SourcesFormat returns the form of the sources document that the deployed ingest reads:
// the output of that name or, without a stack's name, the variable SOURCES_FORMAT. It is 1
// if neither says.
func (s *Stack) SourcesFormat() int {
	text := s.resources["SourcesFormat"]
	if s.Name == "" {
		text = s.getenv("SOURCES_FORMAT")
	}
	format, err := strconv.Atoi(text)
	if err != nil || format < 1 {
		return 1
	}
	return format
}

// deployed reports whether a stack in that status has its resources, as it has during an
// update.
func deployed(status types.StackStatus) bool {
	text := string(status)
	return text == "CREATE_COMPLETE" || strings.HasPrefix(text, "UPDATE_") || strings.HasPrefix(text, "IMPORT_")
}

// FromEnvironment returns the resources that the environment names.
func FromEnvironment(config aws.Config, getenv func(string) string) *Stack {
	s := &Stack{config: config, getenv: getenv, resources: map[Resource]string{}}
	for resource, variable := range variables {
		s.resources[resource] = getenv(variable)
	}
	return s
}

// Get returns the URL, name or ARN of a resource. The error is [ErrMissing] and says what
// to do.
func (s *Stack) Get(r Resource) (string, error) {
	if value := s.resources[r]; value != "" {
		return value, nil
	}
	if s.Name != "" {
		return "", fmt.Errorf("%s %w: stack %s has no such output; deploy it again with this template", r, ErrMissing, s.Name)
	}
	if variable, ok := variables[r]; ok {
		return "", fmt.Errorf("%s %w: give --stack NAME, or for engines on this machine the variable %s", r, ErrMissing, variable)
	}
	return "", fmt.Errorf("%s %w: give --stack NAME", r, ErrMissing)
}
