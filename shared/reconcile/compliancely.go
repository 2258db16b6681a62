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
	Pending  bool      // makes events of requests that are not final too

	Waiting func(time.Duration) // told of each wait before the API is asked again; nil: nobody is
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
//     once, for requests of which no webhook came.
//   - Where the source has a "key", the webhook's id is made by that one and is another.
//
// Of a request that is not final it makes no event, unless asked to: the webhook is still
// to come, and would be another event. The ids of those are pending.
//
// Next to an error it gives what it found all the same. The error joins one for each
// request that could not be had; it stops at the first that a later run could get.
func Compliancely(ctx context.Context, c *compliancely.Client, q CompliancelyQuery) (found []queue.Message, pending []string, err error) {
	if q.Product == "" {
		q.Product = Products()[0]
	}
	if !slices.Contains(Products(), q.Product) {
		return nil, nil, &webhook.FieldError{Field: webhook.FieldProduct, Problem: "give one of " + strings.Join(Products(), ", ")}
	}
	if q.Source == "" {
		q.Source = compliancely.Provider{}.Name()
	}
	var all collection
	for _, id := range q.IDs {
		if all.stopped {
			break
		}
		m, final, err := resourceEvent(ctx, c, q, id)
		if err == nil && !final && !q.Pending {
			pending = append(pending, id)
			continue
		}
		all.add(q.Product+" "+id, m, err)
	}
	return all.messages, pending, errors.Join(all.errs...)
}

// resourceEvent makes the event of a request, and tells whether it is final.
func resourceEvent(ctx context.Context, c *compliancely.Client, q CompliancelyQuery, id string) (m queue.Message, final bool, err error) {
	if strings.Trim(id, ".") == "" { // "." and ".." would ask for another path
		return queue.Message{}, false, &webhook.FieldError{Field: "id", Problem: "give the id of the request"}
	}
	path, read := "/api/v1/submissions/", reader(compliancely.TINMatch, func(r compliancely.TINResult) bool { return r.Status.Final() })
	if q.Product == compliancely.Transcript.Name() {
		path, read = "/api/v1/transcript/", reader(compliancely.Transcript, func(r compliancely.TranscriptResult) bool { return r.Status.Final() })
	}
	body, err := ask(ctx, q.Waiting, func(ctx context.Context) (json.RawMessage, error) {
		return c.Call(ctx, http.MethodGet, path+url.PathEscape(id), nil)
	})
	if err != nil {
		return queue.Message{}, false, err
	}
	about, final, err := read(body)
	switch {
	case err != nil:
		return queue.Message{}, false, err
	case about != id:
		return queue.Message{}, false, &webhook.FieldError{Field: "id", Problem: "the answer is about another request"}
	}
	envelope, err := compliancely.Provider{}.Open(body)
	if err != nil {
		return queue.Message{}, false, err
	}
	return queue.Message{Event: webhook.Event{
		Source: q.Source, Provider: compliancely.Provider{}.Name(), Received: q.Received,
		ID: envelope.ID, Type: q.Product, Raw: body,
	}}, final, nil
}

// reader makes a function that tells, of a body that fits the type, what it is about and
// whether it is final.
func reader[T interface{ Entity() string }](t webhook.Type[T], isFinal func(T) bool) func(body []byte) (about string, final bool, err error) {
	return func(body []byte) (string, bool, error) {
		resource, _, err := t.Decode(body)
		if err != nil {
			return "", false, err
		}
		return resource.Entity(), isFinal(resource), nil
	}
}
