package lambdasqs

import (
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	"webhookintake/shared/telemetry"
)

// counters are the metrics that count outcomes.
var counters = map[process.Outcome]string{
	process.Handled:   telemetry.MetricHandled,
	process.Unhandled: telemetry.MetricUnhandled,
	process.Duplicate: telemetry.MetricDuplicates,
	process.Retried:   telemetry.MetricRetried,
}

// count adds the results of a batch to the metrics.
func count(m *telemetry.Metrics, results []process.Result) {
	for _, r := range results {
		if r.Message.IsProbe() { // it is no event of the user's
			continue
		}
		source := telemetry.Dimension{Name: telemetry.FieldSource, Value: r.Message.Source}
		if name := counters[r.Outcome]; name != "" && !r.Stale() {
			m.Count(name, 1, source)
		}
		if r.Stale() {
			m.Count(telemetry.MetricStale, 1, source)
		}
		if r.Reopened {
			m.Count(telemetry.MetricReopened, 1, source)
		}
		if r.Reason != "" {
			m.Count(telemetry.MetricDeadLettered, 1, source, telemetry.Dimension{Name: telemetry.FieldReason, Value: string(r.Reason)})
		}
		if repeated(r) {
			m.Count(telemetry.MetricRepeated, 1, source)
		}
		if r.Reason == queue.ReasonConflict {
			m.Count(telemetry.MetricConflicts, 1, source)
		}
		// A message that an operator sent back has waited for the operator.
		if r.Attempt == 1 && r.Message.Failure == nil {
			m.Time(telemetry.MetricQueueDelay, r.QueueDelay, source)
		}
	}
}
