package cost

import (
	_ "embed" // for the file
	"fmt"
)

//go:embed measured.json
var measuredFile []byte

// Measured is what the built functions do for the sample event, counted under a fake
// Lambda, and what the template deploys. All figures are means.
type Measured struct {
	Date    string `json:"date"`    // 2006-01-02
	Machine string `json:"machine"` // whose processor the times are of
	Sample  string `json:"sample"`  // the event

	Ingest Function `json:"ingest"`     // for one event
	One    Function `json:"process_1"`  // for a batch of one
	Ten    Function `json:"process_10"` // for a batch of ten
	Event  Event    `json:"event"`      // what an event leaves elsewhere
	Series Series   `json:"metrics"`    // of both functions
	Stack  Stack    `json:"template"`   // what template.yaml deploys
}

// A Function is what one invocation takes, with a handler that does nothing.
type Function struct {
	CPU      float64 `json:"cpu_ms"`       // processor time of an invocation
	StartCPU float64 `json:"start_cpu_ms"` // processor time from the start to the first request for an invocation
	Calls    float64 `json:"aws_calls"`    // one after another, to SQS or DynamoDB
	LogBytes float64 `json:"log_bytes"`    // printed, metrics included
	LogLines float64 `json:"log_lines"`
}

// An Event is what one event leaves behind.
type Event struct {
	Answer  float64 `json:"answer_bytes"`  // ingest's answer, its headers estimated
	Message float64 `json:"message_bytes"` // in SQS, attributes included
	Writes  float64 `json:"writes"`        // to the ledger
	Record  float64 `json:"record_bytes"`  // the ledger's
	Kept    float64 `json:"record_days"`   // that the record is kept
}

// Series are CloudWatch metrics, each with its dimensions.
type Series struct {
	UsualBySource float64 `json:"usual_by_source"`  // those that every event counts, for each source
	UsualAlone    float64 `json:"usual_alone"`      // those that every event counts, for all sources together
	Seldom        float64 `json:"seldom_by_source"` // those of refusals, retries and the like, for each source
}

// A Stack is what the template deploys and configures.
type Stack struct {
	MemoryMB      float64 `json:"memory_mb"` // of each function
	LogDays       float64 `json:"log_days"`
	AccessBytes   float64 `json:"access_log_bytes"`   // of API Gateway's line for a request
	PlatformBytes float64 `json:"platform_log_bytes"` // of Lambda's own lines for an invocation
	PlatformLines float64 `json:"platform_log_lines"`
	AlarmMetrics  float64 `json:"alarm_metrics"` // of every stack; gradual deployments add two
	Dashboards    float64 `json:"dashboards"`
	Secrets       float64 `json:"secrets"`
}

// DefaultMeasured returns the figures of measured.json. Its error is [ErrFile].
func DefaultMeasured() (Measured, error) { return parseMeasured(measuredFile) }

func parseMeasured(text []byte) (Measured, error) {
	var m Measured
	if err := decode("measured.json", text, &m); err != nil {
		return Measured{}, err
	}
	for _, f := range []Function{m.Ingest, m.One, m.Ten} {
		if f.CPU <= 0 || f.StartCPU <= 0 || f.Calls <= 0 || f.LogBytes <= 0 || f.LogLines <= 0 {
			return Measured{}, fmt.Errorf("measured.json: %w: run `make cost`, which writes it; a function has %+v", ErrFile, f)
		}
	}
	if m.Stack.MemoryMB <= 0 || m.Event.Writes <= 0 || m.Event.Record <= 0 || m.Event.Message <= 0 {
		return Measured{}, fmt.Errorf("measured.json: %w: run `make cost`, which writes it", ErrFile)
	}
	return m, checkDate("measured.json", m.Date)
}

// process returns what a batch of that mean size takes, interpolated between batches of one
// and of ten.
func (m Measured) process(batch float64) Function {
	between := func(one, ten float64) float64 { return one + (ten-one)*(batch-1)/9 }
	return Function{
		CPU: between(m.One.CPU, m.Ten.CPU), StartCPU: m.One.StartCPU,
		Calls:    between(m.One.Calls, m.Ten.Calls),
		LogBytes: between(m.One.LogBytes, m.Ten.LogBytes), LogLines: between(m.One.LogLines, m.Ten.LogLines),
	}
}
