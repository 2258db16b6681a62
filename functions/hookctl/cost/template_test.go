package cost

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// A template is template.yaml, whose values may be intrinsic functions.
type template struct{ root *yaml.Node }

func readTemplate(t *testing.T) template {
	t.Helper()
	text, err := os.ReadFile(root + "template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	return template{document.Content[0]}
}

// child is a member of a mapping, nil where there is none.
func child(node *yaml.Node, path ...string) *yaml.Node {
	for _, name := range path {
		if node == nil || node.Kind != yaml.MappingNode {
			return nil
		}
		var found *yaml.Node
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == name {
				found = node.Content[i+1]
			}
		}
		node = found
	}
	return node
}

// text is a scalar, the default of the parameter that it refers to, or "".
func (x template) text(node *yaml.Node) string {
	switch {
	case node == nil:
		return ""
	case node.Tag == "!Ref":
		return x.text(child(x.root, "Parameters", node.Value, "Default"))
	}
	return node.Value
}

func (x template) number(t *testing.T, node *yaml.Node) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(x.text(node), 64)
	if err != nil {
		t.Fatalf("template.yaml: %v is no number", x.text(node))
	}
	return n
}

// resources are those of a type, without what only some parameters make.
func (x template) resources(kind string) []*yaml.Node {
	var all []*yaml.Node
	in := child(x.root, "Resources")
	for i := 1; i < len(in.Content); i += 2 {
		if x.text(child(in.Content[i], "Type")) == kind && child(in.Content[i], "Condition") == nil {
			all = append(all, child(in.Content[i], "Properties"))
		}
	}
	return all
}

// stack counts what is charged for.
func (x template) stack(t *testing.T) Stack {
	t.Helper()
	globals := child(x.root, "Globals", "Function")
	s := Stack{
		MemoryMB:   x.number(t, child(globals, "MemorySize")),
		LogDays:    x.number(t, child(x.root, "Parameters", "LogRetentionDays", "Default")),
		Dashboards: float64(len(x.resources("AWS::CloudWatch::Dashboard"))),
		Secrets:    float64(len(x.resources("AWS::SecretsManager::Secret"))),
	}
	for _, f := range x.resources("AWS::Serverless::Function") {
		if child(f, "MemorySize") != nil {
			t.Error("template.yaml: a function has a memory size of its own; the bill knows one for all")
		}
		config := child(f, "LoggingConfig")
		if global := child(globals, "LoggingConfig"); child(config, "LogFormat") == nil && global != nil {
			config = global
		}
		lines := platformLines(x.text(child(config, "LogFormat")), x.text(child(config, "SystemLogLevel")))
		s.PlatformLines, s.PlatformBytes = float64(len(lines)), float64(len(strings.Join(lines, "")))
	}
	for _, a := range x.resources("AWS::CloudWatch::Alarm") {
		s.AlarmMetrics += alarmMetrics(a)
	}
	if n := len(x.resources("AWS::CloudWatch::CompositeAlarm")) + len(x.resources("AWS::Logs::MetricFilter")); n > 0 {
		t.Errorf("template.yaml: %d composite alarms or metric filters, which the bill has no line for", n)
	}
	for _, a := range x.resources("AWS::Serverless::HttpApi") {
		s.AccessBytes = float64(len(accessLine(x.text(child(a, "AccessLogSettings", "Format")))))
	}
	return s
}

// alarmMetrics is how many metrics an alarm looks at, each of which is charged.
func alarmMetrics(alarm *yaml.Node) float64 {
	queries := child(alarm, "Metrics")
	if queries == nil {
		return 1
	}
	n := 0.0
	for _, q := range queries.Content {
		if child(q, "MetricStat") != nil {
			n++
		}
	}
	return n
}

// platformLines are Lambda's own of one invocation.
func platformLines(format, level string) []string {
	const id = "5a3c1e00-0000-4000-8000-000000000001"
	switch {
	case format != "JSON":
		return []string{
			"START RequestId: " + id + " Version: 12\n", "END RequestId: " + id + "\n",
			"REPORT RequestId: " + id + "\tDuration: 22.31 ms\tBilled Duration: 23 ms\tMemory Size: 512 MB\tMax Memory Used: 30 MB\t\n",
		}
	case level == "WARN":
		return nil
	}
	return []string{
		`{"time":"2026-11-22T12:00:00.000Z","type":"platform.start","record":{"requestId":"` + id + `","version":"12"}}`,
		`{"time":"2026-11-22T12:00:00.000Z","type":"platform.report","record":{"requestId":"` + id + `","metrics":` +
			`{"durationMs":22.312,"billedDurationMs":23,"memorySizeMB":512,"maxMemoryUsedMB":30},"status":"success"}}`,
	}
}

// accessLine is API Gateway's line for a request, with values of the usual length.
func accessLine(format string) string {
	usual := map[string]string{
		"$context.requestTimeEpoch": "1790000000000", "$context.requestId": "JKJaXmPLvHcESHA=", "$context.routeKey": "POST /hooks/{source}",
		"$context.status": "200", "$context.responseLatency": "28", "$context.integrationLatency": "25", "$context.integrationErrorMessage": "-",
	}
	return regexp.MustCompile(`\$context\.[\w.]+`).ReplaceAllStringFunc(format, func(name string) string {
		if value, ok := usual[name]; ok {
			return value
		}
		return strings.Repeat("?", 20)
	})
}
