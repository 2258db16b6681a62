package template

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func TestAlarms(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	want := []string{
		"DeadLetterArrived", "OldestMessage", "MessagesInFlight", "AcknowledgementErrors", "SignatureRejections", "TooLarge",
		"SourcesInvalid", "SourcesUnread", "IngestErrors", "ProcessErrors", "Throttles", "LedgerThrottles",
	}
	alarms := x.ofType("AWS::CloudWatch::Alarm")
	if !slices.Equal(alarms, want) {
		t.Errorf("alarms %q, want %q", alarms, want)
	}
	for _, name := range alarms {
		p := x.at("Resources", name, "Properties")
		// A metric that nothing was counted in is missing, and no fault.
		if got := child(p, "TreatMissingData").Value; got != "notBreaching" {
			t.Errorf("%s: missing data is %s", name, got)
		}
		for _, actions := range []string{"AlarmActions", "OKActions"} {
			if !slices.Contains(values(child(p, actions)), "AlarmTopic") {
				t.Errorf("%s: %s do not mail", name, actions)
			}
		}
	}
}

// An alarm's text is what somebody reads at night: it says what to do, and the commands
// that it names are there.
func TestAlarmsSayWhatToDo(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	command := regexp.MustCompile(`go tool hookctl ((?:[a-z]+ )+)`)
	todo := regexp.MustCompile(`\b(See|see|Look|look|Raise|raise|find|check it out)\b`)
	for _, name := range x.ofType("AWS::CloudWatch::Alarm") {
		text := x.at("Resources", name, "Properties", "AlarmDescription").Value
		if len(text) > 1024 { // CloudWatch's limit
			t.Errorf("%s: the text has %d characters", name, len(text))
		}
		if !todo.MatchString(text) {
			t.Errorf("%s does not say what to do: %s", name, text)
		}
		for _, found := range command.FindAllStringSubmatch(text, -1) {
			help := strings.ReplaceAll(strings.TrimSpace(found[1]), " ", "-")
			if _, err := os.Stat(root + "functions/hookctl/testdata/help/" + help + ".golden"); err != nil {
				t.Errorf("%s names a command that is not there: hookctl %s", name, found[1])
			}
		}
	}
}

// The metrics of ours that alarms watch are counted, under these dimensions.
func TestAlarmsWatchWhatIsCounted(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	metrics := constants(t, root+"shared/telemetry/names.go", "Metric")
	dimensions := constants(t, root+"shared/telemetry/names.go", "Field")
	codes := constants(t, root+"shared/webhook/code.go", "Err")
	seen := 0
	for _, m := range withMember(x.at("Resources"), "Namespace") {
		if child(m, "Namespace").Value != "WebhookIntake" {
			continue
		}
		seen++
		if name := child(m, "MetricName").Value; !slices.Contains(metrics, name) {
			t.Errorf("line %d: no program counts %s", m.Line, name)
		}
		for _, d := range child(m, "Dimensions").Content {
			if name := child(d, "Name").Value; !slices.Contains(dimensions, name) {
				t.Errorf("line %d: no metric has a dimension %s", d.Line, name)
			}
			if value := child(d, "Value").Value; child(d, "Name").Value == "code" && !slices.Contains(codes, value) {
				t.Errorf("line %d: no webhook is refused with the code %s", d.Line, value)
			}
		}
	}
	if seen < 6 {
		t.Errorf("found %d metrics of the programs in alarms: has the template's form changed?", seen)
	}
}

// withMember are the mappings below a node that have a member of that name.
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

// constants are the values of a file's string constants whose names begin so.
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

// The dashboard is valid for CloudWatch once the stack's names are put in, shows every
// alarm, and looks for metrics that are counted.
func TestDashboard(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	body := x.at("Resources", "Dashboard", "Properties", "DashboardBody").Value
	var dashboard struct {
		Widgets []struct {
			Type                string
			X, Y, Width, Height int
			Properties          struct {
				Alarms  []string
				Metrics [][]any
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &dashboard); err != nil {
		t.Fatal(err)
	}
	var shown []string
	for i, w := range dashboard.Widgets {
		if w.X+w.Width > 24 {
			t.Errorf("widget %d is wider than the dashboard", i)
		}
		shown = append(shown, w.Properties.Alarms...)
	}
	for _, name := range x.ofType("AWS::CloudWatch::Alarm") {
		if !slices.Contains(shown, "${"+name+".Arn}") {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
	metrics := constants(t, root+"shared/telemetry/names.go", "Metric")
	searches := regexp.MustCompile(`SEARCH\('\{WebhookIntake,([a-z,]+)\} function=\\"\$\{\w+\}\\" MetricName=\\"(\w+)\\"'`).FindAllStringSubmatch(body, -1)
	for _, found := range searches {
		if !slices.Contains(metrics, found[2]) {
			t.Errorf("the dashboard shows %s, which no program counts", found[2])
		}
	}
	if len(searches) != strings.Count(body, "SEARCH(") {
		t.Errorf("%d searches of %d are understood", len(searches), strings.Count(body, "SEARCH("))
	}
}
