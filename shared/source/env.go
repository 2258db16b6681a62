package source

import (
	"fmt"

	"webhookintake/shared/webhook"
)

// The variables that hold the sources document or name its secret. An empty one counts as
// unset.
const (
	envSources   = "SOURCES"
	envSecretARN = "SOURCES_SECRET_ARN"
)

// FromEnv returns the sources of the document in SOURCES, which is checked at once and
// never changes, or of the secret named by SOURCES_SECRET_ARN, which is not read yet.
// Exactly one of the variables must be set. The error joins [webhook.FieldError]s.
func FromEnv(
	getenv func(string) string, newFetcher func(arn string) Fetcher, o RefreshOptions,
) (*Sources, error) {
	doc, arn := getenv(envSources), getenv(envSecretARN)
	switch {
	case doc != "" && arn != "":
		return nil, &webhook.FieldError{Field: envSources, Problem: "is set as well as " + envSecretARN + "; keep one of them"}
	case doc == "" && arn == "":
		return nil, &webhook.FieldError{Field: envSources, Problem: "give the sources here, or their secret in " + envSecretARN}
	case arn != "":
		return Refreshing(newFetcher(arn), o), nil
	}
	set, err := Parse([]byte(doc), o.Parse)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", envSources, err)
	}
	if err := set.Faults(); err != nil {
		return nil, fmt.Errorf("read %s: %w", envSources, err)
	}
	if err := set.Warnings(); err != nil && o.Logger != nil {
		o.Logger.Warn("the sources have short secrets", "error", err)
	}
	return Fixed(set), nil
}
