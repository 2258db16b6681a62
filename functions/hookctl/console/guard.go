package console

import (
	"net"
	"net/http"
	"strings"
)

// csp allows what the console itself serves, and nothing inline.
const csp = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// maxForm is more than any form needs: a body to send is at most 1 MiB, and escaped.
const maxForm = 4 << 20

// ServeHTTP implements [http.Handler].
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", csp)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	switch {
	case !loopback(r.Host, c.options.Port):
		c.refuse(w, "The console is only for http://127.0.0.1:"+c.options.Port+", and the request names another host.")
	case c.crossOrigin.Check(r) != nil:
		c.refuse(w, "A page of another site sent this request.")
	case r.URL.Query().Has("token"):
		c.login(w, r)
	case !c.hasCookie(r):
		c.refuse(w, c.options.HowToOpen)
	case r.Method == http.MethodPost && !c.options.Write:
		c.refuse(w, "This console only shows. To change something, start it with --write.")
	default:
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		compressed(c.pages, w, r)
	}
}

// loopback reports whether a Host header names the loopback interface and the port.
func loopback(hostport, port string) bool {
	host, named, err := net.SplitHostPort(hostport)
	if err != nil {
		host, named = strings.Trim(hostport, "[]"), "80"
	}
	ip := net.ParseIP(host)
	return named == port && (strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback())
}

// login turns the one-time token of the address into the cookie.
func (c *Console) login(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || r.URL.Path != c.base {
		c.refuse(w, c.options.HowToOpen)
		return
	}
	switch {
	case c.door.use(r.URL.Query().Get("token")):
		http.SetCookie(w, &http.Cookie{ //nolint:gosec // no Secure: the loopback has no TLS
			Name: c.cookieName(), Value: c.session, Path: c.base, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		})
	case !c.hasCookie(r):
		c.refuse(w, "This address was opened before, and opens the console only once. "+c.options.HowToOpen)
		return
	}
	http.Redirect(w, r, c.base, http.StatusSeeOther)
}

// cookieName has the port, because a browser sends a host's cookies to all of its ports.
func (c *Console) cookieName() string { return "hookctl-" + c.options.Port }

func (c *Console) hasCookie(r *http.Request) bool {
	cookie, err := r.Cookie(c.cookieName())
	return err == nil && equal(cookie.Value, c.session)
}

// refuse says why a request is not answered. It shows nothing of the intake, and nothing of
// the request.
func (c *Console) refuse(w http.ResponseWriter, why string) {
	http.Error(w, "hookctl console: "+why, http.StatusForbidden)
}
