// Package environment reads a program's configuration from environment variables.
//
// It promises that one error lists all faults, each variable once and by name, and that an
// empty variable counts as unset. It never reads the environment of the process itself: it
// is given a function. It never puts a value into an error.
package environment

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"webhookintake/shared/vault"
	"webhookintake/shared/webhook"
)

// Memory stands in place of a queue's URL or a table's name for an engine in the program's
// memory.
const Memory = "memory:"

// A Reader reads variables and collects their faults. [New] makes one.
type Reader struct {
	getenv func(string) string
	faults []error
	named  []string // the variables that have a fault
}

// New returns a Reader of the variables that getenv returns.
func New(getenv func(string) string) *Reader { return &Reader{getenv: getenv} }

// Get returns the value of a variable.
func (r *Reader) Get(name string) string { return r.getenv(name) }

// Err returns an error that lists all faults, or nil.
func (r *Reader) Err() error {
	if len(r.faults) == 0 {
		return nil
	}
	return fmt.Errorf("the environment is not right:\n%w", errors.Join(r.faults...))
}

// Fault records what is wrong with a variable and what to give. Only the first fault of a
// variable counts.
func (r *Reader) Fault(name, problem string) {
	if slices.Contains(r.named, name) {
		return
	}
	r.named = append(r.named, name)
	r.Add(&webhook.FieldError{Field: name, Problem: problem})
}

// Add records an error of another function that reads variables. It ignores nil.
func (r *Reader) Add(err error) {
	if err != nil {
		r.faults = append(r.faults, err)
	}
}

// Local reports whether the program runs under `sam local`, where [Memory] and sample
// secrets are allowed.
func (r *Reader) Local() bool { return r.getenv("AWS_SAM_LOCAL") == "true" }

// Required returns the value of a variable that must be set. Problem says what to give.
func (r *Reader) Required(name, problem string) string {
	value := r.getenv(name)
	if value == "" {
		r.Fault(name, problem)
	}
	return value
}

// Queue returns the URL of a queue, or Memory under `sam local`.
func (r *Reader) Queue(name string) string {
	value := r.engine(name, "give the queue's URL, as https://sqs.<region>.amazonaws.com/<account>/<name>")
	if value != "" && value != Memory && !isURL(value) {
		r.Fault(name, "give the queue's URL, as https://sqs.<region>.amazonaws.com/<account>/<name>")
	}
	return value
}

// Table returns the name of a table, or Memory under `sam local`.
func (r *Reader) Table(name string) string { return r.engine(name, "give the table's name") }

func (r *Reader) engine(name, problem string) string {
	value := r.Required(name, problem)
	if value == Memory && !r.Local() {
		r.Fault(name, "memory keeps nothing and is only for sam local; "+problem)
	}
	return value
}

// Endpoint returns the address to call instead of AWS's: the value of a service's own
// variable, such as AWS_ENDPOINT_URL_SQS, else that of AWS_ENDPOINT_URL. It is empty if
// neither is set.
func (r *Reader) Endpoint(name string) string {
	if r.getenv(name) == "" {
		name = "AWS_ENDPOINT_URL"
	}
	return r.URL(name)
}

// URL returns the value of a variable that has an http or https URL. It is empty if the
// variable is not set.
func (r *Reader) URL(name string) string {
	value := r.getenv(name)
	if value != "" && !isURL(value) {
		r.Fault(name, "give a URL, as http://localhost:9324, or leave it empty")
		return ""
	}
	return value
}

// Region returns the region of the function.
func (r *Reader) Region() string {
	return r.Required("AWS_REGION", "give the region, as us-east-1; Lambda sets it")
}

// Credentials returns those that Lambda puts into the environment. They are valid for the
// life of the process.
func (r *Reader) Credentials() (key, secret, token string) {
	const problem = "give credentials for AWS; Lambda sets them"
	return r.Required("AWS_ACCESS_KEY_ID", problem),
		r.Required("AWS_SECRET_ACCESS_KEY", problem),
		r.getenv("AWS_SESSION_TOKEN")
}

// Bucket returns the name of a bucket of S3, empty if the variable is unset. Whether there is
// such a bucket is known only once it is used.
func (r *Reader) Bucket(name string) string {
	value := r.getenv(name)
	if value != "" && !vault.ValidBucket(value) {
		r.Fault(name, "give the name of a bucket, 3 to 63 of a-z, 0-9, hyphens and dots, or leave it empty")
	}
	return value
}

// Switch reports whether the variable is "true". It may also be "false" or unset.
func (r *Reader) Switch(name string) bool {
	value := r.getenv(name)
	if value != "" && value != "true" && value != "false" {
		r.Fault(name, "give true or false")
	}
	return value == "true"
}

// Lean reports whether the variable WATCH is "lean". It may also be "full" or unset, which
// means full: the alarms of a template without the variable need all metrics.
func (r *Reader) Lean() bool {
	value := r.getenv("WATCH")
	if value != "" && value != "lean" && value != "full" {
		r.Fault("WATCH", "give lean or full")
	}
	return value == "lean"
}

// Seconds returns a duration in whole seconds, more than 0, or otherwise if the variable is
// unset.
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

// Days returns a duration in whole days, or 0 if the variable is unset.
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
