package lambdasqs_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"webhookintake/shared/lambdasqs"
	"webhookintake/shared/telemetry"
	"webhookintake/shared/webhook"
)

// A probe is logged, and counts in no metric.
func TestProbe(t *testing.T) {
	t.Parallel()
	probe := record(t, "probe_1", "{}")
	for name, value := range map[string]string{"source": webhook.Probe, "provider": webhook.Probe, "type": webhook.ProbeType} {
		probe.MessageAttributes[name] = events.SQSMessageAttribute{DataType: "String", StringValue: &value}
	}
	var log, metrics bytes.Buffer
	handle := lambdasqs.Handler(lambdasqs.Options{
		Worker: worker(t), Log: logger(t, &log), Metrics: telemetry.NewMetrics(&metrics, false),
	})
	answer, err := handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{probe}})
	if err != nil || len(answer.BatchItemFailures) > 0 {
		t.Fatalf("%+v, %v", answer, err)
	}
	if !strings.Contains(log.String(), `"outcome":"probed"`) || metrics.Len() > 0 {
		t.Errorf("logged %s, counted %s", &log, &metrics)
	}
}
