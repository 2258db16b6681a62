package template

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAlarms(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	want := []string{
		"DeadLetterArrived", "OldestMessage", "MessagesInFlight", "AcknowledgementErrors",
		"IngestQueueUnavailable", "IngestSourcesUnavailable", "SignatureRejections", "BadSignatures", "IngestFaults", "TooLarge", "Spilled",
		"SourcesInvalid", "SourcesUnread", "IngestErrors", "ProcessErrors", "UpkeepErrors", "SpilledTooLong", "Throttles", "LedgerThrottles",
	}
	alarms := x.ofType("AWS::CloudWatch::Alarm")
	if !slices.Equal(alarms, want) {
		t.Errorf("alarms %q, want %q", alarms, want)
	}
	for _, name := range alarms {
		// A metric without a count is missing, which is not a fault, except of what runs by the
		// clock.
		want := "notBreaching"
		if name == "UpkeepErrors" {
			want = "breaching"
		}
		if got := x.value(t, "Resources", name, "Properties", "TreatMissingData"); got != want {
			t.Errorf("%s: missing data is %s", name, got)
		}
	}
}

// forDeploymentsOnly reports whether an alarm only stops gradual deployments, because
// another alarm notifies people of the same.
func forDeploymentsOnly(name string) bool {
	return name == "IngestQueueUnavailable" || name == "IngestSourcesUnavailable"
}

// mostLean is the number of alarm metrics that a lean stack may have: each is paid for.
const mostLean = 9

// A lean stack has an alarm for loss, refusals, dead letters and standstill, whatever its
// other parameters, no dashboard, and no alarm of a full one for what those tell.
func TestLeanStacks(t *testing.T) {
	t.Parallel()
	needs := []string{ // with what tells of it
		"SpilledTooLong", "UpkeepErrors", // loss: nobody sends what SQS did not take
		"BadSignatures", "AcknowledgementErrors", "IngestErrors", "IngestFaults", // refusals
		"DeadLetterArrived",
		"OldestMessage", "ProcessErrors", // standstill
	}
	lean := 0
	for _, s := range stacks(t) {
		if s.Parameters["Watch"] != "lean" {
			continue
		}
		lean++
		metrics := 0
		for _, name := range s.ofType("AWS::CloudWatch::Alarm") {
			queries, _ := s.get(name, "Properties", "Metrics").([]any)
			metrics += max(1, len(queries)-1) // of several, one is the expression
		}
		if metrics > mostLean {
			t.Errorf("%s: %d alarm metrics, want at most %d", s.name, metrics, mostLean)
		}
		for _, name := range needs {
			ofUpkeep := name == "SpilledTooLong" || name == "UpkeepErrors"
			if wanted := !ofUpkeep || s.Parameters["Upkeep"] == "true"; wanted && s.Template.Resources[name] == nil {
				t.Errorf("%s: no alarm %s", s.name, name)
			}
		}
		if s.Template.Resources["Dashboard"] != nil {
			t.Errorf("%s: a lean stack has a dashboard", s.name)
		}
	}
	if lean < 20 {
		t.Errorf("%d lean stacks: is lean not the default?", lean)
	}
}

// Lambda's own lines about what goes well are not written in a lean stack. No line of the
// programs is filtered there: a line of metrics has no level.
func TestLogFormat(t *testing.T) {
	t.Parallel()
	for _, s := range stacks(t) {
		want := map[string]any{"LogFormat": "JSON", "ApplicationLogLevel": "TRACE", "SystemLogLevel": "WARN"}
		if s.Parameters["Watch"] == "full" {
			want = map[string]any{"LogFormat": "Text"}
		}
		for _, name := range s.ofType("AWS::Lambda::Function") {
			got, _ := s.get(name, "Properties", "LoggingConfig").(map[string]any)
			if got["LogGroup"] == nil {
				t.Errorf("%s: %s has no log group", s.name, name)
			}
			rest := maps.Clone(got)
			delete(rest, "LogGroup")
			if diff := cmp.Diff(want, rest); diff != "" {
				t.Errorf("%s: %s logs (-want +got):\n%s", s.name, name, diff)
			}
			if memory := fmt.Sprint(s.get(name, "Properties", "MemorySize")); memory != s.Parameters["MemorySize"] {
				t.Errorf("%s: %s has %s MB", s.name, name, memory)
			}
			variables, _ := s.get(name, "Properties", "Environment", "Variables").(map[string]any)
			if variables["WATCH"] != s.Parameters["Watch"] {
				t.Errorf("%s: WATCH of %s is %v", s.name, name, variables["WATCH"])
			}
		}
	}
}

// Somebody reads an alarm's text at night: it says what to do, and the commands in it
// exist.
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

// The dashboard is valid for CloudWatch with the stack's names in it, and shows every alarm
// that notifies somebody.
func TestDashboard(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	body := x.dashboard(t)
	var dashboard struct {
		Widgets []struct {
			Type                string
			X, Y, Width, Height int
			Properties          struct{ Alarms []string }
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
		lean := child(x.at("Resources", name), "Condition") != nil && x.value(t, "Resources", name, "Condition") == "IsLean"
		if !slices.Contains(shown, "${"+name+".Arn}") && !forDeploymentsOnly(name) && !lean {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
}
