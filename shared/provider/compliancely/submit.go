package compliancely

import (
	"context"
	"net/http"
)

// The API takes no idempotency key: a submission that is sent again is a second one, and
// may cost a second credit. Submit from a handler that runs at most once, or note the id.

// A TINMatchRequest asks whether a name and a tax number belong together.
type TINMatchRequest struct {
	Name, TIN  string
	WebhookURL string // empty means the Client's
}

// SubmitTINMatch starts a check, whose result comes as [TINMatch].
func (c *Client) SubmitTINMatch(ctx context.Context, r TINMatchRequest) (TINResult, error) {
	return c.tinMatch(ctx, "submit TIN match", "/api/v1/submissions/", r)
}

// MatchTIN makes a check and waits for its result: usually some seconds, and at most the
// 30 that the provider takes, so bring a context that lasts. A result that was there in
// time comes by no webhook. Where it was not, Status is not final and Message says so, and
// the result comes as [TINMatch] when the tax office answers.
//
// The path follows from the call's name in the documentation, the text of which has the
// end of it twice.
func (c *Client) MatchTIN(ctx context.Context, r TINMatchRequest) (TINResult, error) {
	return c.tinMatch(ctx, "match TIN", "/api/v1/tin/match/", r)
}

func (c *Client) tinMatch(ctx context.Context, op, path string, r TINMatchRequest) (TINResult, error) {
	target, err := c.target(op, r.WebhookURL)
	if err != nil {
		return TINResult{}, err
	}
	if r.Name == "" || r.TIN == "" {
		return TINResult{}, wrongRequest(op, "tin", "give a name and a tax number")
	}
	return ask(ctx, c, TINMatch, request{op: op, method: http.MethodPost, path: path, body: struct {
		Name        string   `json:"name"`
		TIN         string   `json:"tin"`
		WebhookURLs []string `json:"webhook_urls"`
	}{r.Name, r.TIN, target}})
}

// A TaxExemptRequest searches for an organization by its number or its name.
type TaxExemptRequest struct {
	TIN, Name  string // one is enough
	WebhookURL string // empty means the Client's
}

// SubmitTaxExempt starts a search, whose result comes as [TaxExempt].
func (c *Client) SubmitTaxExempt(ctx context.Context, r TaxExemptRequest) (TaxExemptResult, error) {
	const op = "submit tax exempt"
	target, err := c.target(op, r.WebhookURL)
	if err != nil {
		return TaxExemptResult{}, err
	}
	if r.Name == "" && r.TIN == "" {
		return TaxExemptResult{}, wrongRequest(op, "tin", "give a tax number or a name")
	}
	return ask(ctx, c, TaxExempt, request{op: op, method: http.MethodPost, path: "/api/v2/taxexempt/", body: struct {
		TIN         string   `json:"tin,omitempty"`
		Name        string   `json:"name,omitempty"`
		WebhookURLs []string `json:"webhook_urls"`
	}{r.TIN, r.Name, target}})
}

// A SecretaryOfStateRequest searches a state's business register.
type SecretaryOfStateRequest struct {
	Name, State string // the state by its two letters, as "DE"
	WebhookURL  string // empty means the Client's
}

// SubmitSecretaryOfState starts a search, whose result comes as [SecretaryOfState].
func (c *Client) SubmitSecretaryOfState(ctx context.Context, r SecretaryOfStateRequest) (SecretaryOfStateResult, error) {
	const op = "submit Secretary of State search"
	target, err := c.target(op, r.WebhookURL)
	if err != nil {
		return SecretaryOfStateResult{}, err
	}
	if r.Name == "" || r.State == "" {
		return SecretaryOfStateResult{}, wrongRequest(op, "state", "give a name and a state")
	}
	return ask(ctx, c, SecretaryOfState, request{op: op, method: http.MethodPost, path: "/api/v1/sos_submissions/", body: struct {
		Name        string   `json:"name"`
		State       string   `json:"state"`
		CallbackURL []string `json:"callback_url"` // the one product that names it so
	}{r.Name, r.State, target}})
}

// target is where the result goes. Without one the result would reach nobody.
func (c *Client) target(op, own string) ([]string, error) {
	if own == "" {
		own = c.webhookURL
	}
	if !isWebURL(own) {
		return nil, wrongRequest(op, "webhook_url", "give the URL of the source that receives the result, as https://…/hooks/compliancely")
	}
	return []string{own}, nil
}
