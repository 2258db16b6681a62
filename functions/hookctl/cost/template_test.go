package cost

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"webhookintake/shared/samtemplate"
)

// A template is template.yaml.
type template struct{ samtemplate.Template }

func readTemplate(t *testing.T) template {
	t.Helper()
	x, err := samtemplate.Read(root + "template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return template{x}
}

// text returns a single value, or "" if there is none.
func (x template) text(t *testing.T, node *yaml.Node) string {
	t.Helper()
	text, err := x.Value(node)
	if err != nil {
		t.Fatalf("template.yaml: %v", err)
	}
	return text
}

func (x template) number(t *testing.T, node *yaml.Node) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(x.text(t, node), 64)
	if err != nil {
		t.Fatalf("template.yaml: %q is not a number", x.text(t, node))
	}
	return n
}

// resources returns the properties of the resources of a type that have one of the
// conditions, where "" means none.
func (x template) resources(kind string, conditions ...string) []*yaml.Node {
	var all []*yaml.Node
	for _, resource := range x.Resources(kind) {
		condition := ""
		if node := child(resource, "Condition"); node != nil {
			condition = node.Value
		}
		if slices.Contains(conditions, condition) {
			all = append(all, child(resource, "Properties"))
		}
	}
	return all
}

var child = samtemplate.Child

// stack returns what is charged for.
func (x template) stack(t *testing.T) Stack {
	t.Helper()
	globals := x.At("Globals", "Function")
	s := Stack{
		MemoryMB: x.number(t, child(globals, "MemorySize")),
		LogDays:  x.number(t, x.At("Parameters", "LogRetentionDays", "Default")),
		Secrets:  float64(len(x.resources("AWS::SecretsManager::Secret", ""))),
	}
	for _, f := range x.resources("AWS::Serverless::Function", "", "HasUpkeep") {
		if child(f, "MemorySize") != nil || child(f, "LoggingConfig", "LogFormat") != nil {
			t.Error("template.yaml: a function has its own memory size or log format; the bill assumes one for all")
		}
	}
	if n := len(x.resources("AWS::CloudWatch::CompositeAlarm", "")) + len(x.resources("AWS::Logs::MetricFilter", "")); n > 0 {
		t.Errorf("template.yaml: %d composite alarms or metric filters, for which the bill has no line", n)
	}
	return s
}

// watch returns what watching a stack with that value of Watch takes by the template.
func (x template) watch(t *testing.T, name string) Watch {
	t.Helper()
	condition, branch := "IsLean", "2" // of !If [IsFull, …, …]
	if name == "full" {
		condition, branch = "IsFull", "1"
	}
	w := Watch{Dashboards: float64(len(x.resources("AWS::CloudWatch::Dashboard", "", condition)))}
	for _, a := range x.resources("AWS::CloudWatch::Alarm", "", condition) {
		w.AlarmMetrics += alarmMetrics(a)
	}
	for _, a := range x.resources("AWS::CloudWatch::Alarm", "HasUpkeep") {
		w.UpkeepAlarms += alarmMetrics(a)
	}
	logging := x.At("Globals", "Function", "LoggingConfig")
	level := ""
	if node := child(logging, "SystemLogLevel", branch); node != nil && node.Tag != "!Ref" {
		level = node.Value
	}
	lines := platformLines(child(logging, "LogFormat", branch).Value, level)
	w.Platform = Log{float64(len(strings.Join(lines, ""))), float64(len(lines))}
	if name == "full" {
		for _, a := range x.resources("AWS::Serverless::HttpApi", "") {
			// The line without the sender's address, which a parameter adds.
			format := child(a, "AccessLogSettings", "1", "Format", "0").Value
			w.Access = Log{float64(len(accessLine(strings.ReplaceAll(format, "${Address}", "")))), 1}
		}
	}
	return w
}

// Upkeep costs less than a dollar a month, with the alarms that the template adds for it.
func TestUpkeepCosts(t *testing.T) {
	t.Parallel()
	p, err := DefaultPrices()
	if err != nil {
		t.Fatal(err)
	}
	m, err := DefaultMeasured()
	if err != nil {
		t.Fatal(err)
	}
	total := sum(upkeepLines(p.Of, m, DefaultUsage()))
	t.Logf("upkeep costs US$ %.2f a month", total)
	if total >= 1 || total <= 0 {
		t.Errorf("upkeep costs US$ %.2f a month, want less than 1", total)
	}
}

// alarmMetrics returns how many metrics an alarm looks at, each of which is charged.
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

// platformLines returns Lambda's own lines of one invocation.
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

// accessLine returns API Gateway's line for a request, with values of the usual length.
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
