package compliancely

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"webhookintake/shared/provider/internal/rest"
)

// defaultTimeout is how long a call may take where the caller brings no HTTP client. The
// provider itself takes up to 30 seconds for [Client.MatchTIN].
const defaultTimeout = 45 * time.Second

// maxRedirects is how many redirects of one GET are followed.
const maxRedirects = 3

// A request is one call of the API.
type request struct {
	op, method, path string
	authorization    string // the header's value; empty: none
	body             any    // sent as JSON; nil: none, or the form
	form             form   // sent where there is no body; the zero form: none
}

// A form is a body that is not JSON, with its content type.
type form struct {
	body        []byte
	contentType string
}

// An api makes calls.
type api struct {
	base string // without a slash at its end
	http *http.Client
}

// newAPI takes a copy of client, which follows redirects of GET within the host only:
// tokens and personal data go nowhere else.
func newAPI(base string, client *http.Client) api {
	return api{base, rest.Client(client, defaultTimeout, func(to *http.Request, via []*http.Request) error {
		from := via[0]
		if from.Method != http.MethodGet || to.URL.Host != from.URL.Host ||
			to.URL.Scheme != from.URL.Scheme || len(via) > maxRedirects {
			return http.ErrUseLastResponse
		}
		return nil
	})}
}

// An answer is one of status 2xx.
type answer struct {
	status int
	body   []byte
}

// do makes the call. Its error is an [*Error].
func (a api) do(ctx context.Context, r request) (answer, error) {
	out := rest.Request{Method: r.method, URL: a.base + r.path, Authorization: r.authorization, Body: r.form.body, ContentType: r.form.contentType}
	if r.body != nil {
		var err error
		if out.Body, err = json.Marshal(r.body); err != nil {
			return answer{}, wrongRequest(r.op, "body", "it cannot be written as JSON")
		}
	}
	got, failed := rest.Do(ctx, a.http, out)
	if failed != nil {
		return answer{}, failure(r.op, failed)
	}
	if !got.OK() {
		return answer{}, refusal(r.op, got.Status, rest.RetryAfter(got.Header), got.Body)
	}
	return answer{got.Status, got.Body}, nil
}
