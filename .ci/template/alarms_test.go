package template

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestAlarms(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	want := []string{
		"DeadLetterArrived", "OldestMessage", "MessagesInFlight", "AcknowledgementErrors",
		"IngestQueueUnavailable", "IngestSourcesUnavailable", "SignatureRejections", "TooLarge", "Spilled",
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
		if !slices.Contains(shown, "${"+name+".Arn}") && !forDeploymentsOnly(name) {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
}
