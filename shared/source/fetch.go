package source

import (
	"context"
	"errors"
)

// A Stage names one of the two versions of a secret that are read.
type Stage string

// The stages, as Secrets Manager labels them.
const (
	Current  Stage = "AWSCURRENT"
	Previous Stage = "AWSPREVIOUS"
)

// ErrNoVersion says that the secret exists and has no version of that stage yet.
var ErrNoVersion = errors.New("the secret has no such version")

// A Fetcher reads a version of one secret. It is safe for concurrent use.
type Fetcher interface {
	// Fetch returns the value of the secret's version at the stage. Its error is
	// [ErrNoVersion] if there is none; any other error means that the secret could
	// not be read. It returns when ctx ends, and never puts a value into an error.
	Fetch(ctx context.Context, stage Stage) ([]byte, error)
}
