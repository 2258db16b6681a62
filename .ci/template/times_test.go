package template

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/process"
	"webhookintake/shared/upkeep"
)

// The times of the resources and those in the programs' environment must agree and fit
// together: otherwise an event could be handled twice at once, or outlive its record.
func TestTemplateTimes(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	env := []string{"Resources", "Process", "Properties", "Environment", "Variables"}
	set := process.DefaultTiming
	for _, pair := range []struct {
		resource []string
		variable string
		d        *time.Duration
	}{
		{[]string{"Resources", "Process", "Properties", "Timeout"}, "FUNCTION_TIMEOUT_S", &set.Function},
		{[]string{"Resources", "Queue", "Properties", "VisibilityTimeout"}, "VISIBILITY_TIMEOUT_S", &set.Visibility},
		{[]string{"Resources", "Queue", "Properties", "MessageRetentionPeriod"}, "QUEUE_RETENTION_S", &set.QueueRetention},
		{[]string{"Resources", "DeadLetters", "Properties", "MessageRetentionPeriod"}, "DLQ_RETENTION_S", &set.DeadLetterRetention},
	} {
		is, said := x.seconds(t, pair.resource...), x.seconds(t, append(slices.Clone(env), pair.variable)...)
		if is != said {
			t.Errorf("%s is %v, but %s says %v", strings.Join(pair.resource, "."), is, pair.variable, said)
		}
		*pair.d = said
	}
	if err := set.Check(); err != nil {
		t.Errorf("the template's times do not fit together: %v", err)
	}
	if set != process.DefaultTiming {
		t.Errorf("the template's times %+v are not the documented ones %+v", set, process.DefaultTiming)
	}
	if ingest := x.seconds(t, "Resources", "Ingest", "Properties", "Timeout"); ingest < 6*time.Second {
		t.Errorf("ingest's timeout %v does not cover its budget of 5 s", ingest)
	}
}

// A run of upkeep ends before the next one begins, and its tasks fit into it.
func TestUpkeepTimes(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	var minutes int
	schedule := x.value(t, "Resources", "UpkeepFunction", "Properties", "Events", "Clock", "Properties", "Schedule")
	if _, err := fmt.Sscanf(schedule, "rate(%d minutes)", &minutes); err != nil || minutes != 5 {
		t.Errorf("upkeep runs at %q: promised is every 5 minutes, %v", schedule, err)
	}
	timeout, between := x.seconds(t, "Resources", "UpkeepFunction", "Properties", "Timeout"), time.Duration(minutes)*time.Minute
	if timeout >= between {
		t.Errorf("a run of upkeep may take %v, and the next one begins after %v", timeout, between)
	}
	tasks := upkeep.Runner{Tasks: []upkeep.Task{(&upkeep.Drain{}).Task(), (&upkeep.Reconcile{}).Task(), (&upkeep.Probe{}).Task(), (&upkeep.Digest{}).Task(), (&upkeep.Digest{}).Task()}}
	if tasks.Time() > timeout {
		t.Errorf("the tasks may take %v, the function %v", tasks.Time(), timeout)
	}
}

// No stage may change these times: none of them is a parameter, and stages override only
// parameters.
func TestStagesOverrideParametersOnly(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	text, err := os.ReadFile(root + "samconfig.toml")
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
	for _, name := range x.names("Parameters") {
		if strings.Contains(name, "Timeout") || strings.Contains(name, "Visibility") {
			t.Errorf("parameter %s would let a stage change a time that others rest on", name)
		}
	}
}
