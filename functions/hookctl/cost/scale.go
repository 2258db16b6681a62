package cost

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// A Limit is one thing that grows with the rate of events.
type Limit struct {
	What  string
	Sum   string    // the arithmetic, in words
	At    []float64 // the value at each rate
	Most  float64   // what AWS or the template allows by default; 0 means that nothing limits it
	Raise string    // what to raise, with a link to where AWS says it
}

// A Scale says what limits the stack at some rates, in events a second.
type Scale struct {
	Rates       []float64
	HandlerWait time.Duration
	Limits      []Limit
	Flood       float64 // US$ a day of forged webhooks at [FloodRate]
}

// FloodRate is the template's default of ApiRateLimit, in requests a second.
const FloodRate = 1000

// full is the size of a batch when events come fast.
const full = 10

// Where AWS says its quotas.
const (
	apiQuotas      = "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"
	lambdaQuotas   = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"
	sourceQuotas   = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html"
	queueQuotas    = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html"
	tableQuotas    = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html"
	warmThroughput = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput-scenarios.html"
)

// At returns the scale at those rates, with handlers that wait that long for each batch.
func At(p Prices, m Measured, handlerWait time.Duration, rates ...float64) Scale {
	ack, batch := m.IngestTime(), m.ProcessTime(full, handlerWait)
	s := Scale{Rates: rates, HandlerWait: handlerWait, Flood: flood(p.Of, m)}
	add := func(what, sum string, most float64, raise string, at func(rate float64) float64) {
		l := Limit{What: what, Sum: sum, Most: most, Raise: raise}
		for _, r := range rates {
			l.At = append(l.At, at(r))
		}
		s.Limits = append(s.Limits, l)
	}
	add("requests a second", "rate", FloodRate,
		link("`ApiRateLimit` and `ApiBurstLimit`; over 10,000 the account's throttle quota", apiQuotas),
		func(r float64) float64 { return r })
	add("invocations a second", "rate + rate ÷ 10", 10_000,
		link("the account's concurrency; the limit is ten times that", lambdaQuotas),
		func(r float64) float64 { return r + r/full })
	add("ingest at once", fmt.Sprintf("rate × %d ms", ack.Milliseconds()), 1000,
		link("the account's concurrency; it grows by 1,000 in 10 s", lambdaQuotas),
		func(r float64) float64 { return math.Ceil(r * ack.Seconds()) })
	add("process at once", fmt.Sprintf("rate ÷ 10 × %d ms", batch.Milliseconds()), 10,
		link("`MaximumConcurrency`; over its 1,000, several stacks", sourceQuotas),
		func(r float64) float64 { return math.Ceil(r / full * batch.Seconds()) })
	add("messages in flight", "process at once × 10", 120_000,
		link("cannot be raised; events that wait for their next try count as well", queueQuotas),
		func(r float64) float64 { return full * math.Ceil(r/full*batch.Seconds()) })
	add("write units a second", fmt.Sprintf("rate × %v", m.Event.Writes), 4000,
		link("`TableWarmWriteUnits`", warmThroughput)+link("; over 40,000 the table's quota", tableQuotas),
		func(r float64) float64 { return r * m.Event.Writes })
	add("GB of log a day", fmt.Sprintf("rate × %.2f kB", logBytes(m)/1000), 0,
		"`LogLevel` warn, which keeps metrics and failures",
		func(r float64) float64 { return r * logBytes(m) * 24 * 3600 / 1e9 })
	add("US$ a month", "`hookctl cost --batch 10`", 0, "", func(r float64) float64 {
		return sum(lines(p, m, Usage{Events: r * hours * 3600, Batch: full, Sources: DefaultUsage().Sources, Arm64: DefaultUsage().Arm64, HandlerWait: handlerWait}))
	})
	return s
}

func link(text, page string) string { return "[" + text + "](" + page + ")" }

// logBytes returns the bytes of log of one event in a full batch of a lean stack.
func logBytes(m Measured) float64 {
	return m.Lean.event().Bytes + m.Lean.process(full).Bytes/full
}

// refusalBytes is about what ingest logs of a webhook that it refuses, with the line of a
// metric.
const refusalBytes = 450

// flood returns what a day of webhooks costs that ingest refuses, in a lean stack. A refusal
// takes no longer than an acknowledgement, and sends nothing to the queue.
func flood(p PriceOf, m Measured) float64 {
	requests := float64(FloodRate * 24 * 3600)
	return sum([]Line{
		p.APIRequest.line("", "", requests),
		p.DataOut.line("", "", requests*m.Event.Answer/gigabyte),
		p.LambdaRequest.line("", "", requests),
		p.LambdaX86.line("", "", m.gigabyteSeconds(requests, m.took(Function{CPU: m.Ingest.CPU}, 0))),
		p.LogsWritten.line("", "", requests*(refusalBytes+m.Lean.Access.Bytes+m.Lean.Platform.Bytes)/gigabyte),
	})
}

// WriteMarkdown writes the table. Values above a default are bold.
func (s Scale) WriteMarkdown(out io.Writer) error {
	var w strings.Builder
	w.WriteString("| events a second | |")
	for _, r := range s.Rates {
		fmt.Fprintf(&w, " %s |", quantity(r))
	}
	w.WriteString(" by default | to raise |\n| --- | --- |" + strings.Repeat(" ---: |", len(s.Rates)+1) + " --- |\n")
	for _, l := range s.Limits {
		fmt.Fprintf(&w, "| %s | %s |", l.What, l.Sum)
		for _, n := range l.At {
			format := " %s |"
			if l.Most > 0 && n > l.Most {
				format = " **%s** |"
			}
			fmt.Fprintf(&w, format, rounded(n))
		}
		most := ""
		if l.Most > 0 {
			most = quantity(l.Most)
		}
		fmt.Fprintf(&w, " %s | %s |\n", most, l.Raise)
	}
	fmt.Fprintf(&w, "\nHandlers wait %d ms a batch here. A flood of forged webhooks at %s requests a second, the default of\n"+
		"`ApiRateLimit`, costs about US$ %s a day.\n", s.HandlerWait.Milliseconds(), quantity(FloodRate), rounded(s.Flood))
	_, err := io.WriteString(out, w.String())
	return err
}

// rounded returns an estimate with two or three significant digits.
func rounded(n float64) string {
	if n < 100 {
		return strconv.FormatFloat(math.Round(n*10)/10, 'f', -1, 64)
	}
	step := math.Pow(10, math.Floor(math.Log10(n))-2)
	return quantity(math.Round(n/step) * step)
}
