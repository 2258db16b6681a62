package doctor_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/doctor"
	"webhookintake/shared/source"
)

var config = aws.Config{
	Region: "eu-central-1", Credentials: credentials.NewStaticCredentialsProvider("id", "key", ""), RetryMaxAttempts: 1,
}

// local names all that is needed.
func local(changes map[string]string) func(string) string {
	env := map[string]string{
		"WEBHOOK_URL": "http://127.0.0.1:8080", "QUEUE_URL": "http://127.0.0.1:9324/0/q", "TABLE_NAME": "ledger", "SOURCES": "{}",
	}
	maps.Copy(env, changes)
	return func(name string) string { return env[name] }
}

func TestSiteOfEnvironment(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		changes map[string]string
		want    []string // in the error, a line each; none: no error
	}{
		{"all", nil, nil},
		{"nothing", map[string]string{"WEBHOOK_URL": "", "QUEUE_URL": "", "TABLE_NAME": "", "SOURCES": ""},
			[]string{"WEBHOOK_URL", "QUEUE_URL", "TABLE_NAME", "SOURCES_SECRET_ARN, or SOURCES with the document itself"}},
		{"a secret for a document", map[string]string{"SOURCES": "", "SOURCES_SECRET_ARN": "arn"}, nil},
		{"both", map[string]string{"SOURCES_SECRET_ARN": "arn"}, []string{"both set"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			getenv := local(tt.changes)
			site, err := doctor.SiteOf(stack.FromEnvironment(config, getenv), getenv)
			lines := []string{}
			if err != nil {
				lines = strings.Split(err.Error(), "\n")
			}
			if len(lines) != len(tt.want) {
				t.Fatalf("SiteOf = %v, want %q", err, tt.want)
			}
			for i, want := range tt.want {
				if !strings.Contains(lines[i], want) {
					t.Errorf("error line %q, want %q in it", lines[i], want)
				}
			}
			if len(tt.want) > 0 {
				return
			}
			if site.Name != "" || !site.AllowSample || site.DeadLetters != nil || site.HealthURL != "http://127.0.0.1:8080/healthz" {
				t.Errorf("%+v", site)
			}
		})
	}
	getenv := local(map[string]string{"DLQ_URL": "http://127.0.0.1:9324/0/dead"})
	site, err := doctor.SiteOf(stack.FromEnvironment(config, getenv), getenv)
	if err != nil || site.DeadLetters == nil {
		t.Errorf("with DLQ_URL: %+v, %v", site, err)
	}
	if doc, err := site.Sources(t.Context()); err != nil || string(doc) != "{}" {
		t.Errorf("Sources = %q, %v", doc, err)
	}
}

// find is a stack of these outputs.
func find(t *testing.T, outputs map[stack.Resource]string) *stack.Stack {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		var text strings.Builder
		for r, value := range outputs {
			fmt.Fprintf(&text, "<member><OutputKey>%s</OutputKey><OutputValue>%s</OutputValue></member>", r, value)
		}
		fmt.Fprintf(w, `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>intake</StackName>`+
			`<StackStatus>CREATE_COMPLETE</StackStatus><Outputs>%s</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`, text.String())
	}))
	defer server.Close()
	s, err := stack.Find(t.Context(), config, func(name string) string {
		return map[string]string{"AWS_ENDPOINT_URL_CLOUDFORMATION": server.URL}[name]
	}, "intake")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSiteOfStack(t *testing.T) {
	t.Parallel()
	outputs := map[stack.Resource]string{
		stack.WebhookURL: "https://intake.example/hooks/{source}", stack.Queue: "https://sqs.eu-central-1.amazonaws.com/1/q",
		stack.DeadLetters: "https://sqs.eu-central-1.amazonaws.com/1/d", stack.Table: "ledger", stack.SourcesSecret: "arn",
		stack.IngestFunction: "in", stack.ProcessFunction: "out", stack.ProcessLogs: "/logs/out",
	}
	// What the shell has in SOURCES says nothing about a stack.
	site, err := doctor.SiteOf(find(t, outputs), local(nil))
	if err != nil || site.Name != "intake" || site.Flags != " --stack intake" || site.AllowSample || site.DeadLetters == nil || site.HealthURL != "https://intake.example/healthz" {
		t.Fatalf("%+v, %v", site, err)
	}
	if site.IngestLogs != "aws logs tail /aws/lambda/in --since 10m" || site.ProcessLogs != "aws logs tail /logs/out --since 10m" {
		t.Errorf("logs: %q, %q", site.IngestLogs, site.ProcessLogs)
	}
	for _, r := range []stack.Resource{stack.WebhookURL, stack.Queue, stack.DeadLetters, stack.Table, stack.SourcesSecret} {
		fewer := maps.Clone(outputs)
		delete(fewer, r)
		_, err := doctor.SiteOf(find(t, fewer), local(nil))
		if !errors.Is(err, stack.ErrMissing) || !strings.Contains(err.Error(), string(r)) || strings.Contains(err.Error(), "\n") {
			t.Errorf("without %s: %v", r, err)
		}
	}
}

func TestSecret(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, answer string
		status       int
		want         string // the document, or what the error says
		is           error  // in the error's chain
	}{
		{"a value", `{"SecretString": "{\"kyc\": {}}"}`, 200, `{"kyc": {}}`, nil},
		{"no version", `{"__type": "ResourceNotFoundException", "Message": "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"}`,
			400, source.ErrNoVersion.Error(), source.ErrNoVersion},
		{"no secret", `{"__type": "ResourceNotFoundException", "Message": "Secrets Manager can't find the specified secret."}`,
			400, "ResourceNotFoundException", nil},
		{"bytes", `{"SecretBinary": "czNjcjN0"}`, 200, "store it as text", nil},
		{"not readable", `{"SecretString": ["s3cr3t"]}`, 200, "the answer is not Secrets Manager's", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/x-amz-json-1.1")
				w.WriteHeader(tt.status)
				fmt.Fprint(w, tt.answer)
			}))
			defer server.Close()
			getenv := local(map[string]string{"SOURCES": "", "SOURCES_SECRET_ARN": "arn", "AWS_ENDPOINT_URL_SECRETS_MANAGER": server.URL})
			site, err := doctor.SiteOf(stack.FromEnvironment(config, getenv), getenv)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := site.Sources(t.Context())
			got := string(doc) + fmt.Sprint(err)
			if !strings.Contains(got, tt.want) || (err == nil) != (string(doc) == tt.want) {
				t.Errorf("Sources = %q, %v, want %q", doc, err, tt.want)
			}
			if errors.Is(err, source.ErrNoVersion) != (tt.is != nil) {
				t.Errorf("error = %v, want %v in it", err, tt.is)
			}
			if strings.Contains(got, "s3cr3t") || strings.Contains(got, "czNjcjN0") {
				t.Errorf("it shows the secret: %v", got)
			}
		})
	}
}
