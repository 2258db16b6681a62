package rights

import "strings"

// A service is how an AWS service is called in IAM, and how its operations say on what.
type service struct {
	prefix string // of its actions
	field  string // of the operations' input, which names the resource
	self   bool   // the resource is the stack itself, which its operator names by hand
}

// known are the services that the programs may call, by the SDK's package. One that is
// not here is a fault, as are operations that IAM calls otherwise and actions does not
// know.
// Source: https://docs.aws.amazon.com/service-authorization/latest/reference/
var knownServices = map[string]service{
	"sqs":            {prefix: "sqs", field: "QueueUrl"},
	"dynamodb":       {prefix: "dynamodb", field: "TableName"},
	"secretsmanager": {prefix: "secretsmanager", field: "SecretId"},
	"cloudwatchlogs": {prefix: "logs", field: "LogGroupName"},
	"cloudformation": {prefix: "cloudformation", field: "StackName", self: true},
}

// actionOf is what IAM calls an operation: of SQS's batches it sees the entries.
func (s service) actionOf(operation string) string {
	if s.prefix == "sqs" {
		operation = strings.TrimSuffix(operation, "Batch")
	}
	return s.prefix + ":" + operation
}

// A transaction is allowed by the actions of its parts, a batch of PartiQL by those of
// its statements.
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

// keyActions is what a caller has to be allowed on the key of what an action reaches, by
// the service that uses the key for him.
// Sources: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html,
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html and
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
func keyActions(action string) []string {
	switch {
	case action == "sqs:SendMessage", action == "secretsmanager:PutSecretValue":
		return []string{"kms:Decrypt", "kms:GenerateDataKey"}
	case action == "sqs:ReceiveMessage", action == "secretsmanager:GetSecretValue", strings.HasPrefix(action, "dynamodb:"):
		return []string{"kms:Decrypt"}
	}
	return nil
}

// conditions are the template's conditions under which what a parameter names is there.
var conditions = map[string]string{
	keyParameter:              "HasKey",
	handlersTable:             "HasHandlerTables",
	handlersTable + indexes:   "HasHandlerTables",
	"HandlerEmailIdentityArn": "HasHandlerEmail",
}

const (
	keyParameter = "KmsKeyArn"
	indexes      = "/index/*"
)
