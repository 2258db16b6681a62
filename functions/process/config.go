package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"webhookintake/shared/process"
	"webhookintake/shared/webhook"
)

// memoryURL stands for the embedded queue or table, which live as long as the process.
const memoryURL = "memory:"

// A config is the environment, read and checked.
type config struct {
	table       string
	keepPayload func(source string) bool
	timing      process.Timing
	local       bool // under sam local, where memory: may stand for engines
}

// readConfig reads the environment. Its error joins one webhook.FieldError for every
// variable at fault. An empty variable counts as unset.
func readConfig(getenv func(string) string) (config, error) {
	r := reader{getenv: getenv, local: getenv("AWS_SAM_LOCAL") == "true"}
	r.address("QUEUE_URL")
	r.address("DLQ_URL")
	c := config{
		table:       r.address("TABLE_NAME"),
		keepPayload: keepPayload(getenv("KEEP_PAYLOADS")),
		timing:      process.DefaultTiming,
		local:       r.local,
	}
	for name, d := range map[string]*time.Duration{
		"FUNCTION_TIMEOUT_S":   &c.timing.Function,
		"VISIBILITY_TIMEOUT_S": &c.timing.Visibility,
		"QUEUE_RETENTION_S":    &c.timing.QueueRetention,
		"DLQ_RETENTION_S":      &c.timing.DeadLetterRetention,
	} {
		r.seconds(name, d)
	}
	if len(r.faults) == 0 {
		if err := c.timing.Check(); err != nil {
			return config{}, fmt.Errorf("times that do not fit together: %w", err)
		}
	}
	slices.SortFunc(r.faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return c, errors.Join(r.faults...)
}

type reader struct {
	getenv func(string) string
	local  bool
	faults []error
}

func (r *reader) fault(name, problem string) {
	r.faults = append(r.faults, &webhook.FieldError{Field: name, Problem: problem})
}

// address reads the URL of a queue or the name of a table.
func (r *reader) address(name string) string {
	switch value := r.getenv(name); {
	case value == "":
		r.fault(name, "is not set; the template sets it")
		return ""
	case value == memoryURL && !r.local:
		r.fault(name, "is memory:, which is for sam local only: events would be lost")
		return ""
	default:
		return value
	}
}

func (r *reader) seconds(name string, d *time.Duration) {
	value := r.getenv(name)
	if value == "" {
		return
	}
	n, err := strconv.ParseUint(value, 10, 31)
	if err != nil || n == 0 {
		r.fault(name, "give whole seconds, as 60")
		return
	}
	*d = time.Duration(n) * time.Second
}

// keepPayload reads a list of source names, or "all".
func keepPayload(list string) func(source string) bool {
	names := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
	return func(source string) bool {
		return slices.Contains(names, "all") || slices.Contains(names, source)
	}
}
