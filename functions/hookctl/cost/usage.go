package cost

import (
	"fmt"
	"math"
	"time"
)

// A Usage is what is asked for. The zero value is invalid; begin with [DefaultUsage].
type Usage struct {
	Events      float64       `json:"events"`   // a month
	Batch       float64       `json:"batch"`    // events of an invocation of process, on average; 1 to 10
	Sources     int           `json:"sources"`  // that send all the time
	Arm64       bool          `json:"arm64"`    // else x86_64
	HandlerWait time.Duration `json:"-"`        // what handlers wait for in a batch, for APIs they call
	Payloads    bool          `json:"payloads"` // all are kept beside their records
}

// DefaultUsage is a million events a month of three sources. That is one in 2.6 seconds:
// they come alone, so process gets one at a time, which is the dearest way.
func DefaultUsage() Usage { return Usage{Events: 1e6, Batch: 1, Sources: 3} }

// most events a month that a bill makes sense for.
const most = 1e15

// Check says what of u makes no sense.
func (u Usage) Check() error {
	switch {
	case !(u.Events >= 1 && u.Events <= most): // which NaN is not, either
		return fmt.Errorf("events: %v a month; give 1 to %.0e", u.Events, float64(most))
	case !(u.Batch >= 1 && u.Batch <= 10):
		return fmt.Errorf("batch: %v; a batch has 1 to 10 events", u.Batch)
	case u.Sources < 1:
		return fmt.Errorf("sources: %v; give at least 1", u.Sources)
	case u.HandlerWait < 0:
		return fmt.Errorf("handler wait: %v; give a time of 0 or more", u.HandlerWait)
	}
	return nil
}

// What no file holds, because it can be measured only on AWS or differs by user.
const (
	callWait     = 10 * time.Millisecond // a call to SQS or DynamoDB, beside the processor's time
	startShare   = 0.01                  // of invocations that start a new instance; AWS says it is under 1 %
	seldomHours  = 0.1                   // the share of hours in which a metric that is seldom touched is charged
	pollers      = 5                     // of the event source, always, as MaximumConcurrency is set
	pollWait     = 20 * time.Second      // of each poll of an empty queue
	sourcesRead  = 5 * time.Minute       // how often an instance of ingest reads the sources' secret
	peak         = 10                    // the busiest minute, as a multiple of the month's average
	hours        = 730                   // of a month
	wholeCPU     = 1769                  // MB of memory with which a function has one whole processor
	recordExtra  = 100                   // bytes that DynamoDB charges for beside an item's own
	logLineExtra = 26                    // bytes that CloudWatch stores beside a line's own
)

const (
	kilobyte = 1 << 10
	gigabyte = 1 << 30
)

// took estimates how long Lambda bills an invocation, in whole milliseconds.
func (m Measured) took(f Function, wait time.Duration) time.Duration {
	share := min(1, m.Stack.MemoryMB/wholeCPU)
	computing := f.CPU / share
	waiting := f.Calls*milliseconds(callWait) + milliseconds(wait)
	return time.Duration(math.Ceil(computing+waiting)) * time.Millisecond
}

// IngestTime is the estimated duration of ingest for one event.
func (m Measured) IngestTime() time.Duration { return m.took(m.Ingest, 0) }

// ProcessTime is the estimated duration of process for a batch.
func (m Measured) ProcessTime(batch float64, handlerWait time.Duration) time.Duration {
	return m.took(m.process(batch), handlerWait)
}

// startTime is the estimated duration of a new instance's start, with the read of its
// secret.
func (m Measured) startTime(f Function) time.Duration {
	return m.took(Function{CPU: f.StartCPU, Calls: 1}, 0)
}

// gigabyteSeconds is what so many invocations of that duration are charged as.
func (m Measured) gigabyteSeconds(invocations float64, took time.Duration) float64 {
	return invocations * took.Seconds() * m.Stack.MemoryMB / kilobyte
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// steps is how many steps of that size cover n.
func steps(n, size float64) float64 { return max(1, math.Ceil(n/size)) }
