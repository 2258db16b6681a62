package run

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, port, path, host string
		header                 [2]string
		want                   string // part of the reason; empty: let in
	}{
		{name: "a provider through a tunnel", path: "/hooks/kyc", host: "abc.ngrok.app"},
		{name: "a page", path: "/hooks/kyc", host: "127.0.0.1:8080", header: [2]string{"Origin", "https://evil.example"}, want: "header Origin"},
		{name: "a page without an origin", path: "/hooks/kyc", host: "127.0.0.1:8080", header: [2]string{"Origin", ""}, want: "header Origin"},
		{name: "a form", path: "/hooks/kyc", host: "localhost:8080", header: [2]string{"Sec-Fetch-Site", "cross-site"}, want: "header Sec-Fetch-Site"},
		{name: "a page through a tunnel", path: "/hooks/kyc", host: "abc.ngrok.app", header: [2]string{"Sec-Fetch-Site", "none"}, want: "header Sec-Fetch-Site"},
		{name: "health at 127.0.0.1", path: "/healthz", host: "127.0.0.1:8080"},
		{name: "health at localhost", path: "/healthz", host: "LocalHost:8080"},
		{name: "health at IPv6", path: "/healthz", host: "[::1]:8080"},
		{name: "health from a page", path: "/healthz", host: "localhost:8080", header: [2]string{"Origin", "http://localhost:3000"}},
		{name: "health without a port", path: "/healthz", host: "localhost", want: "only for http://127.0.0.1:8080"},
		{name: "health at port 80", port: "80", path: "/healthz", host: "localhost"},
		{name: "health at port 80 and IPv6", port: "80", path: "/healthz", host: "[::1]"},
		{name: "a name that leads here", path: "/healthz", host: "evil.example:8080", want: "only for http://127.0.0.1:8080"},
		{name: "a name like ours", path: "/healthz", host: "localhost.evil.example:8080", want: "only for"},
		{name: "another port", path: "/healthz", host: "127.0.0.1:9090", want: "only for"},
		{name: "another machine", path: "/healthz", host: "192.0.2.1:8080", want: "only for"},
		{name: "no host", path: "/healthz", want: "only for"},
		{name: "beside the hooks", path: "/hooks", host: "abc.ngrok.app", want: "only for"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in, told := false, ""
			g := guard{
				next: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { in = true }),
				port: "8080", refused: func(why string) { told = why },
			}
			if tt.port != "" {
				g.port = tt.port
			}
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, tt.path, nil)
			r.Host = tt.host
			if tt.header[0] != "" {
				r.Header.Set(tt.header[0], tt.header[1])
			}
			w := httptest.NewRecorder()
			g.ServeHTTP(w, r)
			refused := tt.want != ""
			if in == refused || (w.Code == http.StatusForbidden) != refused {
				t.Fatalf("let in: %v, status %d", in, w.Code)
			}
			if !strings.Contains(told, tt.want) || !strings.Contains(w.Body.String(), tt.want) {
				t.Errorf("told %q, answered %q, want %q in both", told, w.Body, tt.want)
			}
			if strings.Contains(told+w.Body.String(), "evil") {
				t.Errorf("it quotes the request: %q, %q", told, w.Body)
			}
		})
	}
}
