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
	Stack  Stack    `json:"template"`   // what template.yaml deploys

	Lean Watch `json:"lean"` // with Watch=lean
	Full Watch `json:"full"` // with Watch=full
}

// A Function is what one invocation takes, with a handler that does nothing.
type Function struct {
	CPU      float64 `json:"cpu_ms"`       // processor time of an invocation
	StartCPU float64 `json:"start_cpu_ms"` // processor time from the start to the first request for an invocation
	Calls    float64 `json:"aws_calls"`    // one after another, to SQS or DynamoDB
}

// A Watch is what watching a stack takes, which the parameter Watch decides.
type Watch struct {
	Ingest       Log     `json:"ingest"`               // for one event
	One          Log     `json:"process_1"`            // for a batch of one
	Ten          Log     `json:"process_10"`           // for a batch of ten
	Access       Log     `json:"access_log"`           // API Gateway's, for a request
	Platform     Log     `json:"platform"`             // Lambda's own lines, for an invocation
	Series       Series  `json:"metrics"`              // of both functions
	AlarmMetrics float64 `json:"alarm_metrics"`        // of every stack
	UpkeepAlarms float64 `json:"upkeep_alarm_metrics"` // of a stack with upkeep
	Dashboards   float64 `json:"dashboards"`
}

// A Log is what is logged at a time, metrics included.
type Log struct {
	Bytes float64 `json:"bytes"`
	Lines float64 `json:"lines"`
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
	SeldomAlone   float64 `json:"seldom_alone"`     // the same, for all sources together
}

// A Stack is what the template deploys and configures.
type Stack struct {
	MemoryMB float64 `json:"memory_mb"` // of each function
	LogDays  float64 `json:"log_days"`
	Secrets  float64 `json:"secrets"`
}

// DefaultMeasured returns the figures of measured.json. Its error is [ErrFile].
func DefaultMeasured() (Measured, error) { return parseMeasured(measuredFile) }

func parseMeasured(text []byte) (Measured, error) {
	var m Measured
	if err := decode("measured.json", text, &m); err != nil {
		return Measured{}, err
	}
	for _, f := range []Function{m.Ingest, m.One, m.Ten} {
		if f.CPU <= 0 || f.StartCPU <= 0 || f.Calls <= 0 {
			return Measured{}, fmt.Errorf("measured.json: %w: run `make cost`, which writes it; a function has %+v", ErrFile, f)
		}
	}
	if m.Stack.MemoryMB <= 0 || m.Event.Writes <= 0 || m.Event.Record <= 0 || m.Event.Message <= 0 {
		return Measured{}, fmt.Errorf("measured.json: %w: run `make cost`, which writes it", ErrFile)
	}
	for _, w := range []Watch{m.Lean, m.Full} {
		if w.One.Bytes <= 0 || w.Ten.Bytes <= 0 || w.AlarmMetrics <= 0 {
			return Measured{}, fmt.Errorf("measured.json: %w: run `make cost`, which writes it; what is logged is %+v", ErrFile, w)
		}
	}
	return m, checkDate("measured.json", m.Date)
}

// watch returns what the usage's value of Watch takes.
func (m Measured) watch(u Usage) Watch {
	if u.Full {
		return m.Full
	}
	return m.Lean
}

// process returns what a batch of that mean size takes, interpolated between batches of one
// and of ten.
func (m Measured) process(batch float64) Function {
	return Function{
		CPU: between(m.One.CPU, m.Ten.CPU, batch), StartCPU: m.One.StartCPU,
		Calls: between(m.One.Calls, m.Ten.Calls, batch),
	}
}

// process returns what process logs for a batch of that mean size, Lambda's lines included.
func (w Watch) process(batch float64) Log {
	return Log{between(w.One.Bytes, w.Ten.Bytes, batch) + w.Platform.Bytes, between(w.One.Lines, w.Ten.Lines, batch) + w.Platform.Lines}
}

// event returns what ingest and API Gateway log for an event, Lambda's lines included.
func (w Watch) event() Log {
	return Log{w.Ingest.Bytes + w.Access.Bytes + w.Platform.Bytes, w.Ingest.Lines + w.Access.Lines + w.Platform.Lines}
}

func between(one, ten, batch float64) float64 { return one + (ten-one)*(batch-1)/9 }
