package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"webhookintake/shared/environment"
	"webhookintake/shared/process"
	"webhookintake/shared/source"
)

// A config holds the checked values of the environment.
type config struct {
	local bool // under sam local
	lean  bool // the stack's metrics are those of Watch=lean

	queueURL, deadLetterURL, table     string
	bucket                             string // the vault's; empty if there is none
	sqsEndpoint, dynamoEndpoint        string
	s3Endpoint                         string
	secretsEndpoint, handlersSecretARN string
	region                             string
	credentials                        aws.CredentialsProvider

	settings         func(string) string // for handlers, without their secret
	keepPayload      func(source string) bool
	payloadRetention time.Duration // 0 means that of the records
	timing           process.Timing
	logLevel         string
}

// readConfig reads the environment. The error lists all its faults.
func readConfig(getenv func(string) string) (config, error) {
	env := environment.New(getenv)
	c := config{
		local:             env.Local(),
		lean:              env.Lean(),
		queueURL:          env.Queue("QUEUE_URL"),
		deadLetterURL:     env.Queue("DLQ_URL"),
		table:             env.Table("TABLE_NAME"),
		bucket:            env.Bucket("VAULT_BUCKET"),
		sqsEndpoint:       env.Endpoint("AWS_ENDPOINT_URL_SQS"),
		dynamoEndpoint:    env.Endpoint("AWS_ENDPOINT_URL_DYNAMODB"),
		s3Endpoint:        env.Endpoint("AWS_ENDPOINT_URL_S3"),
		secretsEndpoint:   env.Endpoint("AWS_ENDPOINT_URL_SECRETS_MANAGER"),
		handlersSecretARN: getenv("HANDLERS_SECRET_ARN"),
		keepPayload:       keepPayload(getenv("KEEP_PAYLOADS")),
		timing:            process.DefaultTiming,
		logLevel:          getenv("LOG_LEVEL"),
	}
	c.settings = handlerSettings(env, getenv)
	if c.usesAWS() {
		c.region = env.Region()
		key, secret, token := env.Credentials()
		c.credentials = credentials.NewStaticCredentialsProvider(key, secret, token)
	}
	c.payloadRetention = env.Days("PAYLOAD_RETENTION_DAYS")
	c.timing.Function = env.Seconds("FUNCTION_TIMEOUT_S", c.timing.Function)
	c.timing.Visibility = env.Seconds("VISIBILITY_TIMEOUT_S", c.timing.Visibility)
	c.timing.QueueRetention = env.Seconds("QUEUE_RETENTION_S", c.timing.QueueRetention)
	c.timing.DeadLetterRetention = env.Seconds("DLQ_RETENTION_S", c.timing.DeadLetterRetention)
	if c.bucket != "" {
		c.timing.SpillRetention = process.SpillRetention
	}
	if err := c.timing.Check(); err != nil {
		env.Add(fmt.Errorf("times that do not fit together: %w", err))
	}
	return c, env.Err()
}

// handlerSettings looks settings up in HANDLERS, and then in the environment. It refuses
// HANDLERS on AWS: the variable may contain an API key, which everybody who may view the
// function could read.
func handlerSettings(env *environment.Reader, getenv func(string) string) func(string) string {
	if !env.Local() && getenv("HANDLERS") != "" {
		env.Fault("HANDLERS", "is only for sam local; put secret settings into the handlers' secret, and the others into variables of the function")
	}
	settings, err := source.HandlerSettings(getenv)
	env.Add(err)
	return settings
}

// usesAWS reports whether the function calls AWS, that is, unless all engines are in memory.
func (c config) usesAWS() bool {
	engines := []string{c.queueURL, c.deadLetterURL, c.table}
	return c.handlersSecretARN != "" || c.bucket != "" || slices.ContainsFunc(engines, func(e string) bool { return e != environment.Memory })
}

// keepPayload reads a list of source names, or "all".
func keepPayload(list string) func(source string) bool {
	names := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
	return func(source string) bool {
		return slices.Contains(names, "all") || slices.Contains(names, source)
	}
}
