package template

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Whatever the parameters, nothing refers to a resource that they do not create.
func TestStackReferences(t *testing.T) {
	t.Parallel()
	for _, s := range stacks(t) {
		for name, resource := range s.Template.Resources {
			for _, to := range references(resource) {
				if s.Template.Resources[to] == nil && !strings.HasPrefix(to, "AWS::") {
					t.Errorf("%s: %s refers to %s, which is not made", s.name, name, to)
				}
			}
		}
	}
}

// A message in a new format must not reach an old process, so Ingest's alias moves after
// that of Process: in a gradual deployment after its last step.
func TestIngestFollowsProcess(t *testing.T) {
	t.Parallel()
	for _, s := range stacks(t) {
		if !s.needs("IngestAliaslive", "ProcessAliaslive", map[string]bool{}) {
			t.Errorf("%s: nothing holds the alias of Ingest back until that of Process has moved", s.name)
		}
		if s.needs("ProcessAliaslive", "IngestAliaslive", map[string]bool{}) {
			t.Errorf("%s: the alias of Process waits for that of Ingest", s.name)
		}
	}
}

// Each parameter, at each value that is tried, changes what is made.
func TestParametersHaveEffect(t *testing.T) {
	t.Parallel()
	all := stacks(t)
	for name, s := range all {
		if name != "prod" && reflect.DeepEqual(s.Template, all["prod"].Template) {
			t.Errorf("%s: the same resources as without the parameter", name)
		}
	}
	for parameter := range all["prod"].Parameters {
		if all[parameter+"-1"].Template.Resources == nil {
			t.Errorf("no set of parameters tries %s", parameter)
		}
	}
}

// A key of the user's encrypts everything that keeps data; without one the services' own
// keys do. No log is kept forever.
func TestStackData(t *testing.T) {
	t.Parallel()
	keys := map[string][]string{
		"AWS::SQS::Queue":             {"KmsMasterKeyId"},
		"AWS::SNS::Topic":             {"KmsMasterKeyId"},
		"AWS::DynamoDB::Table":        {"SSESpecification", "KMSMasterKeyId"},
		"AWS::Logs::LogGroup":         {"KmsKeyId"},
		"AWS::SecretsManager::Secret": {"KmsKeyId"},
	}
	for _, s := range stacks(t) {
		key := s.Parameters["KmsKeyArn"]
		for kind, path := range keys {
			for _, name := range s.ofType(kind) {
				if got, _ := s.get(name, append([]string{"Properties"}, path...)...).(string); got != key {
					t.Errorf("%s: %s is encrypted with the key %q, want %q", s.name, name, got, key)
				}
			}
		}
		for _, queue := range s.ofType("AWS::SQS::Queue") {
			if sse := s.get(queue, "Properties", "SqsManagedSseEnabled"); (sse == true) != (key == "") {
				t.Errorf("%s: %s has SQS's own encryption: %v, with the key %q", s.name, queue, sse, key)
			}
		}
		for _, log := range s.ofType("AWS::Logs::LogGroup") {
			if days := s.get(log, "Properties", "RetentionInDays"); days != s.Parameters["LogRetentionDays"] {
				t.Errorf("%s: %s is kept for %v days", s.name, log, days)
			}
		}
		if got := s.get("Table", "Properties", "DeletionProtectionEnabled"); got != s.Parameters["DeletionProtection"] {
			t.Errorf("%s: deletion protection of the table is %v", s.name, got)
		}
	}
	if stacks(t)["prod"].Parameters["DeletionProtection"] != "true" {
		t.Error("samconfig.toml: prod does not protect the table from deletion")
	}
}

// The access log's line is JSON, and has the sender's address only if the parameter says so.
// A lean stack has one only then.
func TestAccessLogFormat(t *testing.T) {
	t.Parallel()
	on := 0
	for _, s := range stacks(t) {
		format, _ := s.get("Api", "Properties", "AccessLogSettings", "Format").(string)
		if format == "" { // SAM gives the settings to the stage
			for _, stage := range s.ofType("AWS::ApiGatewayV2::Stage") {
				format, _ = s.get(stage, "Properties", "AccessLogSettings", "Format").(string)
			}
		}
		wanted := s.Parameters["LogSourceAddresses"] == "true"
		if logs := wanted || s.Parameters["Watch"] == "full"; logs != (format != "") || logs != (s.Template.Resources["ApiLogs"] != nil) {
			t.Errorf("%s: the access log is %q, with a group for it: %v; want one: %v", s.name, format, s.Template.Resources["ApiLogs"] != nil, logs)
		}
		if format == "" {
			continue
		}
		var line map[string]string
		if err := json.Unmarshal([]byte(format), &line); err != nil || len(line) < 7 {
			t.Fatalf("%s: the access log's line is %q, %v", s.name, format, err)
		}
		if wanted {
			on++
		}
		if (line["address"] == "$context.identity.sourceIp") != wanted || strings.Contains(format, "sourceIp") != wanted {
			t.Errorf("%s: the access log has addresses: %v, want %v", s.name, !wanted, wanted)
		}
	}
	if on == 0 {
		t.Error("no stack logs addresses")
	}
}

// Every alarm for people notifies the stack's topic, and the user's if there is one, when
// it goes off and when it is over.
func TestStackAlarms(t *testing.T) {
	t.Parallel()
	for _, s := range stacks(t) {
		want := []any{map[string]any{"Ref": "AlarmTopic"}}
		if topic := s.Parameters["AlarmTopicArn"]; topic != "" {
			want = append(want, topic)
		}
		for _, alarm := range s.ofType("AWS::CloudWatch::Alarm") {
			for _, actions := range []string{"AlarmActions", "OKActions"} {
				got, _ := s.get(alarm, "Properties", actions).([]any)
				if forDeploymentsOnly(alarm) != (got == nil) || got != nil && !reflect.DeepEqual(got, want) {
					t.Errorf("%s: %s of %s go to %v, want %v", s.name, actions, alarm, got, want)
				}
			}
		}
		var mails []any
		if to := s.Parameters["AlarmEmail"]; to != "" {
			mails = []any{map[string]any{"Protocol": "email", "Endpoint": to}}
		}
		if got, _ := s.get("AlarmTopic", "Properties", "Subscription").([]any); !reflect.DeepEqual(got, mails) {
			t.Errorf("%s: the topic has the subscriptions %v, want %v", s.name, got, mails)
		}
	}
}

// A gradual deployment of either function rolls back automatically, that of ingest also
// when it answers 503 for any reason, which in a lean stack is a fault. Otherwise there is no role for CodeDeploy.
func TestGradualDeployment(t *testing.T) {
	t.Parallel()
	for _, s := range stacks(t) {
		gradual := s.Parameters["GradualDeployment"] == "true"
		if got := s.Template.Resources["DeployRole"] != nil; got != gradual {
			t.Errorf("%s: CodeDeploy has a role: %v", s.name, got)
		}
		for _, function := range []string{"Ingest", "Process"} {
			if got := s.get(function+"Aliaslive", "UpdatePolicy", "CodeDeployLambdaAliasUpdate") != nil; got != gradual {
				t.Errorf("%s: the alias of %s moves gradually: %v", s.name, function, got)
			}
		}
		if !gradual {
			continue
		}
		trust, _ := json.Marshal(s.get("DeployRole", "Properties", "AssumeRolePolicyDocument"))
		if want := `"Condition":{"StringEquals":{"aws:SourceAccount":{"Ref":"AWS::AccountId"}}}`; !strings.Contains(string(trust), want) {
			t.Errorf("%s: CodeDeploy may use the role for other accounts: %s", s.name, trust)
		}
		if s.Parameters["Watch"] == "lean" {
			if alarms := s.deploymentAlarms(); !slices.Equal(alarms, []string{"IngestErrors", "IngestFaults"}) {
				t.Errorf("%s: a deployment of ingest watches %q", s.name, alarms)
			}
			continue
		}
		if diff := cmp.Diff(codesOf503(t), s.codesWatched()); diff != "" {
			t.Errorf("%s: codes that ingest answers 503 with (-in shared/ingest +watched by its deployment):\n%s", s.name, diff)
		}
	}
}

// deploymentAlarms returns the alarms that roll a deployment of Ingest back.
func (s stack) deploymentAlarms() []string {
	var names []string
	alarms, _ := s.get("IngestDeploymentGroup", "Properties", "AlarmConfiguration", "Alarms").([]any)
	for _, alarm := range alarms {
		names = append(names, alarm.(map[string]any)["Name"].(map[string]any)["Ref"].(string))
	}
	return names
}

// codesWatched returns the codes that the alarms of Ingest's deployments watch.
func (s stack) codesWatched() []string {
	var codes []string
	for _, name := range s.deploymentAlarms() {
		dimensions, _ := s.get(name, "Properties", "Dimensions").([]any)
		for _, d := range dimensions {
			if d := d.(map[string]any); d["Name"] == "code" {
				codes = append(codes, d["Value"].(string))
			}
		}
	}
	slices.Sort(codes)
	return codes
}

// codesOf503 returns the codes that shared/ingest answers with 503.
func codesOf503(t *testing.T) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), root+"shared/ingest/answer.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		clause, ok := n.(*ast.CaseClause)
		if !ok || len(clause.Body) != 1 {
			return true
		}
		answer, ok := clause.Body[0].(*ast.ReturnStmt)
		if !ok || answer.Results[0].(*ast.SelectorExpr).Sel.Name != "StatusServiceUnavailable" {
			return true
		}
		for _, code := range clause.List {
			codes = append(codes, constants(t, root+"shared/webhook/errorcode.go", code.(*ast.SelectorExpr).Sel.Name)...)
		}
		return true
	})
	if len(codes) == 0 {
		t.Fatal("shared/ingest/answer.go: found no code that is answered 503: has its form changed?")
	}
	slices.Sort(codes)
	return codes
}
