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

// A CompliancelyQuery selects requests.
type CompliancelyQuery struct {
	Source   string    // the source of the events; empty means "compliancely"
	Received time.Time // the arrival time of the events: now
	Product  string    // one of [Products]; empty means the first
	IDs      []string  // of the requests; the API cannot list them
	Pending  bool      // includes requests that are not final
	// Settings are those of the source, of which the key for hashes and the window count: an
	// event then has the id of its webhook. The zero Settings are those of a source without.
	Settings webhook.Settings

	Waiting func(time.Duration) // called before each wait for the API; nil means no calls
}

// Products returns the products whose requests can be fetched by id. For the others the
// path is not documented.
func Products() []string {
	return []string{compliancely.TINMatch.Name(), compliancely.Transcript.Name()}
}

// Compliancely fetches the current state of requests. Each answer is the body of an event
// of the product's type. Its id is the hash of that body, as for a webhook
// whose source has no "key". So:
//
//   - A webhook, or another run, with the same bytes within an hour is a duplicate.
//   - After an hour, or with different bytes, it is another event, and handlers run again:
//     fetch a request once, and only if no webhook came.
//   - If the source has a "key", the webhook's id is derived from that and differs.
//
// For a request that is not final it makes no event, unless q.Pending is set: the webhook
// may still come, and would be another event. It returns the ids of those as pending.
//
// It returns what it found even with an error, which joins one for each request that could
// not be fetched. It stops at the first that a later run could fetch.
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

// resourceEvent makes the event of a request, and reports whether the request is final.
func resourceEvent(ctx context.Context, c *compliancely.Client, q CompliancelyQuery, id string) (m queue.Message, final bool, err error) {
	if strings.Trim(id, ".") == "" { // "." and ".." would call another path
		return queue.Message{}, false, &webhook.FieldError{Field: "id", Problem: "give the id of the request"}
	}
	path, read := "/api/v1/submissions/", reader(compliancely.TINMatch, func(r compliancely.TINResult) bool { return r.Status.Final() })
	if q.Product == compliancely.Transcript.Name() {
		path, read = "/api/v1/transcript/", reader(compliancely.Transcript, func(r compliancely.TranscriptResult) bool { return r.Status.Final() })
	}
	body, err := retry(ctx, q.Waiting, func(ctx context.Context) (json.RawMessage, error) {
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
	digest := q.Settings.Hash.Body(body)
	return queue.Message{
		Event: webhook.Event{
			Source: q.Source, Provider: compliancely.Provider{}.Name(), Received: q.Received,
			ID: digest, Identity: webhook.BodyHash, Type: q.Product, Raw: body,
		},
		Origin: queue.Origin{Digest: digest, Window: q.Settings.Window(webhook.BodyHash)},
	}, final, nil
}

// reader returns a function that reads from a body of the type which request it is about
// and whether that is final.
func reader[T interface{ Entity() string }](t webhook.Type[T], isFinal func(T) bool) func(body []byte) (about string, final bool, err error) {
	return func(body []byte) (string, bool, error) {
		resource, _, err := t.Decode(body)
		if err != nil {
			return "", false, err
		}
		return resource.Entity(), isFinal(resource), nil
	}
}
