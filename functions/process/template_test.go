package main

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"webhookintake/shared/process"
)

// A template is template.yaml, whose values may be intrinsic functions.
type template struct{ root *yaml.Node }

func readTemplate(t *testing.T) template {
	t.Helper()
	text, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	return template{document.Content[0]}
}

// at is the node under keys or indexes, nil where there is none.
func (x template) at(path ...string) *yaml.Node {
	node := x.root
	for _, key := range path {
		if node = child(node, key); node == nil {
			return nil
		}
	}
	return node
}

func child(node *yaml.Node, key string) *yaml.Node {
	if node.Kind == yaml.SequenceNode {
		if i, err := strconv.Atoi(key); err == nil && i < len(node.Content) {
			return node.Content[i]
		}
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}

// value is a scalar, or what !FindInMap finds.
func (x template) value(t *testing.T, path ...string) string {
	t.Helper()
	node := x.at(path...)
	if node == nil {
		t.Fatalf("template.yaml has no %s", strings.Join(path, "."))
	}
	if node.Tag == "!FindInMap" {
		found := []string{"Mappings"}
		for _, part := range node.Content {
			found = append(found, part.Value)
		}
		return x.value(t, found...)
	}
	if node.Kind != yaml.ScalarNode {
		t.Fatalf("template.yaml: %s is no single value", strings.Join(path, "."))
	}
	return node.Value
}

func (x template) seconds(t *testing.T, path ...string) time.Duration {
	t.Helper()
	n, err := strconv.Atoi(x.value(t, path...))
	if err != nil {
		t.Fatalf("template.yaml: %s: %v", strings.Join(path, "."), err)
	}
	return time.Duration(n) * time.Second
}

// What the resources do and what the program is told must be one, and fit together, or
// an event could be worked on twice at once, or outlive its record.
func TestTemplateTimes(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	env := []string{"Resources", "Process", "Properties", "Environment", "Variables"}
	told := process.DefaultTiming
	for _, pair := range []struct {
		resource []string
		variable string
		d        *time.Duration
	}{
		{[]string{"Resources", "Process", "Properties", "Timeout"}, "FUNCTION_TIMEOUT_S", &told.Function},
		{[]string{"Resources", "Queue", "Properties", "VisibilityTimeout"}, "VISIBILITY_TIMEOUT_S", &told.Visibility},
		{[]string{"Resources", "Queue", "Properties", "MessageRetentionPeriod"}, "QUEUE_RETENTION_S", &told.QueueRetention},
		{[]string{"Resources", "DeadLetters", "Properties", "MessageRetentionPeriod"}, "DLQ_RETENTION_S", &told.DeadLetterRetention},
	} {
		is, said := x.seconds(t, pair.resource...), x.seconds(t, append(slices.Clone(env), pair.variable)...)
		if is != said {
			t.Errorf("%s is %v, but %s says %v", strings.Join(pair.resource, "."), is, pair.variable, said)
		}
		*pair.d = said
	}
	if err := told.Check(); err != nil {
		t.Errorf("the template's times do not fit together: %v", err)
	}
	if told != process.DefaultTiming {
		t.Errorf("the template's times %+v are not the documented ones %+v", told, process.DefaultTiming)
	}
	if ingest := x.seconds(t, "Resources", "Ingest", "Properties", "Timeout"); ingest < 6*time.Second {
		t.Errorf("ingest's timeout %v does not cover its budget of 5 s", ingest)
	}
}

// No stage may change what the times rest on: none of it is a parameter, and every
// stage overrides parameters only.
func TestStagesOverrideParametersOnly(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	text, err := os.ReadFile("../../samconfig.toml")
	if err != nil {
		t.Fatal(err)
	}
	overrides := regexp.MustCompile(`parameter_overrides = "([^"]*)"`).FindAllStringSubmatch(string(text), -1)
	if len(overrides) == 0 {
		t.Fatal("samconfig.toml overrides nothing: has its form changed?")
	}
	for _, o := range overrides {
		for _, pair := range strings.Fields(o[1]) {
			name, _, _ := strings.Cut(pair, "=")
			if x.at("Parameters", name) == nil {
				t.Errorf("samconfig.toml overrides %s, which is no parameter of template.yaml", name)
			}
		}
	}
	for name := range parameters(x) {
		if strings.Contains(name, "Timeout") || strings.Contains(name, "Visibility") {
			t.Errorf("parameter %s would let a stage change a time that others rest on", name)
		}
	}
}

func parameters(x template) map[string]bool {
	names := map[string]bool{}
	for i, node := range x.at("Parameters").Content {
		if i%2 == 0 {
			names[node.Value] = true
		}
	}
	return names
}

func TestTemplateQueues(t *testing.T) {
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

// A wildcard would give a function more than it was meant to have, silently.
func TestNoWildcards(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	for _, role := range []string{"IngestRole", "ProcessRole"} {
		policies := x.at("Resources", role, "Properties", "Policies")
		if policies == nil {
			t.Fatalf("template.yaml: %s has no policies", role)
		}
		forEachScalar(policies, func(value string) {
			if strings.Contains(value, "*") {
				t.Errorf("template.yaml: %s has %q: spell out actions and resources", role, value)
			}
		})
	}
	for _, secret := range []string{"Sources", "HandlerSecrets"} {
		if x.at("Resources", secret, "Properties", "SecretString") != nil {
			t.Errorf("template.yaml: %s has a SecretString, which the next deploy would put over the user's", secret)
		}
	}
}

func forEachScalar(node *yaml.Node, fn func(string)) {
	if node.Kind == yaml.ScalarNode {
		fn(node.Value)
	}
	for _, c := range node.Content {
		forEachScalar(c, fn)
	}
}
