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

// defaultTimeout is the longest time that a call takes with the default HTTP client. The
// provider itself takes up to 30 seconds for [Client.MatchTIN].
const defaultTimeout = 45 * time.Second

// ClientOptions configure a [Client]. Either Username and Password or Token are required.
type ClientOptions struct {
	// Username and Password get tokens of version 2. The Client fetches, keeps and renews
	// them.
	Username string
	Password webhook.Secret
	// Token is one of version 1, sent as "Token …". It excludes Username and Password. The
	// provider announced the end of version 1 for 2026-05-31.
	Token webhook.Secret
	// WebhookURL receives the results, as "https://…/hooks/compliancely"; a request can
	// name another. If empty, each submission must name one.
	WebhookURL string
	BaseURL    string // empty means LiveURL
	// HTTP makes the requests; nil means one with a timeout of 45 s. Redirects of GET
	// requests are followed within the host, and no others.
	HTTP *http.Client
	Now  func() time.Time // nil means time.Now
}

// A Client calls the REST API. It is safe for concurrent use. Make one for the life of
// the process and not one for each event: it keeps the token, and the provider allows ten
// requests for a token in a minute.
//
// Every error of the methods is an [*Error].
type Client struct {
	api        *rest.Client
	tokens     tokens
	webhookURL string
}

// NewClient returns a client. Its error is a [*webhook.FieldError].
func NewClient(o ClientOptions) (*Client, error) {
	fault := func(field, problem string) (*Client, error) {
		return nil, &webhook.FieldError{Field: field, Problem: problem}
	}
	if o.WebhookURL != "" && !rest.IsWebURL(o.WebhookURL) {
		return fault("webhook_url", "give an absolute URL, as https://…/hooks/compliancely")
	}
	hasLogin := o.Username != "" && !o.Password.IsEmpty()
	if hasLogin != o.Token.IsEmpty() {
		return fault("token", "give username and password, or a token of version 1")
	}
	if !hasLogin {
		if err := rest.CheckToken(o.Token); err != nil {
			return nil, err
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	api, err := rest.New(rest.Options{
		Provider: Provider{}.Name(), BaseURL: o.BaseURL, DefaultURL: LiveURL,
		HTTP: o.HTTP, Timeout: defaultTimeout, FollowGET: true, Explain: explain,
	})
	if err != nil {
		return nil, err
	}
	return &Client{api: api, webhookURL: o.WebhookURL, tokens: newTokens(api, o)}, nil
}

// Call makes a call that has no method here, with the Client's credentials, and returns
// the answer as it came. Path begins with a slash, as "/api/v1/…". Body is sent as JSON;
// nil means no body.
//
// There is no method for creating a transcript request, whose path and fields are not
// publicly documented. Nor is there one for fetching a bulk file, a tax-exempt search or
// a Secretary of State search, whose paths are not. Use Call once you know them.
func (c *Client) Call(ctx context.Context, method, path string, body any) (json.RawMessage, error) {
	got, err := c.call(ctx, rest.Request{Op: "call the API", Method: method, Path: path, Body: body})
	return got.Body, err
}

// FetchTINMatch returns the current state of a submission, for when no webhook came: the
// provider gives up after about ten minutes.
func (c *Client) FetchTINMatch(ctx context.Context, id int64) (TINResult, error) {
	return fetch(ctx, c, TINMatch, "fetch TIN match", "/api/v1/submissions/"+strconv.FormatInt(id, 10))
}

// FetchTranscript returns the current state of a transcript request.
func (c *Client) FetchTranscript(ctx context.Context, id ID) (TranscriptResult, error) {
	const op = "fetch transcript"
	if id == "" || strings.Trim(string(id), ".") == "" {
		return TranscriptResult{}, c.api.Invalid(op, "id", "give the id of the request")
	}
	return fetch(ctx, c, Transcript, op, "/api/v1/transcript/"+url.PathEscape(string(id)))
}

func fetch[T any](ctx context.Context, c *Client, t webhook.Type[T], op, path string) (T, error) {
	return ask(ctx, c, t, rest.Request{Op: op, Method: http.MethodGet, Path: path})
}

// ask reads the answer as the payload of t: the provider answers with the object that its
// webhooks carry.
func ask[T any](ctx context.Context, c *Client, t webhook.Type[T], r rest.Request) (T, error) {
	got, err := c.call(ctx, r)
	if err != nil {
		var none T
		return none, err
	}
	data, _, err := t.Decode(got.Body)
	if err != nil {
		return data, c.api.Unreadable(r.Op, got.Status, err)
	}
	return data, nil
}

// call makes an authorized call. One that is refused for its token was not done, so it is
// made once more with a new token.
func (c *Client) call(ctx context.Context, r rest.Request) (got rest.Answer, err error) {
	for try := 1; ; try++ {
		if r.Authorization, err = c.tokens.authorization(ctx, r.Op, r.Authorization); err != nil {
			return rest.Answer{}, err
		}
		if got, err = c.api.Do(ctx, r); err == nil {
			break
		}
		if try == 2 || !refusedToken(err) || !c.tokens.renewable() {
			return rest.Answer{}, err
		}
	}
	if o, err := webhook.ParseObject(got.Body); err == nil && string(o.Get("success")) == "false" {
		return rest.Answer{}, c.api.Refused(r.Op, got, nil)
	}
	return got, nil
}
