package compliancely

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"webhookintake/shared/provider/internal/rest"
	"webhookintake/shared/webhook"
)

// The hosts of the API. In the sandbox nothing is stored, and webhooks may not be sent.
const (
	LiveURL    = "https://app1.compliancely.com"
	SandboxURL = "https://sandbox.compliancely.com"
)

// ClientOptions say where and as whom a [Client] calls.
type ClientOptions struct {
	BaseURL string // empty means LiveURL
	// Username and Password get tokens of version 2, which the Client fetches, keeps and
	// renews.
	Username string
	Password webhook.Secret
	// Token is one of the old version 1, sent as "Token …". It excludes Username and
	// Password. The provider announced its end for 2026-05-31.
	Token webhook.Secret
	// WebhookURL is where results are sent, as "https://…/hooks/compliancely"; a request
	// can name another. Empty: each submission has to.
	WebhookURL string
	HTTP       *http.Client     // nil means one with a timeout of 45 seconds; its redirect policy is not used
	Now        func() time.Time // nil means time.Now
}

// A Client calls the REST API. It is safe for concurrent use. Make one for the life of
// the process and not one for each event: it keeps the token, and the provider allows
// ten fetches of one a minute.
//
// Every error that its methods return is an [*Error].
type Client struct {
	api        api
	tokens     tokens
	webhookURL string
}

// NewClient checks the options. Its error is a [*webhook.FieldError].
func NewClient(o ClientOptions) (*Client, error) {
	fault := func(field, problem string) (*Client, error) {
		return nil, &webhook.FieldError{Field: field, Problem: problem}
	}
	if o.BaseURL == "" {
		o.BaseURL = LiveURL
	}
	if !isWebURL(o.BaseURL) {
		return fault("base_url", "give an absolute URL, as "+LiveURL)
	}
	if o.WebhookURL != "" && !isWebURL(o.WebhookURL) {
		return fault("webhook_url", "give an absolute URL, as https://…/hooks/compliancely")
	}
	hasLogin := o.Username != "" && !o.Password.IsEmpty()
	if hasLogin != o.Token.IsEmpty() {
		return fault("token", "give username and password, or a token of the old version")
	}
	if !rest.IsHeaderText(o.Token.Reveal()) {
		return fault("token", "it has a character that no token has; look for a space or a line break")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	api := newAPI(strings.TrimRight(o.BaseURL, "/"), o.HTTP)
	return &Client{api: api, webhookURL: o.WebhookURL, tokens: newTokens(api, o)}, nil
}

// isWebURL reports whether text is an absolute URL of the web.
func isWebURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// Call makes a call that has no method of its own here, with the Client's credentials,
// and gives the answer as it came. Path begins with a slash, as "/api/v1/…"; body is
// sent as JSON, nil for none.
//
// There is no method for creating a transcript request, because neither its path nor its
// fields are in the documentation within reach, nor for fetching a bulk file, a tax-exempt
// or a Secretary of State search again, because their paths are not: once you know one,
// Call does it.
func (c *Client) Call(ctx context.Context, method, path string, body any) (json.RawMessage, error) {
	const op = "call the API"
	if !strings.HasPrefix(path, "/") { // else it could name another host, and get the token
		return nil, wrongRequest(op, "path", "begin it with a slash")
	}
	got, err := c.call(ctx, request{op: op, method: method, path: path, body: body})
	return got.body, err
}

// FetchTINMatch asks for the present state of a submission, for when no webhook came:
// the provider gives up after about ten minutes.
func (c *Client) FetchTINMatch(ctx context.Context, id int64) (TINResult, error) {
	return fetch(ctx, c, TINMatch, "fetch TIN match", "/api/v1/submissions/"+strconv.FormatInt(id, 10))
}

// FetchTranscript asks for the present state of a transcript request.
func (c *Client) FetchTranscript(ctx context.Context, id ID) (TranscriptResult, error) {
	const op = "fetch transcript"
	if id == "" || strings.Trim(string(id), ".") == "" {
		return TranscriptResult{}, wrongRequest(op, "id", "give the id of the request")
	}
	return fetch(ctx, c, Transcript, op, "/api/v1/transcript/"+url.PathEscape(string(id)))
}

func fetch[T any](ctx context.Context, c *Client, t webhook.Type[T], op, path string) (T, error) {
	return ask(ctx, c, t, request{op: op, method: http.MethodGet, path: path})
}

// ask reads the answer as the payload of t, for the provider answers with the same
// object that it sends.
func ask[T any](ctx context.Context, c *Client, t webhook.Type[T], r request) (T, error) {
	got, err := c.call(ctx, r)
	if err != nil {
		var none T
		return none, err
	}
	data, _, err := t.Decode(got.body)
	if err != nil {
		return data, unreadable(r.op, got.status, err)
	}
	return data, nil
}

// call makes an authorized call, once more with a new token where it was refused: a
// call refused for its token was not done.
func (c *Client) call(ctx context.Context, r request) (got answer, err error) {
	for try := 1; ; try++ {
		if r.authorization, err = c.tokens.authorization(ctx, r.op, r.authorization); err != nil {
			return answer{}, err
		}
		if got, err = c.api.do(ctx, r); err == nil {
			break
		}
		if try == 2 || !refusedToken(err) || !c.tokens.renewable() {
			return answer{}, err
		}
	}
	if o, err := webhook.ParseObject(got.body); err == nil && string(o.Get("success")) == "false" {
		return answer{}, refusal(r.op, got.status, 0, got.body)
	}
	return got, nil
}
