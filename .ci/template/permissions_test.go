package template

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// .ci/tools/rights compares the roles and the operators' policy with the programs' calls.
// These tests check how the policies are written.

// wildcards are the only values in which a wildcard covers no more than is meant.
var wildcards = []string{
	":stack/${AWS::StackName}/*", // the id that CloudFormation gives the stack
	"/index/*",                   // the indexes of the tables in HandlerTableArns
	"${Vault.Arn}/bodies/*", "${Vault.Arn}/spill/*",
	"bodies/*", // of s3:prefix
}

// A wildcard would silently allow more than is meant.
func TestNoWildcards(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	for _, policy := range append(x.ofType("AWS::IAM::Role"), x.ofType("AWS::IAM::ManagedPolicy")...) {
		forEachScalar(x.at("Resources", policy), func(value string) {
			rest := value
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
	reads := regexp.MustCompile(`^(cloudformation:Describe\w+|sqs:(GetQueueAttributes|ReceiveMessage|ChangeMessageVisibility)|dynamodb:(DescribeTable|GetItem|BatchGetItem|Query|Scan)|secretsmanager:GetSecretValue|logs:FilterLogEvents|s3:(GetObject|ListBucket)|kms:Decrypt)$`)
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
