package compliancely

import (
	"context"
	"net/http"

	"webhookintake/shared/provider/internal/rest"
)

// The API has no idempotency key: a repeated submission is a second one, and may cost a
// second credit. Submit from a handler that runs at most once, or record the id.

// A TINMatchRequest asks whether a tax number belongs to a name.
type TINMatchRequest struct {
	Name, TIN  string
	WebhookURL string // empty means the Client's
}

// SubmitTINMatch starts a check. Its result comes as [TINMatch].
func (c *Client) SubmitTINMatch(ctx context.Context, r TINMatchRequest) (TINResult, error) {
	return c.tinMatch(ctx, "submit TIN match", "/api/v1/submissions/", r)
}

// MatchTIN makes a check and waits for the result: usually some seconds, and at most the
// 30 that the provider allows, so the context must last as long. If the result is ready in
// time, no webhook follows. If it is not, Status is not final, Message says so, and the
// result comes as [TINMatch] when the tax office answers.
//
// The path is derived from the name of the call in the documentation, whose text repeats
// the end of it.
func (c *Client) MatchTIN(ctx context.Context, r TINMatchRequest) (TINResult, error) {
	return c.tinMatch(ctx, "match TIN", "/api/v1/tin/match/", r)
}

func (c *Client) tinMatch(ctx context.Context, op, path string, r TINMatchRequest) (TINResult, error) {
	target, err := c.target(op, r.WebhookURL)
	if err != nil {
		return TINResult{}, err
	}
	if r.Name == "" || r.TIN == "" {
		return TINResult{}, c.api.Invalid(op, "tin", "give a name and a tax number")
	}
	return ask(ctx, c, TINMatch, rest.Request{Op: op, Method: http.MethodPost, Path: path, Body: struct {
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

// SubmitTaxExempt starts a search. Its result comes as [TaxExempt].
func (c *Client) SubmitTaxExempt(ctx context.Context, r TaxExemptRequest) (TaxExemptResult, error) {
	const op = "submit tax exempt"
	target, err := c.target(op, r.WebhookURL)
	if err != nil {
		return TaxExemptResult{}, err
	}
	if r.Name == "" && r.TIN == "" {
		return TaxExemptResult{}, c.api.Invalid(op, "tin", "give a tax number or a name")
	}
	return ask(ctx, c, TaxExempt, rest.Request{Op: op, Method: http.MethodPost, Path: "/api/v2/taxexempt/", Body: struct {
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

// SubmitSecretaryOfState starts a search. Its result comes as [SecretaryOfState].
func (c *Client) SubmitSecretaryOfState(ctx context.Context, r SecretaryOfStateRequest) (SecretaryOfStateResult, error) {
	const op = "submit Secretary of State search"
	target, err := c.target(op, r.WebhookURL)
	if err != nil {
		return SecretaryOfStateResult{}, err
	}
	if r.Name == "" || r.State == "" {
		return SecretaryOfStateResult{}, c.api.Invalid(op, "state", "give a name and a state")
	}
	return ask(ctx, c, SecretaryOfState, rest.Request{Op: op, Method: http.MethodPost, Path: "/api/v1/sos_submissions/", Body: struct {
		Name        string   `json:"name"`
		State       string   `json:"state"`
		CallbackURL []string `json:"callback_url"` // only this product uses this name
	}{r.Name, r.State, target}})
}

// target is the URL that receives the result.
func (c *Client) target(op, own string) ([]string, error) {
	if own == "" {
		own = c.webhookURL
	}
	if !rest.IsWebURL(own) {
		return nil, c.api.Invalid(op, "webhook_url", "give the URL of the source that receives the result, as https://…/hooks/compliancely")
	}
	return []string{own}, nil
}
