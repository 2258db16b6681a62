package stack

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"webhookintake/shared/ledger/dynamo"
	"webhookintake/shared/queue/sqs"
	"webhookintake/shared/vault/s3"
)

// Endpoint returns the address that the environment sets for a service of AWS:
// AWS_ENDPOINT_URL_<service>, or else AWS_ENDPOINT_URL. Empty means AWS's own.
func Endpoint(getenv func(string) string, service string) string {
	return cmp.Or(getenv("AWS_ENDPOINT_URL_"+service), getenv("AWS_ENDPOINT_URL"))
}

// endpoint sets a client's address, if the environment sets one.
func (s *Stack) endpoint(service string, to **string) {
	if value := Endpoint(s.getenv, service); value != "" {
		*to = &value
	}
}

// Queue returns the client of one of the stack's queues.
func (s *Stack) Queue(r Resource) (*sqs.Queue, error) {
	queueURL, err := s.Get(r)
	if err != nil {
		return nil, err
	}
	q, err := sqs.New(sqs.Options{
		URL: queueURL, Region: cmp.Or(sqs.RegionOf(queueURL), s.config.Region),
		Credentials: s.config.Credentials, Endpoint: Endpoint(s.getenv, "SQS"),
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r, err)
	}
	return q, nil
}

// Vault returns the client of the stack's vault.
func (s *Stack) Vault() (*s3.Vault, error) {
	bucket, err := s.Get(Vault)
	if err != nil {
		return nil, err
	}
	v, err := s3.New(s3.Options{
		Bucket: bucket, Region: s.config.Region, Credentials: s.config.Credentials, Endpoint: Endpoint(s.getenv, "S3"),
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", Vault, err)
	}
	return v, nil
}

// DynamoDB returns the client of the service that has the stack's table.
func (s *Stack) DynamoDB() *dynamodb.Client {
	return dynamodb.NewFromConfig(s.config, func(o *dynamodb.Options) { s.endpoint("DYNAMODB", &o.BaseEndpoint) })
}

// SecretsManager returns the client of the service that has the stack's secrets.
func (s *Stack) SecretsManager() *secretsmanager.Client {
	return secretsmanager.NewFromConfig(s.config, func(o *secretsmanager.Options) { s.endpoint("SECRETS_MANAGER", &o.BaseEndpoint) })
}

// Logs returns the client of the service that has the functions' logs.
func (s *Stack) Logs() *cloudwatchlogs.Client {
	return cloudwatchlogs.NewFromConfig(s.config, func(o *cloudwatchlogs.Options) { s.endpoint("CLOUDWATCH_LOGS", &o.BaseEndpoint) })
}

// CloudWatch returns the client of the service that has the stack's metrics and alarms.
func (s *Stack) CloudWatch() *cloudwatch.Client {
	return cloudwatch.NewFromConfig(s.config, func(o *cloudwatch.Options) { s.endpoint("CLOUDWATCH", &o.BaseEndpoint) })
}

// HookURL returns the URL of a source's webhooks.
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

// HealthURL returns the URL of the intake's health check, next to that of its webhooks.
func (s *Stack) HealthURL() (string, error) {
	const hooks = "/hooks/{source}"
	base, err := s.Get(WebhookURL)
	if err != nil {
		return "", err
	}
	base = strings.TrimRight(strings.TrimSuffix(base, hooks), "/")
	if strings.Contains(base, "{source}") {
		return "", fmt.Errorf("%s has to end in %s, or be the URL without it", WebhookURL, hooks)
	}
	return base + "/healthz", nil
}

// Ledger returns the reader of the stack's table.
func (s *Stack) Ledger() (*dynamo.Reader, error) {
	table, err := s.Get(Table)
	if err != nil {
		return nil, err
	}
	return dynamo.NewReader(s.DynamoDB(), table), nil
}
