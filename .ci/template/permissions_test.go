package template

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/lambdatest"
)

// A need is what a function's role has to allow, and why.
type need struct {
	why      string   // an operation of the SDK, as "sqs.SendMessage"; or else the reason
	actions  []string // in IAM's words
	resource string   // whose: the resource or the parameter
}

const (
	eventSource = "the event source takes messages from the queue with the function's role"
	logging     = "Lambda writes the function's log with the function's role"
	ownKey      = "queue, table and secrets are encrypted with KmsKeyArn, where that is given"
	handlers    = "handlers do it, where the parameter allows them to"
)

// needs is the table from what programs call to what IAM calls it. A transaction is
// allowed by the actions of its parts, a batch of PartiQL by those of its statements.
// Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
var needs = map[string][]need{
	"Ingest": {
		{"sqs.SendMessage", []string{"sqs:SendMessage"}, "Queue"},
		{"secretsmanager.GetSecretValue", []string{"secretsmanager:GetSecretValue"}, "Sources"},
		{logging, []string{"logs:CreateLogStream", "logs:PutLogEvents"}, "IngestLogs"},
		{ownKey, []string{"kms:Decrypt", "kms:GenerateDataKey"}, "KmsKeyArn"},
	},
	"Process": {
		{"sqs.SendMessage", []string{"sqs:SendMessage"}, "DeadLetters"},
		{"sqs.ChangeMessageVisibilityBatch", []string{"sqs:ChangeMessageVisibility"}, "Queue"},
		{eventSource, []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}, "Queue"},
		{"dynamodb.BatchExecuteStatement", []string{"dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate"}, "Table"},
		{"dynamodb.UpdateItem", []string{"dynamodb:UpdateItem"}, "Table"},
		{"dynamodb.PutItem", []string{"dynamodb:PutItem"}, "Table"},
		{"dynamodb.GetItem", []string{"dynamodb:GetItem"}, "Table"},
		{"dynamodb.TransactWriteItems", []string{"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}, "Table"},
		{handlers, []string{"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}, "HandlerTableArns"},
		{handlers, []string{"ses:SendEmail"}, "HandlerEmailIdentityArn"},
		{"secretsmanager.GetSecretValue", []string{"secretsmanager:GetSecretValue"}, "HandlerSecrets"},
		{logging, []string{"logs:CreateLogStream", "logs:PutLogEvents"}, "ProcessLogs"},
		{ownKey, []string{"kms:Decrypt", "kms:GenerateDataKey"}, "KmsKeyArn"},
	},
}

// Each role allows what its program calls, on what it calls it on, and nothing else.
func TestLeastPrivilege(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	for function, all := range needs {
		want := map[string]bool{} // by "action on resource"
		for _, n := range all {
			for _, action := range n.actions {
				want[action+" on "+n.resource] = true
			}
		}
		role := x.value(t, "Resources", function, "Properties", "Role")
		role, _ = strings.CutSuffix(role, ".Arn")
		if got := allowed(t, x, role); !maps.Equal(got, want) {
			t.Errorf("template.yaml: %s (-what the program needs +what it may):\n%s", role, cmp.Diff(want, got))
		}
	}
}

// allowed is what a role's policies allow.
func allowed(t *testing.T, x template, role string) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	properties := x.at("Resources", role, "Properties")
	if child(properties, "ManagedPolicyArns") != nil {
		t.Errorf("template.yaml: %s has a managed policy, whose actions AWS may add to", role)
	}
	for _, statement := range statements(child(properties, "Policies")) {
		if effect := child(statement, "Effect").Value; effect != "Allow" {
			t.Errorf("template.yaml: %s: a statement that is %s is not understood by this test", role, effect)
		}
		for _, action := range values(child(statement, "Action")) {
			for _, resource := range values(child(statement, "Resource")) {
				resource, _ = strings.CutSuffix(resource, ".Arn")
				all[action+" on "+resource] = true
			}
		}
	}
	return all
}

// The table of needs lists the operations that the linker kept in each program: those
// that it can call.
func TestOperations(t *testing.T) {
	t.Parallel()
	for function, all := range needs {
		t.Run(function, func(t *testing.T) {
			t.Parallel()
			operation := regexp.MustCompile(`^[a-z]+\.[A-Z]\w+$`)
			var want []string
			for _, n := range all {
				if operation.MatchString(n.why) {
					want = append(want, n.why)
				}
			}
			slices.Sort(want)
			if diff := cmp.Diff(want, operations(t, strings.ToLower(function))); diff != "" {
				t.Errorf("operations (-in the table of needs +in the program):\n%s", diff)
			}
		})
	}
}

// endpointDiscovery is an operation that the SDK links in for tables of Timestream and
// never calls unless it is switched on, which needs a permission of its own.
const endpointDiscovery = "dynamodb.DescribeEndpoints"

// operations are the methods of the SDK's clients in a program.
func operations(t *testing.T, program string) []string {
	t.Helper()
	path, err := lambdatest.Build(t.Context(), "webhookintake/functions/"+program, t.TempDir(), "-ldflags=")
	if err != nil {
		t.Fatal(err)
	}
	symbols, err := exec.CommandContext(t.Context(), "go", "tool", "nm", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	method := regexp.MustCompile(`aws-sdk-go-v2/service/([a-z0-9]+)\.\(\*Client\)\.([A-Z]\w+)\n`)
	var all []string
	for _, found := range method.FindAllStringSubmatch(string(symbols), -1) {
		if name := found[1] + "." + found[2]; name != endpointDiscovery && found[2] != "Options" {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// The README says which rights an operator needs: those of the calls that hookctl makes.
func TestOperatorsRights(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(root + "README.md")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for _, found := range regexp.MustCompile("`((?:cloudformation|dynamodb|sqs|secretsmanager|logs):[A-Z]\\w+)`").FindAllStringSubmatch(string(readme), -1) {
		said[found[1]] = true
	}
	calls := map[string]bool{}
	for _, operation := range operations(t, "hookctl") {
		service, name, _ := strings.Cut(operation, ".")
		if slices.Contains([]string{"sso", "ssooidc", "sts", "signin"}, service) {
			continue // how the SDK itself gets credentials, where the operator's settings say so
		}
		service = strings.TrimPrefix(service, "cloudwatch")
		calls[service+":"+strings.TrimSuffix(name, "Batch")] = true
	}
	if diff := cmp.Diff(calls, said); diff != "" {
		t.Errorf("rights (-that hookctl needs +that the README says):\n%s", diff)
	}
}

// Services that are called without the SDK show as their host in the code.
func TestCallsWithoutSDK(t *testing.T) {
	t.Parallel()
	hosts := map[string]bool{}
	for _, dir := range []string{"functions/ingest", "functions/process", "shared"} {
		err := filepath.WalkDir(root+dir, func(path string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, host := range regexp.MustCompile(`"(?:https://)?([a-z]+)\.(?:"|%s)[^\n]*amazonaws\.com`).FindAllStringSubmatch(string(text), -1) {
				hosts[host[1]] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	delete(hosts, "email") // of a sample handler, which may be gone
	if len(hosts) > 0 {
		t.Errorf("code calls the services %v without the SDK: give what they need to the table of needs", slices.Sorted(maps.Keys(hosts)))
	}
}

// A wildcard would give a function more than it was meant to have, silently.
func TestNoWildcards(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	for _, role := range x.ofType("AWS::IAM::Role") {
		forEachScalar(x.at("Resources", role), func(value string) {
			if strings.Contains(value, "*") {
				t.Errorf("template.yaml: %s has %q: spell out actions and resources", role, value)
			}
		})
	}
}
