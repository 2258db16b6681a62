package main

import (
	"errors"
	"fmt"
	"net/url"
	"slices"

	"webhookintake/shared/webhook"
)

// An environment reads variables and collects what is wrong with them. An empty
// variable counts as unset.
type environment struct {
	getenv func(string) string
	faults []error
	named  []string // the variables of faults
}

// err is everything that is wrong; nil for nothing.
func (e *environment) err() error {
	if len(e.faults) == 0 {
		return nil
	}
	return fmt.Errorf("the environment is not right:\n%w", errors.Join(e.faults...))
}

// fault notes, once, what is wrong with a variable.
func (e *environment) fault(name, problem string) {
	if slices.Contains(e.named, name) {
		return
	}
	e.named = append(e.named, name)
	e.add(&webhook.FieldError{Field: name, Problem: problem})
}

func (e *environment) add(err error) {
	if err != nil {
		e.faults = append(e.faults, err)
	}
}

// local reports whether the program runs under `sam local`, where alone stand-ins and
// sample secrets are taken.
func (e *environment) local() bool { return e.getenv("AWS_SAM_LOCAL") == "true" }

func (e *environment) required(name, problem string) string {
	value := e.getenv(name)
	if value == "" {
		e.fault(name, problem)
	}
	return value
}

// region and credentials are what Lambda sets for every function.
func (e *environment) region() string {
	return e.required("AWS_REGION", "give the region of the queue, as us-east-1; Lambda sets it")
}

func (e *environment) credentials() (key, secret, token string) {
	const problem = "give the credentials for the queue and the secret; Lambda sets them"
	return e.required("AWS_ACCESS_KEY_ID", problem),
		e.required("AWS_SECRET_ACCESS_KEY", problem),
		e.getenv("AWS_SESSION_TOKEN")
}

// endpoint is an address that is asked in place of AWS's; empty where none is set.
func (e *environment) endpoint(name string) string {
	value := e.getenv(name)
	if value != "" && !isURL(value) {
		e.fault(name, "give a URL, as http://localhost:9324, or leave it empty")
		return ""
	}
	return value
}

func isURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
