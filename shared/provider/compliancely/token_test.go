package compliancely_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/webhook"
)

const fetchRoute = "GET /api/v1/submissions/7"

func fetched() map[string][]answer { return map[string][]answer{fetchRoute: {{body: vectorBody}}} }

// mustFetch makes a call that needs a token.
func mustFetch(t *testing.T, c *compliancely.Client) {
	t.Helper()
	if _, err := c.FetchTINMatch(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
}

func TestTokenIsKept(t *testing.T) {
	t.Parallel()
	f := newFake(t, fetched())
	c := f.client(t)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := c.FetchTINMatch(t.Context(), 7); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	f.pass(58 * time.Minute)
	mustFetch(t, c)
	if n, calls := f.count(tokenRoute), f.count(fetchRoute); n != 1 || calls != 9 {
		t.Errorf("%d tokens for %d calls, want 1 for 9", n, calls)
	}
}

func TestTokenIsRenewed(t *testing.T) {
	t.Parallel()
	login := `{"password":"pass-7331","username":"user"}`
	for _, tt := range []struct {
		name    string
		answers map[string][]answer // besides the first token and the call
		wait    time.Duration
		want    []call // after the first call
	}{
		{"by the refresh token", map[string][]answer{refreshRoute: {token("access-2", "")}}, 59 * time.Minute, []call{
			{refreshRoute, "", `{"refresh":"refresh-1"}`}, {fetchRoute, "Bearer access-2", ""},
		}},
		{"by login, as the refresh token ended", nil, 24 * time.Hour, []call{
			{tokenRoute, "", login}, {fetchRoute, "Bearer access-1", ""},
		}},
		{"by login, as the refresh token is refused", map[string][]answer{refreshRoute: {{status: 401}}}, time.Hour, []call{
			{refreshRoute, "", `{"refresh":"refresh-1"}`}, {tokenRoute, "", login}, {fetchRoute, "Bearer access-1", ""},
		}},
		{"by login, as refreshing gives nothing", map[string][]answer{refreshRoute: {{body: `{}`}}}, time.Hour, []call{
			{refreshRoute, "", `{"refresh":"refresh-1"}`}, {tokenRoute, "", login}, {fetchRoute, "Bearer access-1", ""},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			answers := fetched()
			for route, list := range tt.answers {
				answers[route] = list
			}
			f := newFake(t, answers)
			c := f.client(t)
			mustFetch(t, c)
			before := len(f.called())
			f.pass(tt.wait)
			mustFetch(t, c)
			if diff := cmp.Diff(tt.want, f.called()[before:], cmp.AllowUnexported(call{})); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// A refreshed token without a new refresh token goes on with the old one.
func TestRefreshTokenGoesOn(t *testing.T) {
	t.Parallel()
	answers := fetched()
	answers[refreshRoute] = []answer{token("access-2", ""), token("access-3", "")}
	f := newFake(t, answers)
	c := f.client(t)
	for range 3 {
		mustFetch(t, c)
		f.pass(time.Hour)
	}
	if n := f.count(refreshRoute); n != 2 || f.count(tokenRoute) != 1 {
		t.Errorf("%d refreshes and %d logins, want 2 and 1", n, f.count(tokenRoute))
	}
}

// A refresh token that was refused is not tried again.
func TestRefusedRefreshToken(t *testing.T) {
	t.Parallel()
	answers := fetched()
	answers[tokenRoute] = []answer{token("access-1", "refresh-1"), token("access-2", "")}
	answers[refreshRoute] = []answer{{status: 401}}
	f := newFake(t, answers)
	c := f.client(t)
	for range 3 {
		mustFetch(t, c)
		f.pass(time.Hour)
	}
	if n := f.count(refreshRoute); n != 1 || f.count(tokenRoute) != 3 {
		t.Errorf("%d refreshes and %d logins, want 1 and 3", n, f.count(tokenRoute))
	}
}

// A token that the API does not take any more is replaced once, and the call made again.
func TestRefusedToken(t *testing.T) {
	t.Parallel()
	refused := answer{status: 401, body: `{"detail":"Invalid token."}`}
	t.Run("cured", func(t *testing.T) {
		t.Parallel()
		f := newFake(t, map[string][]answer{
			fetchRoute: {refused, {body: vectorBody}}, refreshRoute: {token("access-2", "refresh-2")},
		})
		mustFetch(t, f.client(t))
		want := call{fetchRoute, "Bearer access-2", ""}
		if calls := f.called(); len(calls) != 4 || calls[3] != want {
			t.Errorf("calls %v, want the last one %v", calls, want)
		}
	})
	t.Run("for good", func(t *testing.T) {
		t.Parallel()
		f := newFake(t, map[string][]answer{fetchRoute: {refused}, refreshRoute: {token("access-2", "refresh-2")}})
		_, err := f.client(t).FetchTINMatch(t.Context(), 7)
		if e, ok := errors.AsType[*compliancely.Error](err); !ok || e.Status != 401 || !e.Retry().Permanent || f.count(fetchRoute) != 2 {
			t.Errorf("%v after %d calls, want a permanent 401 after 2", err, f.count(fetchRoute))
		}
	})
	t.Run("old version", func(t *testing.T) {
		t.Parallel()
		f := newFake(t, map[string][]answer{fetchRoute: {refused}})
		c := newClient(t, compliancely.ClientOptions{BaseURL: f.URL, Token: webhook.NewSecret("old")})
		_, err := c.FetchTINMatch(t.Context(), 7)
		want := []call{{fetchRoute, "Token old", ""}}
		if diff := cmp.Diff(want, f.called(), cmp.AllowUnexported(call{})); err == nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
}

// Above ten requests a minute the token endpoints want ten minutes of silence.
func TestTokenBackoff(t *testing.T) {
	t.Parallel()
	answers := fetched()
	answers[tokenRoute] = []answer{{status: 429, body: `{"detail":"Request was throttled."}`}, token("access-1", "refresh-1")}
	f := newFake(t, answers)
	c := f.client(t)
	expect := func(after time.Duration, requests int) {
		t.Helper()
		_, err := c.FetchTINMatch(t.Context(), 7)
		e, ok := errors.AsType[*compliancely.Error](err)
		if !ok || e.Status != 429 || e.Retry() != (webhook.Retry{After: after, NotSent: true}) || len(f.called()) != requests {
			t.Errorf("%v, %+v after %d requests, want %v after %d", err, e, len(f.called()), after, requests)
		}
	}
	expect(10*time.Minute, 1)
	expect(10*time.Minute, 1)
	f.pass(9 * time.Minute)
	expect(time.Minute, 1)
	f.pass(time.Minute)
	mustFetch(t, c)
	if n := f.count(tokenRoute); n != 2 {
		t.Errorf("%d requests for a token, want 2", n)
	}
}

// If fetching the token fails, the call itself is not sent.
func TestTokenFailures(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		answer answer
		want   webhook.Retry
	}{
		{"wrong password", answer{status: 401, body: `{"detail":"pass-7331"}`}, webhook.Retry{Permanent: true, NotSent: true}},
		{"server error", answer{status: 503}, webhook.Retry{NotSent: true}},
		{"no token in the answer", answer{body: `{"refresh":"r"}`}, webhook.Retry{Permanent: true, NotSent: true}},
		{"a token with a line break", answer{body: `{"access":"a\nb"}`}, webhook.Retry{Permanent: true, NotSent: true}},
		{"no JSON", answer{body: `<html>`}, webhook.Retry{Permanent: true, NotSent: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			answers := fetched()
			answers[tokenRoute] = []answer{tt.answer}
			f := newFake(t, answers)
			_, err := f.client(t).FetchTINMatch(t.Context(), 7)
			e, ok := errors.AsType[*compliancely.Error](err)
			if !ok || e.Retry() != tt.want || f.count(fetchRoute) != 0 {
				t.Errorf("%v, %+v; want %+v and no call", err, e, tt.want)
			}
			private(t, err)
		})
	}
}

// Tokens that say nothing of their end, or end soon, are renewed early.
func TestTokenLife(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, expiry string
		lives, ends  time.Duration
	}{
		{"not said", `null`, 299 * time.Second, 300 * time.Second},
		{"negative", `-5`, 299 * time.Second, 300 * time.Second},
		{"a minute", `60`, 29 * time.Second, 30 * time.Second},
		{"an hour", `3600`, 3539 * time.Second, 3540 * time.Second},
		{"for ever", `1e300`, 24 * time.Hour, 1e9 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			answers := fetched()
			answers[tokenRoute] = []answer{{body: `{"access":"a","access_expiry_seconds":` + tt.expiry + `}`}}
			f := newFake(t, answers)
			c := f.client(t)
			mustFetch(t, c)
			f.pass(tt.lives)
			mustFetch(t, c)
			if n := f.count(tokenRoute); n != 1 {
				t.Errorf("%d tokens after %v, want 1", n, tt.lives)
			}
			f.pass(tt.ends - tt.lives)
			mustFetch(t, c)
			if n := f.count(tokenRoute); n != 2 {
				t.Errorf("%d tokens after %v, want 2", n, tt.ends)
			}
		})
	}
}

// Who waits for another's token waits no longer than its context lets it.
func TestWaitingForToken(t *testing.T) {
	t.Parallel()
	asked, release := make(chan struct{}), make(chan struct{})
	f := newFake(t, fetched())
	c := newClient(t, compliancely.ClientOptions{
		BaseURL: f.URL, Username: "u", Password: webhook.NewSecret("p"), HTTP: slowToken(asked, release),
	})
	var group sync.WaitGroup
	group.Go(func() { _, _ = c.FetchTINMatch(t.Context(), 7) })
	<-asked
	ctx, cancel := context.WithCancel(t.Context())
	group.Go(func() {
		_, err := c.FetchTINMatch(ctx, 7)
		e, ok := errors.AsType[*compliancely.Error](err)
		if !ok || !errors.Is(err, context.Canceled) || !e.Retry().NotSent {
			t.Errorf("while another fetches a token: %v", err)
		}
		close(release)
	})
	cancel()
	group.Wait()
}
