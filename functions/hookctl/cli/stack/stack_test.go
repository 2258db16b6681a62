package stack_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"webhookintake/functions/hookctl/cli/stack"
)

// config has fixed credentials, so that the tests look for no others.
var config = aws.Config{Region: "eu-central-1", Credentials: credentials.NewStaticCredentialsProvider("id", "key", "")}

// cloudFormation starts a fake of the service, which has one stack, "intake".
func cloudFormation(t testing.TB, status, outputs string) func(string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("StackName") != "intake" {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id `+
				r.FormValue("StackName")+` does not exist</Message></Error></ErrorResponse>`)
			return
		}
		fmt.Fprintf(w, `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>intake</StackName>`+
			`<StackStatus>%s</StackStatus><Outputs>%s</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`, status, outputs)
	}))
	t.Cleanup(server.Close)
	return environment(map[string]string{"AWS_ENDPOINT_URL_CLOUDFORMATION": server.URL})
}

func environment(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func output(r stack.Resource, value string) string {
	return fmt.Sprintf("<member><OutputKey>%s</OutputKey><OutputValue>%s</OutputValue></member>", r, value)
}

func TestFind(t *testing.T) {
	t.Parallel()
	const hooks = "https://abc.execute-api.eu-central-1.amazonaws.com/hooks/{source}"
	for _, tt := range []struct {
		name, ask, status string
		want              string // in the error; empty means none
	}{
		{"created", "intake", "CREATE_COMPLETE", ""},
		{"being updated", "intake", "UPDATE_IN_PROGRESS", ""},
		{"rolled back to what it was", "intake", "UPDATE_ROLLBACK_COMPLETE", ""},
		{"being created", "intake", "CREATE_IN_PROGRESS", "stack intake is CREATE_IN_PROGRESS; deploy it first"},
		{"deleted", "intake", "DELETE_COMPLETE", "stack intake is DELETE_COMPLETE; deploy it first"},
		{"never created", "intake", "ROLLBACK_COMPLETE", "deploy it first"},
		{"another name", "other", "CREATE_COMPLETE", "look up stack other: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := stack.Find(t.Context(), config, cloudFormation(t, tt.status, output(stack.WebhookURL, hooks)), tt.ask)
			if tt.want != "" {
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("Find = %v, want %q", err, tt.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, err := s.HookURL("kyc"); got != "https://abc.execute-api.eu-central-1.amazonaws.com/hooks/kyc" {
				t.Errorf("HookURL = %q, %v", got, err)
			}
			if _, err := s.Get(stack.Table); !errors.Is(err, stack.ErrMissing) || !strings.Contains(err.Error(), "stack intake has no such output") {
				t.Errorf("Get of an output that is not there = %v", err)
			}
		})
	}
}

func TestFromEnvironment(t *testing.T) {
	t.Parallel()
	s := stack.FromEnvironment(config, environment(map[string]string{
		"QUEUE_URL": "http://127.0.0.1:9324/000000000000/queue", "WEBHOOK_URL": "http://127.0.0.1:8080/",
	}))
	if _, err := s.Queue(stack.Queue); err != nil {
		t.Errorf("Queue = %v", err)
	}
	if got, err := s.HookURL("kyc"); got != "http://127.0.0.1:8080/hooks/kyc" {
		t.Errorf("HookURL = %q, %v", got, err)
	}
	_, err := s.Queue(stack.DeadLetters)
	if !errors.Is(err, stack.ErrMissing) || !strings.Contains(err.Error(), "--stack NAME") || !strings.Contains(err.Error(), "DLQ_URL") {
		t.Errorf("Queue of what is not named = %v", err)
	}
	if _, err := s.Get(stack.ProcessFunction); !errors.Is(err, stack.ErrMissing) {
		t.Errorf("Get of what only a stack has = %v", err)
	}
}
