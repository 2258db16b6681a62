package template

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"webhookintake/shared/lambdatest"
)

// .ci/tools/rights compares the roles and the operators' policy with the programs' calls.
// These tests check how the policies are written.

// wildcards are the only values in which a wildcard covers no more than is meant.
var wildcards = []string{
	":stack/${AWS::StackName}/*", // the id that CloudFormation gives the stack
	":alarm:*",                   // a list of alarms by the stack's prefix asks for the right on all
	"/index/*",                   // the indexes of the tables in HandlerTableArns
	"${Vault.Arn}/bodies/*", "${Vault.Arn}/spill/*", "${Vault.Arn}/quarantine/*",
	"bodies/*", "spill/*", "quarantine/*", // of s3:prefix
	":cursor#*", "probe#*", // of dynamodb:LeadingKeys
}

// A wildcard would silently allow more than is meant.
func TestNoWildcards(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	for _, policy := range append(x.ofType("AWS::IAM::Role"), x.ofType("AWS::IAM::ManagedPolicy")...) {
		unlimited := 0 // statements of the one action that no resource limits
		for _, statement := range statements(x.at("Resources", policy)) {
			if slices.Equal(values(child(statement, "Action")), []string{"cloudwatch:GetMetricData"}) {
				unlimited++
			}
		}
		forEachScalar(x.at("Resources", policy), func(value string) {
			rest := value
			if value == "*" && unlimited > 0 {
				unlimited--
				return
			}
			for _, harmless := range wildcards {
				rest = strings.ReplaceAll(rest, harmless, "")
			}
			if strings.Contains(rest, "*") {
				t.Errorf("template.yaml: %s has %q: spell out actions and resources", policy, value)
			}
		})
	}
}

// An operator who may only look gets the statements of the operators' policy whose Sid
// begins with Read: they do not allow sending, deleting or writing. The others begin with
// Act.
func TestOperatorsHalves(t *testing.T) {
	t.Parallel()
	reads := regexp.MustCompile(`^(cloudformation:Describe\w+|sqs:(GetQueueAttributes|ReceiveMessage|ChangeMessageVisibility)|dynamodb:(DescribeTable|GetItem|BatchGetItem|Query|Scan)|secretsmanager:GetSecretValue|cloudwatch:(GetMetricData|DescribeAlarms)|logs:FilterLogEvents|lambda:GetEventSourceMapping|s3:(GetObject|ListBucket)|kms:Decrypt)$`)
	for _, statement := range statements(readTemplate(t).at("Resources", "OperatorPolicy")) {
		sid := child(statement, "Sid").Value
		for _, action := range values(child(statement, "Action")) {
			if half := map[bool]string{true: "Read", false: "Act"}[reads.MatchString(action)]; !strings.HasPrefix(sid, half) {
				t.Errorf("template.yaml line %d: %s in the statement %s, want it in one whose Sid begins with %s", statement.Line, action, sid, half)
			}
		}
	}
}

// The threat model says what an attacker can do with each role.
func TestThreatModelNamesRoles(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(root + ".github/SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range readTemplate(t).ofType("AWS::IAM::Role") {
		if !strings.Contains(string(text), "| "+role) {
			t.Errorf("SECURITY.md says nothing about %s", role)
		}
	}
}

// The keys of the table that upkeep reads and writes are those that its role allows.
func TestUpkeepKeys(t *testing.T) {
	t.Parallel()
	var allowed []string
	for _, s := range statements(readTemplate(t).at("Resources", "UpkeepRole")) {
		if keys := child(child(child(s, "Condition"), "ForAllValues:StringLike"), "dynamodb:LeadingKeys"); keys != nil {
			allowed = append(allowed, values(keys)...)
		}
	}
	used := upkeepKeys(t, build(t, "upkeep"))
	if !slices.ContainsFunc(used, func(key string) bool { return strings.HasPrefix(key, "probe#") }) {
		t.Fatal("upkeep looked for no probe: has the form of the requests changed?", used)
	}
	for _, key := range used {
		if !slices.ContainsFunc(allowed, func(pattern string) bool {
			prefix, many := strings.CutSuffix(pattern, "*")
			return key == pattern || many && strings.HasPrefix(key, prefix)
		}) {
			t.Errorf("upkeep uses the key %q, of which its role allows %q", key, allowed)
		}
	}
}

// upkeepKeys returns the keys of the table that a run of the program uses.
func upkeepKeys(t *testing.T, program string) (keys []string) {
	t.Helper()
	dynamo, sqs := lambdatest.NewDynamoDB(), lambdatest.NewSQS()
	t.Cleanup(dynamo.Server.Close)
	t.Cleanup(sqs.Server.Close)
	pk := regexp.MustCompile(`"pk":\{"S":"([^"]+)"`)
	var mu sync.Mutex
	recorder := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // what is cut off is refused
		mu.Lock()
		for _, found := range pk.FindAllSubmatch(body, -1) {
			keys = append(keys, string(found[1]))
		}
		mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		dynamo.ServeHTTP(w, r)
	}))
	t.Cleanup(recorder.Close)
	env := sqs.Env()
	maps.Copy(env, dynamo.Env())
	env["AWS_ENDPOINT_URL_DYNAMODB"] = recorder.URL
	env["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = secretsFor(t)
	env["SOURCES_SECRET_ARN"] = "arn:aws:secretsmanager:us-east-1:123456789012:secret:sources"
	env["PROBE_URL"] = env["AWS_ENDPOINT_URL_SECRETS_MANAGER"] + "/hooks/probe"
	env["HANDLERS_SECRET_ARN"], env["STACK_NAME"] = "arn:aws:secretsmanager:us-east-1:123456789012:secret:handlers", "intake"
	env["DIGEST_TOPIC_ARN"] = "arn:aws:sns:us-east-1:123456789012:alarms"
	lambdatest.MustInvoke(t, lambdatest.Run(t, program, env), []byte(`{}`))
	mu.Lock()
	defer mu.Unlock()
	return keys
}

// secretsFor serves a handlers' secret with credentials for the provider's API that it also
// serves, a sources' secret with a key, and what takes probes, so that all tasks run.
func secretsFor(t *testing.T) string {
	t.Helper()
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, `{"status":"success","data":{"watchlists":[]}}`)
			return
		}
		if id := r.Header.Get("Webhook-Id"); id != "" {
			_, _ = fmt.Fprintf(w, `{"id":%q}`, id)
			return
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		if ask, _ := io.ReadAll(r.Body); !bytes.Contains(ask, []byte("secret:handlers")) {
			_, _ = fmt.Fprintf(w, `{"Name":"sources","SecretString":%q}`, `{"$key":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}`)
			return
		}
		_, _ = fmt.Fprintf(w, `{"Name":"handlers","SecretString":%q}`, `{"KYC_TOKEN":"sk_test","KYC_API_URL":"`+server.URL+`"}`)
	}))
	t.Cleanup(server.Close)
	return server.URL
}
