package kyc

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"webhookintake/shared/webhook"
)

// The hosts of the API. Both serve the same paths; webhooks can be tried in staging.
const (
	ProductionURL = "https://kyc.legaltalent.ai"
	StagingURL    = "https://stg.kyc.legaltalent.ai"
)

// A Client calls the REST API. Token is needed; the other fields' zero values are right
// for most. It is safe for concurrent use, as long as its fields are not changed.
//
// The provider takes 1,000 requests in 5 minutes from an address, of all who share it.
// Every error of its methods is an [*Error], which a handler can return as it is.
type Client struct {
	// Token is a long-lived API key ("sk_…"), or an id token, which lives about an hour.
	// The tenant is known by it.
	Token webhook.Secret
	// BaseURL is where the API is. Empty means ProductionURL.
	BaseURL string
	// HTTP makes the requests. Nil means one that gives up after 30 s. It follows no
	// redirects, whatever its CheckRedirect says.
	HTTP *http.Client
}

// TenantMe gives what the provider knows of the token's tenant.
func (c *Client) TenantMe(ctx context.Context) (Tenant, error) {
	return get[Tenant](ctx, c, "get tenant", "/kyc/tenants/me")
}

// SetNotificationChannels changes where the provider sends its notices, and gives the
// channels as they are then, with the secret masked. Doing it again changes nothing.
//
// Give a WebhookSecret of your own together with the first WebhookURL: where there is
// none, the provider makes one, and shows only its end afterwards.
func (c *Client) SetNotificationChannels(ctx context.Context, change ChannelChange) (Channels, error) {
	const op = "set notification channels"
	body := change.body()
	if len(body) == 0 {
		return Channels{}, wrongRequest(op, "change", "give at least one channel to set")
	}
	got, err := c.do(ctx, op, http.MethodPatch, "/kyc/tenants/me/notification-channels", body)
	if err != nil {
		return Channels{}, err
	}
	tenant, err := decode[Tenant](op, got)
	if err != nil {
		return Channels{}, err
	}
	if tenant.Channels == nil {
		return Channels{}, unreadable(op, got.status, errors.New("the answer has no notification_config"))
	}
	return *tenant.Channels, nil
}

// Session asks for the present state of a session, for when no webhook came. What a
// session looks like there is not documented: it is read as tolerantly as an event.
func (c *Client) Session(ctx context.Context, id string) (Session, error) {
	return getByID[Session](ctx, c, "get session", "/kyc/sessions/", id)
}

// A WatchlistFilter chooses among the watchlists. The zero filter chooses all.
type WatchlistFilter struct {
	ActiveOnly bool     // leaves out the paused ones
	Tags       []string // any of them; a tag has no comma
}

// Watchlists lists the watchlists, without subjects and results. The documentation knows
// of no pages.
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

// Watchlist gives one watchlist, with its subjects and the results of its newest run.
func (c *Client) Watchlist(ctx context.Context, id string) (Watchlist, error) {
	return getByID[Watchlist](ctx, c, "get watchlist", "/kyc/watchlists/", id)
}

func getByID[T any](ctx context.Context, c *Client, op, path, id string) (T, error) {
	if strings.Trim(id, ".") == "" { // "." and ".." would ask for another path
		var none T
		return none, wrongRequest(op, "id", "give the id")
	}
	return get[T](ctx, c, op, path+url.PathEscape(id))
}

func get[T any](ctx context.Context, c *Client, op, path string) (T, error) {
	got, err := c.do(ctx, op, http.MethodGet, path, nil)
	if err != nil {
		var none T
		return none, err
	}
	return decode[T](op, got)
}

// decode reads the data of an answer. Its error names the field and never the value.
func decode[T any](op string, got answer) (T, error) {
	var value, none T
	if err := json.Unmarshal(got.data, &value); err != nil {
		return none, unreadable(op, got.status, doesNotFit(err))
	}
	return value, nil
}

// doesNotFit tells anew what encoding/json found, as its errors quote the value.
func doesNotFit(err error) error {
	if bad, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return &webhook.FieldError{Field: bad.Field, Problem: "want " + bad.Type.String()}
	}
	if bad, ok := errors.AsType[*webhook.FieldError](err); ok {
		return bad
	}
	return errors.New("the answer does not fit its type")
}
