package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"webhookintake/shared/webhook"
)

// The variables that hold the settings of handlers or name their secret. An empty one
// counts as unset.
const (
	envHandlersARN = "HANDLERS_SECRET_ARN"
	envHandlers    = "HANDLERS"
)

// handlersBudget is the longest time that reading the handlers' secret takes. A program
// waits for it only at its start.
const handlersBudget = 5 * time.Second

// LoadHandlerSecrets returns the getenv of handlers. It looks a name up in the handlers'
// secret, a flat JSON object of strings, and then in getenv. A name whose value in the
// secret is empty counts as absent there.
//
// The secret is read once, and only if HANDLERS_SECRET_ARN is set and f is not nil. A
// secret without a version is empty. The error says that the secret cannot be read, or
// joins one [webhook.FieldError] for each name whose value is not a string. It never
// quotes a value.
func LoadHandlerSecrets(ctx context.Context, f Fetcher, getenv func(string) string) (func(string) string, error) {
	if f == nil || getenv(envHandlersARN) == "" {
		return getenv, nil
	}
	ctx, cancel := context.WithTimeout(ctx, handlersBudget)
	defer cancel()
	doc, err := f.Fetch(ctx, Current)
	if errors.Is(err, ErrNoVersion) {
		return getenv, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the secret of %s: %w", envHandlersARN, err)
	}
	values, err := parseSettings(envHandlersARN, doc)
	if err != nil {
		return nil, err
	}
	return first(values, getenv), nil
}

// HandlerSettings returns a getenv that looks a name up in the variable HANDLERS, a flat
// JSON object of strings, and then in getenv. A name whose value in HANDLERS is empty
// counts as absent there. The error joins [webhook.FieldError]s and never quotes a value.
//
// It exists for `sam local`, which passes on only the variables that the template
// declares. The settings of handlers are not among them.
func HandlerSettings(getenv func(string) string) (func(string) string, error) {
	doc := getenv(envHandlers)
	if doc == "" {
		return getenv, nil
	}
	values, err := parseSettings(envHandlers, []byte(doc))
	if err != nil {
		return nil, err
	}
	return first(values, getenv), nil
}

// first looks a name up in values and then, if it is absent or empty there, in getenv.
func first(values map[string]string, getenv func(string) string) func(string) string {
	return func(name string) string {
		if value := values[name]; value != "" {
			return value
		}
		return getenv(name)
	}
}

// parseSettings reads a flat JSON object of strings. Its error names the variable that
// holds the document or names its secret.
func parseSettings(variable string, doc []byte) (map[string]string, error) {
	settings, err := readDocument(doc)
	if err != nil {
		return nil, &webhook.FieldError{Field: variable, Problem: err.Error()}
	}
	values := map[string]string{}
	var faults []error
	fault := func(name, problem string) {
		faults = append(faults, &webhook.FieldError{Field: variable + "." + fieldName(name), Problem: problem})
	}
	for name, raw := range settings.All() {
		if _, repeated := values[name]; repeated {
			fault(name, "occurs twice; keep one")
		}
		var value string
		if string(raw) == "null" || json.Unmarshal(raw, &value) != nil {
			fault(name, "want a string")
		}
		values[name] = value
	}
	return values, errors.Join(faults...)
}
