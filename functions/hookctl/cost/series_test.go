package cost

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"webhookintake/shared/telemetry"
)

// seriesIn returns the metrics in lines of the embedded metric format, as name and
// dimensions.
func seriesIn(t *testing.T, printed string) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for l := range strings.Lines(printed) {
		var line struct {
			AWS struct {
				CloudWatchMetrics []struct {
					Dimensions [][]string
					Metrics    []struct{ Name string }
				}
			} `json:"_aws"`
		}
		if err := json.Unmarshal([]byte(l), &line); err != nil {
			t.Fatalf("printed a line that is not JSON: %s", l)
		}
		for _, d := range line.AWS.CloudWatchMetrics {
			for _, dimensions := range d.Dimensions {
				for _, m := range d.Metrics {
					all[strings.Join(append([]string{m.Name}, dimensions...), " ")] = true
				}
			}
		}
	}
	return all
}

// count returns how many metrics a usual event counts, and how many others telemetry names
// for stacks, lean or full.
func count(t *testing.T, usual map[string]bool, lean bool) Series {
	t.Helper()
	names, err := os.ReadFile(root + "shared/telemetry/metricnames.go")
	if err != nil {
		t.Fatal(err)
	}
	seldom := map[string]bool{}
	for _, m := range regexp.MustCompile(`\tMetric\w+ += "(\w+)"`).FindAllSubmatch(names, -1) {
		if ofLean := telemetry.IsLean(string(m[1])); ofLean == lean {
			seldom[string(m[1])] = true
		}
	}
	var s Series
	for _, one := range slices.Sorted(maps.Keys(usual)) {
		words := strings.Fields(one)
		delete(seldom, words[0])
		if slices.Contains(words[1:], telemetry.FieldSource) {
			s.UsualBySource++
		} else {
			s.UsualAlone++
		}
	}
	for _, name := range []string{telemetry.MetricTaskFailed, telemetry.MetricSpillAge, telemetry.MetricProbeTime} {
		delete(seldom, name) // of upkeep and of no source
	}
	if lean {
		s.SeldomAlone = float64(len(seldom))
	} else {
		s.Seldom = float64(len(seldom))
	}
	return s
}
