package run

import (
	"net"
	"net/http"
	"strings"
)

// hooksPath is where webhooks are received.
const hooksPath = "/hooks/"

// A guard refuses what a web page in the developer's browser sends. Under [hooksPath] it
// takes any host, as tunnels pass on the public one, but no request of a browser. Elsewhere
// it takes only the loopback host at which the program listens, so that a page cannot reach
// it through a name that leads here.
type guard struct {
	next    http.Handler
	port    string           // at which the program listens
	refused func(why string) // is called for each request that is refused
}

// ServeHTTP implements [http.Handler].
func (g guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if why := g.problem(r); why != "" {
		http.Error(w, "hookctl run: "+why, http.StatusForbidden)
		g.refused(why)
		return
	}
	g.next.ServeHTTP(w, r)
}

// problem returns why a request is refused, or "". It quotes nothing of the request.
func (g guard) problem(r *http.Request) string {
	if !strings.HasPrefix(r.URL.Path, hooksPath) {
		if !g.isLoopback(r.Host) {
			return "this path is only for http://127.0.0.1:" + g.port + ", and the request names another host"
		}
		return ""
	}
	for _, name := range []string{"Origin", "Sec-Fetch-Site"} {
		if _, has := r.Header[name]; has {
			return "it has the header " + name + ", so a browser sent it; providers send none: send webhooks with hookctl send or curl"
		}
	}
	return ""
}

// isLoopback reports whether a Host header names this machine's loopback interface and the
// program's port.
func (g guard) isLoopback(hostport string) bool {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		host, port = strings.Trim(hostport, "[]"), "80"
	}
	ip := net.ParseIP(host)
	return port == g.port && (strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback())
}
