package telemetry_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

// fault says why CloudWatch would not take the line, by the rules of its specification,
// or nil.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
func fault(text []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return err
	}
	var meta struct {
		Timestamp         *int64
		CloudWatchMetrics []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct{ Name, Unit string }
		}
	}
	strict := json.NewDecoder(bytes.NewReader(members["_aws"]))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&meta); err != nil {
		return fmt.Errorf("_aws: %w", err)
	}
	if meta.Timestamp == nil || time.Since(time.UnixMilli(*meta.Timestamp)).Abs() > time.Hour {
		return fmt.Errorf("_aws.Timestamp = %v: want now, in milliseconds", meta.Timestamp)
	}
	if len(meta.CloudWatchMetrics) == 0 {
		return fmt.Errorf("no directive")
	}
	for _, d := range meta.CloudWatchMetrics {
		if d.Namespace != "WebhookIntake" || len(d.Dimensions) == 0 || len(d.Metrics) == 0 || len(d.Metrics) > 100 {
			return fmt.Errorf("directive %+v", d)
		}
		for _, set := range d.Dimensions {
			if set == nil || len(set) > 30 {
				return fmt.Errorf("dimensions %v: want a list of at most 30", set)
			}
			for _, name := range set {
				var value string
				if err := json.Unmarshal(members[name], &value); err != nil || len(value) < 1 || len(value) > 1024 {
					return fmt.Errorf("dimension %s = %q", name, members[name])
				}
			}
		}
		for _, m := range d.Metrics {
			if m.Name == "" || m.Unit != "Count" && m.Unit != "Milliseconds" {
				return fmt.Errorf("metric %+v", m)
			}
			if err := numbers(members[m.Name]); err != nil {
				return fmt.Errorf("metric %s: %w", m.Name, err)
			}
		}
	}
	return nil
}

// numbers wants a number, or 1 to 100 of them.
func numbers(text json.RawMessage) error {
	var one float64
	if json.Unmarshal(text, &one) == nil {
		return nil
	}
	var many []float64
	if err := json.Unmarshal(text, &many); err != nil {
		return err
	}
	if len(many) < 1 || len(many) > 100 {
		return fmt.Errorf("%d values", len(many))
	}
	return nil
}

// TestFault makes sure that the rules above find what breaks them.
func TestFault(t *testing.T) {
	t.Parallel()
	now := fmt.Sprint(time.Now().UnixMilli())
	line := func(aws, rest string) string { return `{"_aws":{"Timestamp":` + now + `,` + aws + `},` + rest + `}` }
	good := line(`"CloudWatchMetrics":[{"Namespace":"WebhookIntake","Dimensions":[["a"]],"Metrics":[{"Name":"M","Unit":"Count"}]}]`, `"a":"x","M":1`)
	if err := fault([]byte(good)); err != nil {
		t.Errorf("good line: %v", err)
	}
	for name, bad := range map[string]string{
		"no JSON":         `{`,
		"no description":  `{"M":1}`,
		"no directive":    line(`"CloudWatchMetrics":[]`, `"M":1`),
		"seconds":         `{"_aws":{"Timestamp":1700000000,"CloudWatchMetrics":[]}}`,
		"no metric":       good[:len(good)-len(`,"M":1}`)] + `}`,
		"no dimension":    line(`"CloudWatchMetrics":[{"Namespace":"WebhookIntake","Dimensions":[["a"]],"Metrics":[{"Name":"M","Unit":"Count"}]}]`, `"M":1`),
		"dimensions null": line(`"CloudWatchMetrics":[{"Namespace":"WebhookIntake","Dimensions":[null],"Metrics":[{"Name":"M","Unit":"Count"}]}]`, `"M":1`),
		"unit":            line(`"CloudWatchMetrics":[{"Namespace":"WebhookIntake","Dimensions":[[]],"Metrics":[{"Name":"M","Unit":"ms"}]}]`, `"M":1`),
		"empty values":    line(`"CloudWatchMetrics":[{"Namespace":"WebhookIntake","Dimensions":[[]],"Metrics":[{"Name":"M","Unit":"Count"}]}]`, `"M":[]`),
	} {
		if fault([]byte(bad)) == nil {
			t.Errorf("%s: nothing wrong found with %s", name, bad)
		}
	}
}
