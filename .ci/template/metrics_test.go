package template

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"webhookintake/shared/telemetry"
)

// A series is one of our metrics as CloudWatch keeps it: "Ingest Rejected code=too_large
// function" is ingest's metric Rejected, with the dimension code, of that value, and
// function. A dimension without a value means all its values.
type series = string

// The programs emit each of our metrics that an alarm or the dashboard names, with these
// dimensions: the test runs the programs and reads their metrics.
func TestMetricsAreEmitted(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	emitted := emittedSeries(t, "full")
	used := map[series]bool{}
	maps.Copy(used, alarmSeries(t, x, "full"))
	maps.Copy(used, dashboardSeries(t, x))
	for s := range used {
		if !emitted[s] {
			t.Errorf("template.yaml names the metric %q, which the program does not emit. It emits:\n%s",
				s, strings.Join(slices.Sorted(maps.Keys(emitted)), "\n"))
		}
	}
	unused := map[string]string{ // with the reason why each is emitted nevertheless
		"Received":      "the dashboard shows API Gateway's Count, which has what never reached ingest too; this tells sources apart",
		"Accepted":      "the same, next to Received",
		"AckTime":       "the dashboard shows API Gateway's Latency, which is what a provider waits; this tells sources apart",
		"SourcesAge":    "SourcesUnread says that something is wrong; this says since when",
		"SourcesFaulty": "the stack works, and the log line at level ERROR says what to correct; an alarm would not end before somebody does",
		"Repeated":      "a status that returns is one, and usual; the log line at level WARN names the event, and hookctl doctor counts them",
		"Reopened":      "an operator did it; the log line at level WARN says what, to which event",
		"Stale":         "an operator cancelled what had ended or gone on meanwhile; hookctl events show says how it stands",
		"TaskFailed":    "UpkeepErrors counts the invocations, and the log line at level ERROR names the task; this counts by task",
		"ProbeTime":     "the log line of the task has it for each probe; this tells whether it grows",
		"Conflicts":     "the dashboard shows them as DeadLettered with the reason conflict",
	}
	for _, name := range constants(t, root+"shared/telemetry/metricnames.go", "Metric") {
		if name == telemetry.MetricFaults || name == telemetry.MetricBadSignatures {
			continue // see TestLeanMetrics
		}
		uses := slices.ContainsFunc(slices.Collect(maps.Keys(used)), func(s series) bool { return strings.Fields(s)[1] == name })
		if _, listed := unused[name]; uses == listed {
			t.Errorf("metric %s: the template uses it: %v; listed here with the reason why not: %v", name, uses, listed)
		}
		delete(unused, name)
	}
	for name := range unused {
		t.Errorf("metric %s, which is listed here as unused, is not in telemetry's names", name)
	}
}

// In a lean stack the programs emit what its alarms watch, each of which is paid for, and
// nothing else: no metric by source, and none of what AWS counts itself.
func TestLeanMetrics(t *testing.T) {
	t.Parallel()
	want := alarmSeries(t, readTemplate(t), "lean")
	if diff := cmp.Diff(want, emittedSeries(t, "lean")); diff != "" {
		t.Errorf("metrics of a lean stack (-alarms watch +programs emit):\n%s", diff)
	}
}

// alarmsOf returns the nodes of the alarms of stacks with that value of Watch.
func (x template) alarmsOf(watch string) []*yaml.Node {
	other := map[string][]string{"lean": {"IsFull", "IsGradualAndFull"}, "full": {"IsLean"}}[watch]
	var all []*yaml.Node
	for _, alarm := range x.Resources("AWS::CloudWatch::Alarm") {
		if condition := child(alarm, "Condition"); condition == nil || !slices.Contains(other, condition.Value) {
			all = append(all, alarm)
		}
	}
	return all
}

// alarmSeries returns our metrics that alarms watch in stacks with that value of Watch.
func alarmSeries(t *testing.T, x template, watch string) map[series]bool {
	t.Helper()
	all := map[series]bool{}
	for _, m := range withMember(&yaml.Node{Content: x.alarmsOf(watch)}, "Namespace") {
		if child(m, "Namespace").Value != "WebhookIntake" {
			continue
		}
		function, dimensions := "", []string{}
		for _, d := range child(m, "Dimensions").Content {
			name, value := child(d, "Name").Value, child(d, "Value")
			if value.Tag == "!Ref" {
				function = value.Value
				dimensions = append(dimensions, name)
			} else {
				dimensions = append(dimensions, name+"="+value.Value)
			}
		}
		all[newSeries(function, child(m, "MetricName").Value, dimensions)] = true
	}
	if len(all) < 3 {
		t.Errorf("found %d metrics of ours in alarms: has the template's form changed?", len(all))
	}
	return all
}

// dashboardSeries returns our metrics that the dashboard searches for.
func dashboardSeries(t *testing.T, x template) map[series]bool {
	t.Helper()
	body := x.dashboard(t)
	search := regexp.MustCompile(`SEARCH\('\{WebhookIntake,([a-z,]+)\} function=\\"\$\{(\w+)\}\\" MetricName=\\"(\w+)\\"'`)
	all := map[series]bool{}
	for _, found := range search.FindAllStringSubmatch(body, -1) {
		all[newSeries(found[2], found[3], strings.Split(found[1], ","))] = true
	}
	if want := strings.Count(body, "SEARCH("); len(all) != want || strings.Count(body, "WebhookIntake") != want {
		t.Errorf("%d searches of %d are understood, with %d mentions of the namespace", len(all), want, strings.Count(body, "WebhookIntake"))
	}
	return all
}

func newSeries(function, name string, dimensions []string) series {
	slices.Sort(dimensions)
	return strings.Join(append([]string{function, name}, dimensions...), " ")
}

// awsMetrics are the metrics of AWS that the template names, and their dimension. Sources:
// the page "CloudWatch metrics" in the guide of each service, as
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
var awsMetrics = map[string][]string{
	"AWS/ApiGateway ApiId": {"Count", "4xx", "5xx", "Latency"},
	"AWS/SQS QueueName": {"ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible",
		"ApproximateAgeOfOldestMessage"},
	"AWS/Lambda FunctionName": {"Errors", "Throttles", "ConcurrentExecutions"},
	"AWS/DynamoDB TableName":  {"WriteThrottleEvents", "ReadThrottleEvents"},
}

// The metrics of AWS that the template names exist, with their dimension.
func TestMetricsOfAWS(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	named := dashboardMetricsOfAWS(t, x)
	for _, m := range withMember(x.at("Resources"), "Namespace") {
		if namespace := child(m, "Namespace").Value; namespace != "WebhookIntake" {
			named = append(named, [3]string{namespace, child(m, "MetricName").Value, child(child(m, "Dimensions").Content[0], "Name").Value})
		}
	}
	if len(named) < 15 {
		t.Errorf("found %d metrics of AWS: has the template's form changed?", len(named))
	}
	for _, m := range named {
		if !slices.Contains(awsMetrics[m[0]+" "+m[2]], m[1]) {
			t.Errorf("template.yaml names %s %s by %s, which this test does not know", m[0], m[1], m[2])
		}
	}
}

// dashboardMetricsOfAWS returns namespace, name and dimension of AWS's metrics in the
// dashboard, where "." means the same as in the metric before, and "..." all but the rest.
func dashboardMetricsOfAWS(t *testing.T, x template) (all [][3]string) {
	t.Helper()
	var dashboard struct {
		Widgets []struct {
			Properties struct{ Metrics [][]any }
		}
	}
	if err := json.Unmarshal([]byte(x.dashboard(t)), &dashboard); err != nil {
		t.Fatal(err)
	}
	for _, w := range dashboard.Widgets {
		var before [3]string
		for _, m := range w.Properties.Metrics {
			if m[0] != "..." {
				for i := range before {
					if text, ok := m[min(i, len(m)-1)].(string); ok && text != "." {
						before[i] = text
					}
				}
			}
			if before[0] != "" { // a search has no namespace
				all = append(all, before)
			}
		}
	}
	return all
}

// withMember returns the mappings below a node that have a member of that name.
func withMember(node *yaml.Node, name string) []*yaml.Node {
	var all []*yaml.Node
	if node.Kind == yaml.MappingNode && child(node, name) != nil {
		all = append(all, node)
	}
	for _, c := range node.Content {
		all = append(all, withMember(c, name)...)
	}
	return all
}

// constants returns the values of a file's string constants whose names have the prefix.
func constants(t *testing.T, file, prefix string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, prefix) {
			value, _ := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			all = append(all, value)
		}
		return true
	})
	return all
}
