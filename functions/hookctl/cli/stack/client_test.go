package stack_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"webhookintake/functions/hookctl/cli/stack"
)

// TestEndpoints wants every client to use the service's own variable, or else the one for
// all services.
func TestEndpoints(t *testing.T) {
	t.Parallel()
	clients := map[string]func(t *testing.T, getenv func(string) string){
		"CLOUDFORMATION": func(t *testing.T, getenv func(string) string) {
			_, _ = stack.Find(t.Context(), once, getenv, "intake")
		},
		"SQS": func(t *testing.T, getenv func(string) string) {
			s := stack.FromEnvironment(once, getenv)
			_, _ = s.Counts(t.Context(), stack.Queue)
			q, err := s.Queue(stack.Queue)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = q.Receive(t.Context(), 1, 0)
		},
		"DYNAMODB": func(t *testing.T, getenv func(string) string) {
			_, _ = stack.FromEnvironment(once, getenv).DynamoDB().ListTables(t.Context(), &dynamodb.ListTablesInput{})
		},
		"LAMBDA": func(t *testing.T, getenv func(string) string) {
			with := func(name string) string {
				if name == "EVENT_SOURCE_MAPPING" {
					return "m-1"
				}
				return getenv(name)
			}
			_, _ = stack.FromEnvironment(once, with).Intake().Processing(t.Context())
		},
		"SECRETS_MANAGER": func(t *testing.T, getenv func(string) string) {
			_, _ = stack.FromEnvironment(once, getenv).SecretsManager().ListSecrets(t.Context(), &secretsmanager.ListSecretsInput{})
		},
		"CLOUDWATCH": func(t *testing.T, getenv func(string) string) {
			_, _ = stack.FromEnvironment(once, getenv).CloudWatch().DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
		},
		"CLOUDWATCH_LOGS": func(t *testing.T, getenv func(string) string) {
			_, _ = stack.FromEnvironment(once, getenv).Logs().DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})
		},
	}
	for service, ask := range clients {
		for _, tt := range []struct {
			name      string
			variables []string // the first one has to be asked
		}{
			{"the service's own", []string{"AWS_ENDPOINT_URL_" + service}},
			{"that of all", []string{"AWS_ENDPOINT_URL"}},
			{"the service's own before that of all", []string{"AWS_ENDPOINT_URL_" + service, "AWS_ENDPOINT_URL"}},
		} {
			t.Run(service+", "+tt.name, func(t *testing.T) {
				t.Parallel()
				env := map[string]string{"QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/123456789012/queue"}
				asked := map[string]int{}
				for _, variable := range tt.variables {
					server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
						asked[variable]++
						w.WriteHeader(http.StatusBadRequest)
					}))
					defer server.Close()
					env[variable] = server.URL
				}
				want := 1
				if service == "SQS" {
					want = 2 // two clients
				}
				ask(t, environment(env))
				if len(asked) != 1 || asked[tt.variables[0]] != want {
					t.Errorf("asked %v, want %d requests at %s alone", asked, want, tt.variables[0])
				}
			})
		}
	}
}

// once is a config whose clients ask once.
var once = aws.Config{
	Region: config.Region, Credentials: config.Credentials, Retryer: func() aws.Retryer { return aws.NopRetryer{} },
}

// TestQueueRegion signs for the region in the queue's URL, or else for the stack's.
func TestQueueRegion(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ queue, want string }{
		{"https://sqs.us-west-2.amazonaws.com/123456789012/queue", "us-west-2"},
		{"https://queue.amazonaws.com/123456789012/queue", "eu-central-1"},
		{"https://vpce-1.sqs.us-west-2.vpce.amazonaws.com/123456789012/queue", "eu-central-1"},
		{"http://127.0.0.1:9324/000000000000/queue", "eu-central-1"},
	} {
		t.Run(tt.queue, func(t *testing.T) {
			t.Parallel()
			signed := ""
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				signed = r.Header.Get("Authorization")
				w.WriteHeader(http.StatusBadRequest)
			}))
			defer server.Close()
			s := stack.FromEnvironment(once, environment(map[string]string{"DLQ_URL": tt.queue, "AWS_ENDPOINT_URL": server.URL}))
			q, err := s.Queue(stack.DeadLetters)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = q.Receive(t.Context(), 1, 0)
			if !strings.Contains(signed, "/"+tt.want+"/sqs/") {
				t.Errorf("signed %q, want for region %s", signed, tt.want)
			}
		})
	}
}
