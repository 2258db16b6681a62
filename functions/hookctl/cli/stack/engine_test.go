package stack_test

import (
	"crypto/rand"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/operate/operatetest"
)

// The clients of AWS's services pass the tests of every intake.
func TestEngineIntake(t *testing.T) {
	t.Parallel()
	engines := clitest.NeedEngines(t, os.Getenv("WEBHOOK_TEST_SQS"), os.Getenv("WEBHOOK_TEST_DYNAMODB"))
	operatetest.Run(t, func(t *testing.T) operatetest.Harness {
		name := "intake-" + rand.Text()
		engines.NewTable(t, name)
		env := map[string]string{
			"TABLE_NAME": name, "QUEUE_URL": engines.NewQueue(t, name, nil), "DLQ_URL": engines.NewQueue(t, name+"-dead", nil),
			"AWS_ENDPOINT_URL_SQS": engines.SQS, "AWS_ENDPOINT_URL_DYNAMODB": engines.DynamoDB,
		}
		config := aws.Config{Region: clitest.EngineRegion, Credentials: clitest.EngineCredentials()}
		s := stack.FromEnvironment(config, func(name string) string { return env[name] })
		return operatetest.Harness{Intake: s.Intake(), Store: engines.Store(name)}
	})
}
