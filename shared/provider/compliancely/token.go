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

// tokenBackoff is the wait after too many requests to the token endpoints, which allow ten
// in a minute.
const tokenBackoff = 10 * time.Minute

// tokenMargin is how long before its end a token is renewed, but not before half its life.
const tokenMargin = time.Minute

// unknownLife is how long a token is used whose end is not known.
const unknownLife = 5 * time.Minute

// tokens authorize calls. One goroutine at a time fetches a token; the others wait for it,
// each until its context ends.
type tokens struct {
	api      *rest.Client
	username string
	password webhook.Secret
	fixed    webhook.Secret // of version 1; empty means that tokens are fetched
	now      func() time.Time

	gate chan struct{} // a mutex for held, which a context can give up
	held *held
}

// held is guarded by the gate.
type held struct {
	access, refresh         webhook.Secret
	accessEnds, refreshEnds time.Time
	blocked                 time.Time // until when the token endpoints are not called
}

func newTokens(api *rest.Client, o ClientOptions) tokens {
	return tokens{
		api: api, username: o.Username, password: o.Password, fixed: o.Token, now: o.Now,
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

// authorization is the header's value for the call op. The value that the API refused
// before is given as refused; it is empty at the first attempt. The error says that op was
// not sent.
func (t *tokens) authorization(ctx context.Context, op, refused string) (string, error) {
	if !t.fixed.IsEmpty() {
		return "Token " + t.fixed.Reveal(), nil
	}
	select {
	case t.gate <- struct{}{}:
	case <-ctx.Done():
		return "", t.api.NotSent(op, ctx.Err())
	}
	defer func() { <-t.gate }()
	if value := t.held.value(t.now()); value != "" && value != refused {
		return value, nil
	}
	if err := t.renew(ctx); err != nil {
		retry := err.Retry()
		retry.NotSent = true // op was not, even if the outcome of the token's request is unknown
		failed := rest.WithRetry(err, retry)
		failed.Op = op + ": " + failed.Op
		return "", failed
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

// renew gets a new access token: with the refresh token while that lives and the API
// accepts it, else with username and password.
func (t *tokens) renew(ctx context.Context) *Error {
	h := t.held
	h.access = webhook.Secret{}
	if !h.refresh.IsEmpty() && t.now().Before(h.refreshEnds) {
		err := t.fetch(ctx, "/api/v2/token/refresh/", map[string]string{"refresh": h.refresh.Reveal()})
		if err == nil || !err.Retry().Permanent {
			return err
		}
	}
	h.refresh = webhook.Secret{}
	return t.fetch(ctx, "/api/v2/token/", map[string]string{
		"username": t.username, "password": t.password.Reveal(),
	})
}

// A tokenAnswer is the answer of both token endpoints. A refresh may omit Refresh: then the
// old refresh token stays valid.
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
		return throttled(t.api.Refused(op, rest.Answer{Status: http.StatusTooManyRequests}, nil), wait)
	}
	got, err := t.api.Do(ctx, rest.Request{Op: op, Method: http.MethodPost, Path: path, Body: credentials})
	if failed, ok := errors.AsType[*Error](err); ok {
		if failed.Status == http.StatusTooManyRequests {
			h.blocked = now.Add(tokenBackoff)
			return throttled(failed, tokenBackoff)
		}
		return failed
	}
	var given tokenAnswer
	if err := json.Unmarshal(got.Body, &given); err != nil || given.Access == "" || !rest.IsHeaderText(given.Access) {
		return t.api.Unreadable(op, got.Status, errors.New("the answer holds no access token"))
	}
	h.access, h.accessEnds = webhook.NewSecret(given.Access), now.Add(life(given.AccessExpiry))
	if given.Refresh != "" {
		h.refresh, h.refreshEnds = webhook.NewSecret(given.Refresh), now.Add(life(given.RefreshExpiry))
	}
	return nil
}

func throttled(e *Error, wait time.Duration) *Error {
	return rest.WithRetry(e, webhook.Retry{After: wait, NotSent: true})
}

// life is how long a token is used that ends in this many seconds.
func life(seconds float64) time.Duration {
	if !(seconds > 0) {
		return unknownLife
	}
	d := time.Duration(min(seconds, 1e9) * float64(time.Second))
	return max(d-tokenMargin, d/2)
}
