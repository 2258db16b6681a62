package sign

import (
	"maps"
	"net/url"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/webhook"
)

// maskedToken replaces a token in a URL.
const maskedToken = "••••" //nolint:gosec // it is what hides one

// hasToken reports whether the target's URL contains its secret, and that is a real one.
func (t Target) hasToken() bool {
	d, err := dialect.Of(t.Provider.Name())
	return err == nil && d.TokenInURL && !t.Settings.SigningSecret().IsSample()
}

// masked returns r without the token that its URL has. A token vouches for every webhook:
// it must not stay in a log of a terminal's output.
func (t Target) masked(r webhook.Request) webhook.Request {
	if !t.hasToken() {
		return r
	}
	query := maps.Clone(r.Query)
	for name := range query {
		query[name] = []string{maskedToken}
	}
	r.Query = query
	return r
}

// CheckTransport refuses to send a token where others could read it: over http, except on
// this machine.
func (t Target) CheckTransport() error {
	if !t.hasToken() || cli.IsHTTPS(t.URL) || cli.IsLoopback(t.URL) {
		return nil
	}
	u, _ := url.Parse(t.URL) // hookURL has parsed it
	return cli.Usagef("the URL of a webhook of %s contains its token, which everybody on the way to %s could read over http; give an https URL",
		t.Provider.Name(), u.Host)
}
