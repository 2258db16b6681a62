package rights

import "strings"

// A service has an AWS service's name in IAM, and says how its operations name their
// resource.
type service struct {
	prefix string // of its actions
	field  string // the field of the operations' input that names the resource
	always string // the resource of all of them, in place of what the field names
	// invoked is the field of Lambda's Invoke, whose action has another name.
	invoked string
}

// known are the services that the programs may call, by the SDK's package. Another service
// is a fault, and so is an operation whose action has another name in IAM that actions does
// not have. Source: https://docs.aws.amazon.com/service-authorization/latest/reference/
var knownServices = map[string]service{
	"sqs":            {prefix: "sqs", field: "QueueUrl"},
	"dynamodb":       {prefix: "dynamodb", field: "TableName"},
	"secretsmanager": {prefix: "secretsmanager", field: "SecretId"},
	"cloudwatchlogs": {prefix: "logs", field: "LogGroupName"},
	"lambda":         {prefix: "lambda", field: "UUID", invoked: "FunctionName"},
	"cloudformation": {prefix: "cloudformation", field: "StackName", always: stackItself},
	"cloudwatch":     {prefix: "cloudwatch", always: everything},
}

// actionOf returns IAM's name for an operation: for SQS's batches it is that of the
// entries.
func (s service) actionOf(operation string) string {
	if s.prefix == "sqs" {
		operation = strings.TrimSuffix(operation, "Batch")
	}
	if operation == "Invoke" {
		operation = "InvokeFunction"
	}
	return s.prefix + ":" + operation
}

// A transaction needs the actions of its parts, a batch of PartiQL those of its statements.
var (
	transactionActions = map[string]string{
		"Put": "dynamodb:PutItem", "Update": "dynamodb:UpdateItem", "Delete": "dynamodb:DeleteItem",
		"ConditionCheck": "dynamodb:ConditionCheckItem",
	}
	partiQLActions = map[string]string{
		"INSERT INTO": "dynamodb:PartiQLInsert", "UPDATE": "dynamodb:PartiQLUpdate",
		"DELETE FROM": "dynamodb:PartiQLDelete", "SELECT": "dynamodb:PartiQLSelect",
	}
)

// keyActions are the actions that a caller needs on the key of a resource, by the service
// that uses the key on the caller's behalf. Sources:
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html,
// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html,
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html,
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html and
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
func keyActions(action string) []string {
	switch {
	case action == "sqs:SendMessage", action == "sns:Publish", action == "secretsmanager:PutSecretValue":
		return []string{"kms:Decrypt", "kms:GenerateDataKey"}
	case action == "s3:PutObject":
		return []string{"kms:GenerateDataKey"}
	case action == "sqs:ReceiveMessage", action == "secretsmanager:GetSecretValue", action == "s3:GetObject", strings.HasPrefix(action, "dynamodb:"):
		return []string{"kms:Decrypt"}
	}
	return nil
}

// conditions are the template's conditions under which a parameter's resource exists.
var conditions = map[string]string{
	keyParameter:              "HasKey",
	handlersTable:             "HasHandlerTables",
	handlersTable + indexes:   "HasHandlerTables",
	"HandlerEmailIdentityArn": "HasHandlerEmail",
	"UpkeepFunction":          "HasUpkeep",
	"AlarmTopic":              "HasAlarmEmail",
}

const (
	keyParameter = "KmsKeyArn"
	indexes      = "/index/*"
)
