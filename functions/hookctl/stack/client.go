package stack

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"webhookintake/shared/queue/sqs"
)

// endpoint sets where a service is asked, if the environment says so in
// AWS_ENDPOINT_URL_<service>.
func (s *Stack) endpoint(service string, to **string) {
	if value := s.getenv("AWS_ENDPOINT_URL_" + service); value != "" {
		*to = &value
	}
}

// Queue is the client of one of the stack's queues.
func (s *Stack) Queue(r Resource) (*sqs.Queue, error) {
	queueURL, err := s.Get(r)
	if err != nil {
		return nil, err
	}
	o := sqs.Options{URL: queueURL, Credentials: s.config.Credentials, Endpoint: s.getenv("AWS_ENDPOINT_URL_SQS")}
	if u, err := url.Parse(queueURL); err != nil || !strings.Contains(u.Host, ".amazonaws.com") {
		o.Region = s.config.Region // another service's URL does not show one
	}
	q, err := sqs.New(o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r, err)
	}
	return q, nil
}

// DynamoDB is the client of the service that has the stack's table.
func (s *Stack) DynamoDB() *dynamodb.Client {
	return dynamodb.NewFromConfig(s.config, func(o *dynamodb.Options) { s.endpoint("DYNAMODB", &o.BaseEndpoint) })
}

// SecretsManager is the client of the service that has the stack's secrets.
func (s *Stack) SecretsManager() *secretsmanager.Client {
	return secretsmanager.NewFromConfig(s.config, func(o *secretsmanager.Options) { s.endpoint("SECRETS_MANAGER", &o.BaseEndpoint) })
}

// Logs is the client of the service that has the functions' logs.
func (s *Stack) Logs() *cloudwatchlogs.Client {
	return cloudwatchlogs.NewFromConfig(s.config, func(o *cloudwatchlogs.Options) { s.endpoint("CLOUDWATCH_LOGS", &o.BaseEndpoint) })
}

// HookURL is where a source's webhooks are sent.
func (s *Stack) HookURL(source string) (string, error) {
	base, err := s.Get(WebhookURL)
	if err != nil {
		return "", err
	}
	if !strings.Contains(base, "{source}") {
		base = strings.TrimRight(base, "/") + "/hooks/{source}"
	}
	return strings.ReplaceAll(base, "{source}", url.PathEscape(source)), nil
}

// HealthURL is where the intake says that it is there, beside where its webhooks go.
func (s *Stack) HealthURL() (string, error) {
	const hooks = "/hooks/{source}"
	base, err := s.Get(WebhookURL)
	if err != nil {
		return "", err
	}
	base = strings.TrimRight(strings.TrimSuffix(base, hooks), "/")
	if strings.Contains(base, "{source}") {
		return "", fmt.Errorf("%s has to end in %s, or to be what stands before that", WebhookURL, hooks)
	}
	return base + "/healthz", nil
}
