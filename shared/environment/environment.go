// Package environment reads a program's configuration from environment variables.
//
// It promises that one error lists everything that is wrong, each variable once and by
// its name, and that an empty variable counts as unset. It never reads the process's
// own environment, which it is given as a function, and never puts a value into an error.
package environment

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"webhookintake/shared/webhook"
)

// Memory stands, in place of a queue's URL or a table's name, for an engine that is
// embedded in the program and lives as long as it does.
const Memory = "memory:"

// A Reader reads variables and collects what is wrong with them. Make it with [New].
type Reader struct {
	getenv func(string) string
	faults []error
	named  []string // the variables of faults
}

// New reads through getenv.
func New(getenv func(string) string) *Reader { return &Reader{getenv: getenv} }

// Get is a variable's value as it is.
func (r *Reader) Get(name string) string { return r.getenv(name) }

// Err is everything that is wrong; nil for nothing.
func (r *Reader) Err() error {
	if len(r.faults) == 0 {
		return nil
	}
	return fmt.Errorf("the environment is not right:\n%w", errors.Join(r.faults...))
}

// Fault notes, once for each variable, what is wrong with it and what to give.
func (r *Reader) Fault(name, problem string) {
	if slices.Contains(r.named, name) {
		return
	}
	r.named = append(r.named, name)
	r.Add(&webhook.FieldError{Field: name, Problem: problem})
}

// Add notes an error that another reader of variables returned; nil is none.
func (r *Reader) Add(err error) {
	if err != nil {
		r.faults = append(r.faults, err)
	}
}

// Local reports whether the program runs under `sam local`, where alone [Memory] and
// sample secrets are taken.
func (r *Reader) Local() bool { return r.getenv("AWS_SAM_LOCAL") == "true" }

// Required is a variable that must be set; problem says what to give.
func (r *Reader) Required(name, problem string) string {
	value := r.getenv(name)
	if value == "" {
		r.Fault(name, problem)
	}
	return value
}

// Queue is a queue's URL, or Memory under `sam local`.
func (r *Reader) Queue(name string) string {
	value := r.engine(name, "give the queue's URL, as https://sqs.<region>.amazonaws.com/<account>/<name>")
	if value != "" && value != Memory && !isURL(value) {
		r.Fault(name, "give the queue's URL, as https://sqs.<region>.amazonaws.com/<account>/<name>")
	}
	return value
}

// Table is a table's name, or Memory under `sam local`.
func (r *Reader) Table(name string) string { return r.engine(name, "give the table's name") }

func (r *Reader) engine(name, problem string) string {
	value := r.Required(name, problem)
	if value == Memory && !r.Local() {
		r.Fault(name, "memory: keeps nothing and is for sam local alone; "+problem)
	}
	return value
}

// Endpoint is the address that is asked in place of AWS's: the value of a service's own
// variable, such as AWS_ENDPOINT_URL_SQS, else of AWS_ENDPOINT_URL. It is empty where
// neither is set.
func (r *Reader) Endpoint(name string) string {
	value := r.getenv(name)
	if value == "" {
		name = "AWS_ENDPOINT_URL"
		value = r.getenv(name)
	}
	if value != "" && !isURL(value) {
		r.Fault(name, "give a URL, as http://localhost:9324, or leave it empty")
		return ""
	}
	return value
}

// Region is the one that Lambda runs the function in.
func (r *Reader) Region() string {
	return r.Required("AWS_REGION", "give the region, as us-east-1; Lambda sets it")
}

// Credentials are those that Lambda puts into the environment. They are good for as
// long as the process lives.
func (r *Reader) Credentials() (key, secret, token string) {
	const problem = "give the credentials for AWS; Lambda sets them"
	return r.Required("AWS_ACCESS_KEY_ID", problem),
		r.Required("AWS_SECRET_ACCESS_KEY", problem),
		r.getenv("AWS_SESSION_TOKEN")
}

// Seconds is a time in whole seconds above 0; otherwise where the variable is unset.
func (r *Reader) Seconds(name string, otherwise time.Duration) time.Duration {
	value := r.getenv(name)
	if value == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(value, 10, 31)
	if err != nil || n == 0 {
		r.Fault(name, "give whole seconds, as 60")
		return otherwise
	}
	return time.Duration(n) * time.Second
}

// Days is a time in whole days, 0 where the variable is unset.
func (r *Reader) Days(name string) time.Duration {
	value := r.getenv(name)
	if value == "" {
		return 0
	}
	n, err := strconv.ParseUint(value, 10, 16)
	if err != nil {
		r.Fault(name, "give whole days, as 30")
	}
	return time.Duration(n) * 24 * time.Hour
}

func isURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
