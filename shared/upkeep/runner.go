package upkeep

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"webhookintake/shared/webhook"
)

// A Task is one of the things that upkeep does.
type Task struct {
	Name string        // of lower-case letters; it is in logs and metrics
	Time time.Duration // the longest that a run may take
	// Run does a bounded amount of work, and returns soon after its context ends. It may
	// run again at any moment, and twice at the same time. The summary says in a few words
	// what it did. Neither summary nor error contains anything from a payload.
	Run func(ctx context.Context) (summary string, err error)
}

// Tail is the time that a run keeps for the lease after the last task.
const Tail = 5 * time.Second

// A Runner runs tasks one after the other. Set its fields before the first call.
type Runner struct {
	Tasks []Task
	Notes Notes                         // keeps the lease
	Now   func() time.Time              // nil means time.Now
	After func(context.Context, Result) // called after each task; nil means no calls
}

// A Result is the outcome of one task.
type Result struct {
	Task    string `json:"task"`
	Summary string `json:"summary,omitempty"`
	TookMS  int64  `json:"took_ms"`
	Error   string `json:"error,omitempty"` // the text of Err
	Err     error  `json:"-"`               // nil if the task did its work
}

// An Answer is what the function upkeep returns to an operator who invokes it.
type Answer struct {
	BusyUntil time.Time `json:"busy_until,omitzero"` // another run is at work, and nothing was done
	Tasks     []Result  `json:"tasks,omitempty"`
}

// leaseTask is the name under which a fault of the lease is reported.
const leaseTask = "lease"

// Time returns the longest time that a run takes.
func (r *Runner) Time() time.Duration {
	total := leaseTime + Tail
	for _, task := range r.Tasks {
		total += task.Time
	}
	return total
}

// Run runs all tasks, each within its own time. A task that fails or panics does not stop
// the others. The error joins one for each task that failed.
//
// While another run holds the lease, Run does nothing and returns a [*BusyError]. If the
// lease cannot be read or written, the tasks run all the same, because each may run twice
// at the same time, and a result of the name "lease" says so.
func (r *Runner) Run(ctx context.Context) ([]Result, error) {
	now := time.Now
	if r.Now != nil {
		now = r.Now
	}
	until := now().Add(r.Time())
	if deadline, ok := ctx.Deadline(); ok && deadline.Before(until) {
		until = deadline
	}
	release, err := take(ctx, r.Notes, now, until)
	if busy, ok := errors.AsType[*BusyError](err); ok {
		return nil, busy
	}
	within, cancel := context.WithTimeout(ctx, until.Sub(now())-Tail)
	defer cancel()
	var results []Result
	var errs []error
	done := func(result Result) {
		results = append(results, result)
		if result.Err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", result.Task, result.Err))
		}
		if r.After != nil {
			r.After(ctx, result)
		}
	}
	for _, task := range r.Tasks {
		began := now()
		result := task.run(within)
		result.TookMS = now().Sub(began).Milliseconds()
		done(result)
	}
	if err := errors.Join(err, release(ctx)); err != nil {
		done(Result{Task: leaseTask, Error: err.Error(), Err: err})
	}
	return results, errors.Join(errs...)
}

var errNoTime = errors.New("the tasks before left no time for it")

// A PanicError says that a task panicked. It never shows the value, which may quote a
// payload.
type PanicError struct {
	Kind  string // the value's type
	Stack []byte
}

// Error returns the type of the value.
func (e *PanicError) Error() string { return "panic of type " + e.Kind }

// run runs the task within its time.
func (t Task) run(ctx context.Context) (result Result) {
	result.Task = t.Name
	defer func() {
		if v := recover(); v != nil {
			result.Err = &PanicError{Kind: fmt.Sprintf("%T", v), Stack: debug.Stack()}
		}
		if result.Err != nil {
			result.Error = result.Err.Error()
		}
	}()
	if ctx.Err() != nil {
		result.Err = errNoTime
		return result
	}
	ctx, cancel := context.WithTimeout(ctx, t.Time)
	defer cancel()
	result.Summary, result.Err = t.Run(ctx)
	return result
}

// quiet hides the text of an error, which may contain the id of an event.
type quiet struct{ err error }

func (q quiet) Error() string { return webhook.ErrorKind(q.err) }
func (q quiet) Unwrap() error { return q.err }
