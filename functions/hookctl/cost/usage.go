package cost

import (
	"fmt"
	"math"
	"time"
)

// A Usage is what a bill is for. The zero value is invalid; begin with [DefaultUsage].
type Usage struct {
	Events      float64       `json:"events"`              // a month
	Batch       float64       `json:"batch"`               // events in an invocation of process, on average; 1 to 10
	Sources     int           `json:"sources"`             // those that send all the time
	Arm64       bool          `json:"arm64"`               // instead of x86_64
	Full        bool          `json:"full"`                // Watch=full instead of lean
	MemoryMB    float64       `json:"memory_mb,omitempty"` // of each function; 0 means the template's default
	NoUpkeep    bool          `json:"no_upkeep,omitempty"` // Upkeep=false
	HandlerWait time.Duration `json:"-"`                   // how long handlers wait for each batch, for APIs that they call
	Payloads    bool          `json:"payloads"`            // the ledger keeps all payloads
	Large       float64       `json:"large"`               // events a month whose bodies do not fit the queue

	// What was measured of a deployed stack takes the place of estimates. 0 means that it was not.
	Requests    float64       `json:"requests,omitempty"` // a month, with those that ingest refused
	IngestTook  time.Duration `json:"-"`                  // of a request
	ProcessTook time.Duration `json:"-"`                  // of a batch, with what handlers wait
}

// DefaultUsage is a million events a month from three sources, in a lean stack on arm64, as
// the stage prod is. That is one in 2.6 seconds, so process gets one at a time, which is the
// most expensive way.
func DefaultUsage() Usage { return Usage{Events: 1e6, Batch: 1, Sources: 3, Arm64: true} }

// requests returns the number of requests a month.
func (u Usage) requests() float64 { return max(u.Events, u.Requests) }

// most is the greatest number of events a month that a bill makes sense for.
const most = 1e15

// Check returns an error if a field of u is out of range.
func (u Usage) Check() error {
	switch {
	case !(u.Events >= 1 && u.Events <= most): // also if it is NaN
		return fmt.Errorf("events: %v a month; give 1 to %.0e", u.Events, float64(most))
	case !(u.Batch >= 1 && u.Batch <= 10):
		return fmt.Errorf("batch: %v; a batch has 1 to 10 events", u.Batch)
	case !(u.Large >= 0 && u.Large <= u.Events):
		return fmt.Errorf("large: %v of %v events; give 0 to all of them", u.Large, u.Events)
	case u.Sources < 1:
		return fmt.Errorf("sources: %v; give at least 1", u.Sources)
	case u.HandlerWait < 0:
		return fmt.Errorf("handler wait: %v; give a time of 0 or more", u.HandlerWait)
	}
	return nil
}

// Assumptions, which can be measured only on AWS or differ by user.
const (
	callWait     = 10 * time.Millisecond  // how long a call to SQS or DynamoDB waits
	startShare   = 0.01                   // share of invocations that start an instance; AWS says less than 1 %
	seldomHours  = 0.1                    // share of hours in which a rare outcome is counted, and its metric charged
	pollers      = 5                      // of the event source; it keeps them because MaximumConcurrency is set
	pollWait     = 20 * time.Second       // how long a poll of an empty queue takes
	sourcesRead  = 5 * time.Minute        // how often an instance of ingest reads the sources' secret
	peak         = 10                     // the busiest minute, as a multiple of the month's average
	largeBody    = 4 << 20                // bytes of a body that does not fit the queue: an e-mail with a photo
	largeDays    = 90                     // that the vault keeps it
	upkeepEvery  = 5 * time.Minute        // the schedule of upkeep
	digestEvery  = 15 * time.Minute       // how often it reads the index of open events
	upkeepTook   = 200 * time.Millisecond // a run, most of which waits: at most 23 calls one after another
	hours        = 730                    // in a month
	wholeCPU     = 1769                   // MB of memory with which a function has one whole processor
	recordExtra  = 100                    // bytes that DynamoDB charges for in addition to an item's own
	logLineExtra = 26                     // bytes that CloudWatch stores in addition to a line's own
)

// upkeepLogBytes is about what a run logs: two lines.
const upkeepLogBytes = 400

// openPartitions is the number of queries of the index, each at least half a read unit.
const openPartitions = 16

const (
	kilobyte = 1 << 10
	gigabyte = 1 << 30
)

// with returns m for functions with that memory; 0 means the template's default.
func (m Measured) with(megabytes float64) Measured {
	if megabytes > 0 {
		m.Stack.MemoryMB = megabytes
	}
	return m
}

// ingestTime is how long ingest takes for one event.
func (m Measured) ingestTime(u Usage) time.Duration {
	if u.IngestTook > 0 {
		return u.IngestTook
	}
	return m.IngestTime()
}

// processTime is how long process takes for a batch.
func (m Measured) processTime(u Usage) time.Duration {
	if u.ProcessTook > 0 {
		return u.ProcessTook
	}
	return m.ProcessTime(u.Batch, u.HandlerWait)
}

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

// startTime is the estimated duration of the start of an instance, which reads a secret.
func (m Measured) startTime(f Function) time.Duration {
	return m.took(Function{CPU: f.StartCPU, Calls: 1}, 0)
}

// gigabyteSeconds returns what a number of invocations of that duration is charged as.
func (m Measured) gigabyteSeconds(invocations float64, took time.Duration) float64 {
	return invocations * took.Seconds() * m.Stack.MemoryMB / kilobyte
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// steps returns how many steps of that size cover n.
func steps(n, size float64) float64 { return max(1, math.Ceil(n/size)) }
