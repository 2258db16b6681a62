package template

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestDelivery(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	for _, tt := range []struct {
		path []string
		want string
	}{
		{[]string{"Resources", "Queue", "Properties", "RedrivePolicy", "maxReceiveCount"}, "1000"},
		{[]string{"Resources", "Process", "Properties", "Events", "Messages", "Properties", "BatchSize"}, "10"},
		{[]string{"Resources", "Process", "Properties", "Events", "Messages", "Properties", "MaximumBatchingWindowInSeconds"}, "0"},
		{[]string{"Resources", "Process", "Properties", "Events", "Messages", "Properties", "FunctionResponseTypes", "0"}, "ReportBatchItemFailures"},
		{[]string{"Resources", "Process", "Properties", "Events", "Messages", "Properties", "ScalingConfig", "MaximumConcurrency"}, "MaximumConcurrency"},
		{[]string{"Resources", "Table", "Properties", "TimeToLiveSpecification", "AttributeName"}, "exp"},
	} {
		if got := x.value(t, tt.path...); got != tt.want {
			t.Errorf("template.yaml: %s = %s, want %s", strings.Join(tt.path, "."), got, tt.want)
		}
	}
}

// The index of open events is the one that package dynamo queries. It projects nothing that
// each claim changes: otherwise every claim of an open event would write to the index, too.
func TestIndexOfWhatIsOpen(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	indexes := x.at("Resources", "Table", "Properties", "GlobalSecondaryIndexes")
	if indexes == nil || len(indexes.Content) != 1 {
		t.Fatal("template.yaml: the table has not one index")
	}
	for path, want := range map[string]string{
		"IndexName": "open", "KeySchema.0.AttributeName": "open", "KeySchema.1.AttributeName": "since",
		"Projection.ProjectionType":                  "INCLUDE",
		"ProvisionedThroughput.1.WriteCapacityUnits": "IndexWriteUnits",
		"WarmThroughput.1.WriteUnitsPerSecond":       "TableWarmWriteUnits",
	} {
		at := append([]string{"Resources", "Table", "Properties", "GlobalSecondaryIndexes", "0"}, strings.Split(path, ".")...)
		if got := x.value(t, at...); got != want {
			t.Errorf("template.yaml: %s of the index is %s, want %s", path, got, want)
		}
	}
	var projected []string
	for _, n := range x.at("Resources", "Table", "Properties", "GlobalSecondaryIndexes", "0", "Projection", "NonKeyAttributes").Content {
		projected = append(projected, n.Value)
	}
	if want := []string{"type", "reason", "received", "kind"}; !slices.Equal(projected, want) {
		t.Errorf("template.yaml: the index projects %q, want %q", projected, want)
	}
}

// Resources with events, with the record of their handling, or with secrets that exist
// nowhere else must outlive the stack. Logs expire.
func TestRetained(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	for _, name := range []string{"Queue", "DeadLetters", "Table", "Vault", "Sources", "HandlerSecrets"} {
		for attribute, want := range map[string]string{"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"} {
			if got := x.value(t, "Resources", name, attribute); got != want {
				t.Errorf("template.yaml: %s has %s %s, want %s", name, attribute, got, want)
			}
		}
	}
	if got := x.value(t, "Resources", "Table", "Properties", "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"); got != "true" {
		t.Errorf("template.yaml: point-in-time recovery of the table is %s", got)
	}
	for _, name := range x.ofType("AWS::Logs::LogGroup") {
		if got := x.value(t, "Resources", name, "Properties", "RetentionInDays"); got != "LogRetentionDays" {
			t.Errorf("template.yaml: %s is kept for %s", name, got)
		}
	}
	if days := x.at("Parameters", "LogRetentionDays", "AllowedValues"); days == nil || slices.ContainsFunc(days.Content, func(n *yamlNode) bool { return n.Value == "0" }) {
		t.Error("template.yaml: LogRetentionDays allows keeping logs forever")
	}
}

// Each queue refuses unencrypted connections and, if operators are named, everybody except
// them and the function that sends to it. TestWhoMaySend tries who that is.
func TestQueuePolicies(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	for queue, role := range map[string]string{"Queue": "IngestRole.Arn", "DeadLetters": "ProcessRole.Arn"} {
		sids := map[string]*yamlNode{}
		for _, s := range statements(x.at("Resources", queue+"Policy")) {
			sids[child(s, "Sid").Value] = s
			if effect, principal := child(s, "Effect").Value, child(s, "Principal"); effect != "Deny" || principal == nil {
				t.Errorf("template.yaml line %d: a queue's policy only denies, by Principal, which alone is safe", s.Line)
			}
			if resource := child(s, "Resource").Value; resource != queue+".Arn" {
				t.Errorf("template.yaml: a statement of %sPolicy is about %s", queue, resource)
			}
		}
		if x.value(t, "Resources", queue+"Policy", "Properties", "Queues", "0") != queue {
			t.Errorf("template.yaml: %sPolicy is another queue's", queue)
		}
		if s := sids["EncryptedConnectionsOnly"]; s == nil || !slices.Contains(values(child(s, "Condition")), "aws:SecureTransport") {
			t.Errorf("template.yaml: %s takes unencrypted connections", queue)
		}
		if s := sids["KnownSendersOnly"]; s == nil || !slices.Contains(values(s), role) || !slices.Contains(values(s), "OperatorPrincipalArns") {
			t.Errorf("template.yaml: %s does not refuse everybody but %s and OperatorPrincipalArns", queue, role)
		}
	}
	if queues := x.ofType("AWS::SQS::Queue"); len(queues) != 2 {
		t.Errorf("template.yaml: queues %q, of which two have a policy", queues)
	}
	source := x.at("Resources", "DeadLetters", "Properties", "RedriveAllowPolicy")
	if source == nil || !slices.Contains(values(source), "DeadLetterSourceArn") || !slices.Contains(values(source), "byQueue") {
		t.Error("template.yaml: DeadLetters takes what SQS moves out of any queue, even where DeadLetterSourceArn is given")
	}
}

// With a key of the user's, everything that keeps data uses it; without one, it uses the
// services' own keys.
func TestEncryption(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	keys := map[string][]string{
		"AWS::SQS::Queue":             {"KmsMasterKeyId"},
		"AWS::SNS::Topic":             {"KmsMasterKeyId"},
		"AWS::DynamoDB::Table":        {"SSESpecification"},
		"AWS::S3::Bucket":             {"BucketEncryption"},
		"AWS::Logs::LogGroup":         {"KmsKeyId"},
		"AWS::SecretsManager::Secret": {"KmsKeyId"},
	}
	for kind, path := range keys {
		for _, name := range x.ofType(kind) {
			node := x.at(append([]string{"Resources", name, "Properties"}, path...)...)
			if node == nil || node.Tag != "!If" || node.Content[0].Value != "HasKey" {
				t.Errorf("template.yaml: %s does not take the parameter KmsKeyArn", name)
				continue
			}
			found := false
			forEachScalar(node.Content[1], func(value string) { found = found || value == "KmsKeyArn" })
			if !found {
				t.Errorf("template.yaml: %s is not encrypted with KmsKeyArn where that is given", name)
			}
		}
	}
	for _, name := range x.ofType("AWS::SQS::Queue") {
		if sse := x.at("Resources", name, "Properties", "SqsManagedSseEnabled"); sse == nil || sse.Content[2].Value != "true" {
			t.Errorf("template.yaml: %s is not encrypted where KmsKeyArn is empty", name)
		}
	}
}

// The next deploy would overwrite the user's value with one in the template.
func TestSecretsHaveNoValue(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	for _, secret := range []string{"Sources", "HandlerSecrets"} {
		if x.at("Resources", secret, "Properties", "SecretString") != nil {
			t.Errorf("template.yaml: %s has a SecretString, which the next deploy would put over the user's", secret)
		}
	}
}

// Nothing is public except the API's routes: no object, no function URL, no allowed
// principal "*". TestVault tests the bucket.
func TestNothingPublic(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	allowed := regexp.MustCompile(`^AWS::(Serverless::(Function|HttpApi)|SQS::|DynamoDB::Table|SecretsManager::Secret|Logs::LogGroup|IAM::(Role|ManagedPolicy)|S3::Bucket(Policy)?$|SNS::|CloudWatch::|ApiGatewayV2::(DomainName|ApiMapping)|Route53::RecordSet)`)
	for _, name := range x.names("Resources") {
		if kind := x.value(t, "Resources", name, "Type"); !allowed.MatchString(kind) {
			t.Errorf("template.yaml: %s is a %s: say in this test why that is safe", name, kind)
		}
		if x.at("Resources", name, "Properties", "FunctionUrlConfig") != nil {
			t.Errorf("template.yaml: %s has a URL that passes by the API's limits and log", name)
		}
	}
	for _, statement := range statements(x.at("Resources")) {
		principal := child(statement, "Principal")
		if principal != nil && strings.Contains(principal.Value, "*") && child(statement, "Effect").Value != "Deny" {
			t.Errorf("template.yaml line %d: everybody is allowed something", statement.Line)
		}
	}
}

// A request's URL may contain a token, so no log of the API shows it. Addresses are for
// the parameter LogSourceAddresses only; see TestAccessLogFormat.
func TestAccessLogShowsNoURL(t *testing.T) {
	t.Parallel()
	format := readTemplate(t).at("Resources", "Api", "Properties", "AccessLogSettings", "1", "Format", "0").Value
	known := []string{"$context.requestTimeEpoch", "$context.requestId", "$context.routeKey", "$context.status",
		"$context.responseLatency", "$context.integrationLatency", "$context.integrationErrorMessage"}
	for _, variable := range regexp.MustCompile(`\$[\w.]+`).FindAllString(format, -1) {
		if !slices.Contains(known, variable) {
			t.Errorf("template.yaml: the access log shows %s", variable)
		}
	}
}
