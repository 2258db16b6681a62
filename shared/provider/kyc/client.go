package kyc

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"webhookintake/shared/provider/internal/rest"
	"webhookintake/shared/webhook"
)

// The hosts of the API. Both serve the same paths; webhooks can be tried in staging.
const (
	ProductionURL = "https://kyc.legaltalent.ai"
	StagingURL    = "https://stg.kyc.legaltalent.ai"
)

// defaultTimeout is the longest time that a call takes with the default HTTP client.
const defaultTimeout = 30 * time.Second

// ClientOptions configure a [Client]. Token is required.
type ClientOptions struct {
	// Token is a long-lived API key ("sk_…"), or an id token, which lives about an hour.
	// It identifies the tenant.
	Token   webhook.Secret
	BaseURL string       // empty means ProductionURL
	HTTP    *http.Client // nil means one with a timeout of 30 s; redirects are not followed
}

// A Client calls the REST API. It is safe for concurrent use.
//
// The provider allows 1,000 requests in 5 minutes from one address. Every error of the
// methods is an [*Error].
type Client struct {
	api   *rest.Client
	token webhook.Secret
}

// NewClient returns a client. Its error is a [*webhook.FieldError].
func NewClient(o ClientOptions) (*Client, error) {
	if err := rest.CheckToken(o.Token); err != nil {
		return nil, err
	}
	api, err := rest.New(rest.Options{
		Provider: Provider{}.Name(), BaseURL: o.BaseURL, DefaultURL: ProductionURL,
		HTTP: o.HTTP, Timeout: defaultTimeout, Explain: explain,
	})
	if err != nil {
		return nil, err
	}
	return &Client{api, o.Token}, nil
}

// TenantMe returns the tenant that the token belongs to.
func (c *Client) TenantMe(ctx context.Context) (Tenant, error) {
	return get[Tenant](ctx, c, "get tenant", "/kyc/tenants/me")
}

// SetNotificationChannels changes where the provider sends its notifications. It returns
// the channels as they are afterwards, with the secret masked. Calling it twice has the
// effect of calling it once.
//
// Give a WebhookSecret together with the first WebhookURL. Otherwise the provider
// generates one, of which it then shows only the last characters.
func (c *Client) SetNotificationChannels(ctx context.Context, change ChannelChange) (Channels, error) {
	const op = "set notification channels"
	body := change.body()
	if len(body) == 0 {
		return Channels{}, c.api.Invalid(op, "change", "give at least one channel to set")
	}
	tenant, status, err := call[Tenant](ctx, c, rest.Request{
		Op: op, Method: http.MethodPatch, Path: "/kyc/tenants/me/notification-channels", Body: body,
	})
	if err != nil {
		return Channels{}, err
	}
	if tenant.Channels == nil {
		return Channels{}, c.api.Unreadable(op, status, errors.New("the answer has no notification_config"))
	}
	return *tenant.Channels, nil
}

// Session returns the current state of a session, for when no webhook came. The form of
// the answer is not documented: it is read as tolerantly as an event.
func (c *Client) Session(ctx context.Context, id string) (Session, error) {
	return getByID[Session](ctx, c, "get session", "/kyc/sessions/", id)
}

// A WatchlistFilter selects watchlists. The zero filter selects all.
type WatchlistFilter struct {
	ActiveOnly bool     // omits those that are paused
	Tags       []string // selects those with at least one of these; a tag has no comma
}

// Watchlists lists the watchlists, without subjects and results. The documentation does
// not mention paging.
func (c *Client) Watchlists(ctx context.Context, f WatchlistFilter) ([]Watchlist, error) {
	query := url.Values{}
	if f.ActiveOnly {
		query.Set("active", strconv.FormatBool(true))
	}
	if len(f.Tags) > 0 {
		query.Set("tags", strings.Join(f.Tags, ","))
	}
	path := "/kyc/watchlists"
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	list, err := get[watchlists](ctx, c, "list watchlists", path)
	return list.Watchlists, err
}

// Watchlist returns one watchlist, with its subjects and the results of its latest run.
func (c *Client) Watchlist(ctx context.Context, id string) (Watchlist, error) {
	return getByID[Watchlist](ctx, c, "get watchlist", "/kyc/watchlists/", id)
}

func getByID[T any](ctx context.Context, c *Client, op, path, id string) (T, error) {
	if strings.Trim(id, ".") == "" { // "." and ".." would call another path
		var none T
		return none, c.api.Invalid(op, "id", "give the id")
	}
	return get[T](ctx, c, op, path+url.PathEscape(id))
}

func get[T any](ctx context.Context, c *Client, op, path string) (T, error) {
	value, _, err := call[T](ctx, c, rest.Request{Op: op, Method: http.MethodGet, Path: path})
	return value, err
}

// call makes a call and reads the "data" of its answer. The error names the field at
// fault and never its value.
func call[T any](ctx context.Context, c *Client, r rest.Request) (value T, status int, err error) {
	var none T
	r.Authorization = "Bearer " + c.token.Reveal()
	got, err := c.api.Do(ctx, r)
	if err != nil {
		return none, 0, err
	}
	o, err := webhook.ParseObject(got.Body)
	if err != nil {
		return none, 0, c.api.Unreadable(r.Op, got.Status, errors.New("the answer is not a JSON object"))
	}
	if string(o.Get("status")) == `"error"` {
		return none, 0, c.api.Refused(r.Op, got, nil)
	}
	if _, err := o.Object("data"); err != nil {
		return none, 0, c.api.Unreadable(r.Op, got.Status, errors.New(`the answer has no object "data"`))
	}
	if err := json.Unmarshal(o.Get("data"), &value); err != nil {
		return none, 0, c.api.Unreadable(r.Op, got.Status, withoutValue(err))
	}
	return value, got.Status, nil
}
