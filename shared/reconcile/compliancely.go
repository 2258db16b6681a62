package reconcile

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// A CompliancelyQuery says what is asked for.
type CompliancelyQuery struct {
	Source   string    // the configured source whose webhooks are made up for; empty means "compliancely"
	Received time.Time // when the events count as having come: now
	Product  string    // one of [Products]; empty means the first
	IDs      []string  // of the requests, as the API gave them: it can list none
}

// Products are those of which a request can be asked for by its id. Of the others the
// address is not documented.
func Products() []string {
	return []string{compliancely.TINMatch.Name(), compliancely.Transcript.Name()}
}

// Compliancely asks for requests as they are now. Each answer is the body of an event of
// the product's type, and its id is "sha256:" and the hash of that body, as for a webhook
// whose source has no "key". So:
//
//   - A webhook, or another run, that brings the same bytes within an hour is a duplicate.
//   - After an hour, or with another byte, it is an event again, and handlers run again: ask
//     once, for requests that are final and of which no webhook came.
//   - Where the source has a "key", the webhook's id is made by that one and is another.
//
// Next to an error it gives what it found all the same. The error joins one for each
// request that could not be had; it stops at the first that a later run could get.
func Compliancely(ctx context.Context, c *compliancely.Client, q CompliancelyQuery) ([]queue.Message, error) {
	if q.Product == "" {
		q.Product = Products()[0]
	}
	if !slices.Contains(Products(), q.Product) {
		return nil, &webhook.FieldError{Field: webhook.FieldProduct, Problem: "give one of " + strings.Join(Products(), ", ")}
	}
	if q.Source == "" {
		q.Source = compliancely.Provider{}.Name()
	}
	var found collection
	for _, id := range q.IDs {
		if !found.stopped {
			m, err := resourceEvent(ctx, c, q, id)
			found.add(q.Product+" "+id, m, err)
		}
	}
	return found.messages, errors.Join(found.errs...)
}

func resourceEvent(ctx context.Context, c *compliancely.Client, q CompliancelyQuery, id string) (queue.Message, error) {
	if strings.Trim(id, ".") == "" { // "." and ".." would ask for another path
		return queue.Message{}, &webhook.FieldError{Field: "id", Problem: "give the id of the request"}
	}
	path, entity := "/api/v1/submissions/", entityOf(compliancely.TINMatch)
	if q.Product == compliancely.Transcript.Name() {
		path, entity = "/api/v1/transcript/", entityOf(compliancely.Transcript)
	}
	body, err := ask(ctx, func(ctx context.Context) (json.RawMessage, error) {
		return c.Call(ctx, http.MethodGet, path+url.PathEscape(id), nil)
	})
	if err != nil {
		return queue.Message{}, err
	}
	switch about, err := entity(body); {
	case err != nil:
		return queue.Message{}, err
	case about != id:
		return queue.Message{}, &webhook.FieldError{Field: "id", Problem: "the answer is about another request"}
	}
	envelope, err := compliancely.Provider{}.Open(body)
	if err != nil {
		return queue.Message{}, err
	}
	return queue.Message{Event: webhook.Event{
		Source: q.Source, Provider: compliancely.Provider{}.Name(), Received: q.Received,
		ID: envelope.ID, Type: q.Product, Raw: body,
	}}, nil
}

// entityOf makes a function that tells what a body is about, if it fits the type.
func entityOf[T interface{ Entity() string }](t webhook.Type[T]) func(body []byte) (string, error) {
	return func(body []byte) (string, error) {
		resource, _, err := t.Decode(body)
		if err != nil {
			return "", err
		}
		return resource.Entity(), nil
	}
}
