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

// A config is the environment, read and checked.
type config struct {
	local bool // under sam local

	queueURL, deadLetterURL, table     string
	sqsEndpoint, dynamoEndpoint        string
	secretsEndpoint, handlersSecretARN string
	region                             string
	credentials                        aws.CredentialsProvider

	settings         func(string) string // what handlers read, their secret aside
	keepPayload      func(source string) bool
	payloadRetention time.Duration // 0 means as long as the records
	timing           process.Timing
	logLevel         string
}

// readConfig reads the environment. Its error lists everything that is wrong with it.
func readConfig(getenv func(string) string) (config, error) {
	env := environment.New(getenv)
	c := config{
		local:             env.Local(),
		queueURL:          env.Queue("QUEUE_URL"),
		deadLetterURL:     env.Queue("DLQ_URL"),
		table:             env.Table("TABLE_NAME"),
		sqsEndpoint:       env.Endpoint("AWS_ENDPOINT_URL_SQS"),
		dynamoEndpoint:    env.Endpoint("AWS_ENDPOINT_URL_DYNAMODB"),
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
	if err := c.timing.Check(); err != nil {
		env.Add(fmt.Errorf("times that do not fit together: %w", err))
	}
	return c, env.Err()
}

// handlerSettings are HANDLERS and, behind them, the environment. HANDLERS may hold an API
// key, which on AWS everybody could read who may look at the function: there it is refused.
func handlerSettings(env *environment.Reader, getenv func(string) string) func(string) string {
	if !env.Local() && getenv("HANDLERS") != "" {
		env.Fault("HANDLERS", "is for sam local alone; put what is secret into the handlers' secret, and the rest into variables of the function")
	}
	settings, err := source.HandlerSettings(getenv)
	env.Add(err)
	return settings
}

// usesAWS reports whether anything is asked of AWS: not if all engines are in memory.
func (c config) usesAWS() bool {
	engines := []string{c.queueURL, c.deadLetterURL, c.table}
	return c.handlersSecretARN != "" || slices.ContainsFunc(engines, func(e string) bool { return e != environment.Memory })
}

// keepPayload reads a list of source names, or "all".
func keepPayload(list string) func(source string) bool {
	names := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
	return func(source string) bool {
		return slices.Contains(names, "all") || slices.Contains(names, source)
	}
}
