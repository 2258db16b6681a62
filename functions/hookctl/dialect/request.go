package dialect

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"

	"webhookintake/shared/webhook"
)

// NewRequest returns the HTTP request that posts r to a URL. Its error does not show the
// URL, which may hold a token.
func NewRequest(ctx context.Context, to string, r webhook.Request) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, URL(to, r), bytes.NewReader(r.Body))
	if err != nil {
		return nil, errors.New("the URL is not valid")
	}
	request.Header = r.Header.Clone()
	if request.Header == nil {
		request.Header = http.Header{}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "hookctl")
	return request, nil
}

// URL returns the URL for r: to, with r's query added, which carries the token of
// contiguity-v1. A URL that does not parse is returned as it is, for its user to refuse.
func URL(to string, r webhook.Request) string {
	u, err := url.Parse(to)
	if err != nil || len(r.Query) == 0 {
		return to
	}
	query := u.Query()
	maps.Copy(query, r.Query)
	u.RawQuery = query.Encode()
	return u.String()
}
