package compliancely

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"webhookintake/shared/provider/internal/rest"
	"webhookintake/shared/webhook"
)

// The token endpoints take ten requests a minute; who sends more has to wait.
const tokenBackoff = 10 * time.Minute

// A token is renewed so long before it ends, but at the earliest after half its life.
const tokenMargin = time.Minute

// unknownLife is how long a token is used that does not say when it ends.
const unknownLife = 5 * time.Minute

// tokens authorize calls. One goroutine at a time fetches a token; others wait for it,
// each as long as its context lets it.
type tokens struct {
	api      api
	username string
	password webhook.Secret
	fixed    webhook.Secret // of the old version; empty: fetch tokens
	now      func() time.Time

	gate chan struct{} // held by who uses held
	held *held
}

// held is what the gate guards.
type held struct {
	access, refresh         webhook.Secret
	accessEnds, refreshEnds time.Time
	blocked                 time.Time // no request to the token endpoints before
}

func newTokens(a api, o ClientOptions) tokens {
	return tokens{
		api: a, username: o.Username, password: o.Password, fixed: o.Token, now: o.Now,
		gate: make(chan struct{}, 1), held: &held{},
	}
}

// renewable reports whether a refused token can be replaced.
func (t *tokens) renewable() bool { return t.fixed.IsEmpty() }

// refusedToken reports whether a call was refused for its credentials.
func refusedToken(err error) bool {
	failed, ok := errors.AsType[*Error](err)
	return ok && failed.Status == http.StatusUnauthorized
}

// authorization gives the header's value for a call; refused is the value that the API
// did not take before, empty at the first try. Its error says that op was not sent.
func (t *tokens) authorization(ctx context.Context, op, refused string) (string, error) {
	if !t.fixed.IsEmpty() {
		return "Token " + t.fixed.Reveal(), nil
	}
	select {
	case t.gate <- struct{}{}:
	case <-ctx.Done():
		return "", unsent(op, ctx.Err())
	}
	defer func() { <-t.gate }()
	if value := t.held.value(t.now()); value != "" && value != refused {
		return value, nil
	}
	if err := t.renew(ctx); err != nil {
		failed := *err
		failed.Op = op + ": " + failed.Op
		failed.retry.NotSent = true // of op, whatever became of the token's request
		return "", &failed
	}
	return t.held.value(t.now()), nil
}

// value is the header's value while the token lives, else empty.
func (h *held) value(now time.Time) string {
	if h.access.IsEmpty() || !now.Before(h.accessEnds) {
		return ""
	}
	return "Bearer " + h.access.Reveal()
}

// renew gets a new access token: by the refresh token while that lives, else, or where
// the API does not take it, by username and password.
func (t *tokens) renew(ctx context.Context) *Error {
	h := t.held
	h.access = webhook.Secret{}
	if !h.refresh.IsEmpty() && t.now().Before(h.refreshEnds) {
		err := t.fetch(ctx, "/api/v2/token/refresh/", map[string]string{"refresh": h.refresh.Reveal()})
		if err == nil || !err.retry.Permanent {
			return err
		}
	}
	h.refresh = webhook.Secret{}
	return t.fetch(ctx, "/api/v2/token/", map[string]string{
		"username": t.username, "password": t.password.Reveal(),
	})
}

// A tokenAnswer is what both token endpoints give. Refreshing may leave refresh out:
// then the old one goes on.
type tokenAnswer struct {
	Access        string  `json:"access"`
	AccessExpiry  float64 `json:"access_expiry_seconds"`
	Refresh       string  `json:"refresh"`
	RefreshExpiry float64 `json:"refresh_expiry_seconds"`
}

func (t *tokens) fetch(ctx context.Context, path string, credentials map[string]string) *Error {
	const op = "get a token"
	h, now := t.held, t.now()
	if wait := h.blocked.Sub(now); wait > 0 {
		return &Error{Op: op, Status: http.StatusTooManyRequests, retry: webhook.Retry{After: wait, NotSent: true}}
	}
	got, err := t.api.do(ctx, request{op: op, method: http.MethodPost, path: path, body: credentials})
	if failed, ok := errors.AsType[*Error](err); ok {
		if failed.Status == http.StatusTooManyRequests {
			h.blocked = now.Add(tokenBackoff)
			failed.retry.After = tokenBackoff
		}
		return failed
	}
	var given tokenAnswer
	if err := json.Unmarshal(got.body, &given); err != nil || given.Access == "" || !rest.IsHeaderText(given.Access) {
		return unreadable(op, got.status, errors.New("the answer holds no access token"))
	}
	h.access, h.accessEnds = webhook.NewSecret(given.Access), now.Add(life(given.AccessExpiry))
	if given.Refresh != "" {
		h.refresh, h.refreshEnds = webhook.NewSecret(given.Refresh), now.Add(life(given.RefreshExpiry))
	}
	return nil
}

// life is how long a token is used that ends in so many seconds.
func life(seconds float64) time.Duration {
	if !(seconds > 0) {
		return unknownLife
	}
	d := time.Duration(min(seconds, 1e9) * float64(time.Second))
	return max(d-tokenMargin, d/2)
}
