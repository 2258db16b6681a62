package cost

import "time"

// Assumptions about the webhook that upkeep sends to its own stack.
const (
	probeEvery = 15 * time.Minute
	// probeTook is how long upkeep waits for the answer and the record, of which it looks for
	// the latter after 0.2 and 0.6 s. Where no instance of process is warm, it takes 1 to 2 s.
	probeTook  = 600 * time.Millisecond
	probeReads = 3 // looks at the record in that time
)

// probeLines returns the lines of the probes. Each is one event more, without a handler, and
// its record expires within a day. Its latency is a metric of a full stack.
func probeLines(p PriceOf, m Measured, u Usage) []Line {
	seconds := p.LambdaX86
	if u.Arm64 {
		seconds = p.LambdaArm
	}
	latency := 0.0
	if u.Full {
		latency = 1
	}
	probes := hours * 3600 / probeEvery.Seconds()
	took := probeTook + m.took(m.Ingest, 0) + m.took(m.One, 0)
	return []Line{
		p.APIRequest.line("Upkeep", "probes, webhooks", probes),
		p.LambdaRequest.line("Upkeep", "probes, invocations of ingest and process", 2*probes),
		seconds.line("Upkeep", "probes, time of all three functions", m.gigabyteSeconds(probes, took)),
		p.SQSRequest.line("Upkeep", "probes, sent, received and deleted", 3*probes),
		p.DynamoDBWrite.line("Upkeep", "probes, writes", (m.Event.Writes+1)*probes),
		p.DynamoDBRead.line("Upkeep", "probes, reads", probeReads*probes),
		p.SecretRead.line("Upkeep", "probes, reads of the sources' secret", hours), // upkeep keeps it for one
		p.Metric.line("Upkeep", "probes, their latency", latency),
	}
}
