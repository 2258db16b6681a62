package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"webhookintake/shared/webhook"
)

// envHandlersARN names the handlers' secret. Empty counts as unset.
const envHandlersARN = "HANDLERS_SECRET_ARN"

// handlersBudget is the longest that reading the handlers' secret takes. A program
// waits for it at its start only.
const handlersBudget = 5 * time.Second

// LoadHandlerSecrets returns the getenv that handlers are given: it looks a name up in
// the handlers' secret, a flat JSON object of strings, and then in getenv. A name whose
// value in the secret is empty counts as absent there.
//
// The secret is read once, and only where HANDLERS_SECRET_ARN is set; otherwise f is not
// called and may be nil. A secret without a version is empty. The error says that the
// secret cannot be read, or joins [webhook.FieldError]s with the names whose values are
// no strings, never with a value.
func LoadHandlerSecrets(ctx context.Context, f Fetcher, getenv func(string) string) (func(string) string, error) {
	if getenv(envHandlersARN) == "" {
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
	values, err := parseHandlerSecrets(doc)
	if err != nil {
		return nil, err
	}
	return func(name string) string {
		if value := values[name]; value != "" {
			return value
		}
		return getenv(name)
	}, nil
}

func parseHandlerSecrets(doc []byte) (map[string]string, error) {
	secrets, err := readDocument(doc)
	if err != nil {
		return nil, &webhook.FieldError{Field: envHandlersARN, Problem: err.Error()}
	}
	values := map[string]string{}
	var faults []error
	fault := func(name, problem string) {
		faults = append(faults, &webhook.FieldError{Field: envHandlersARN + "." + fieldName(name), Problem: problem})
	}
	for name, raw := range secrets.All() {
		if _, repeated := values[name]; repeated {
			fault(name, "stands there twice; keep one")
		}
		var value string
		if string(raw) == "null" || json.Unmarshal(raw, &value) != nil {
			fault(name, "want a string")
		}
		values[name] = value
	}
	return values, errors.Join(faults...)
}
