package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/console"
	"webhookintake/functions/hookctl/operate"
)

func TestGuards(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.receive(t, sms, "evt_1")
	for _, tt := range []struct {
		name   string
		method string
		edit   func(*http.Request)
		want   int
	}{
		{"the browser", http.MethodGet, nil, http.StatusOK},
		{"by the name localhost", http.MethodGet, func(r *http.Request) { r.Host = "localhost:" + port }, http.StatusOK},
		{"by IPv6", http.MethodGet, func(r *http.Request) { r.Host = "[::1]:" + port }, http.StatusOK},
		{"another host", http.MethodGet, func(r *http.Request) { r.Host = "evil.example:" + port }, http.StatusForbidden},
		{"another host like it", http.MethodGet, func(r *http.Request) { r.Host = "127.0.0.1.evil.example:" + port }, http.StatusForbidden},
		{"another port", http.MethodGet, func(r *http.Request) { r.Host = "127.0.0.1:81" }, http.StatusForbidden},
		{"no port", http.MethodGet, func(r *http.Request) { r.Host = "127.0.0.1" }, http.StatusForbidden},
		{"no cookie", http.MethodGet, func(r *http.Request) { r.Header.Del("Cookie") }, http.StatusForbidden},
		{"a wrong cookie", http.MethodGet, func(r *http.Request) { r.Header.Set("Cookie", w.cookie.Name+"=A") }, http.StatusForbidden},
		{"an empty cookie", http.MethodGet, func(r *http.Request) { r.Header.Set("Cookie", w.cookie.Name+"=") }, http.StatusForbidden},
		{"a POST of another site", http.MethodPost, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, http.StatusForbidden},
		{"a POST of another port", http.MethodPost, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }, http.StatusForbidden},
		{"a POST of an old browser on another site", http.MethodPost, func(r *http.Request) {
			r.Header.Del("Sec-Fetch-Site")
			r.Header.Set("Origin", "http://evil.example")
		}, http.StatusForbidden},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			answer := w.do(t, tt.method, "events", nil, tt.edit)
			d := parse(t, answer)
			if answer.StatusCode != tt.want {
				t.Errorf("answered %d, want %d", answer.StatusCode, tt.want)
			}
			if tt.want != http.StatusOK {
				d.lacks(t, "evt_1", "Webhook Intake")
			}
			for name, value := range map[string]string{
				"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			} {
				if got := answer.Header.Get(name); got != value {
					t.Errorf("%s: %q, want %q", name, got, value)
				}
			}
			policy := answer.Header.Get("Content-Security-Policy")
			if !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "unsafe") {
				t.Errorf("policy %q", policy)
			}
		})
	}
}

// The address opens the console once, and its cookie goes nowhere else.
func TestAddress(t *testing.T) {
	t.Parallel()
	access := console.NewAccess()
	var kept console.Access
	w := newWorld(t, func(o *console.Options) { o.Access, o.Changed = access, func(a console.Access) { kept = a } })
	if len(access.Prefix) < 22 || len(access.Token) < 22 || len(access.Session) < 22 || access.Prefix == access.Token {
		t.Errorf("not 128 random bits each: %+v", access)
	}
	if c := w.cookie; c.Name != "hookctl-"+port || c.Path != "/"+access.Prefix+"/" || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode {
		t.Errorf("cookie %+v", c)
	}
	if kept.Token != "" || kept.Session != access.Session {
		t.Errorf("kept after the token was used: %+v", kept)
	}
	page := "?token=" + url.QueryEscape(access.Token)
	if again := w.do(t, http.MethodGet, page, nil, nil); again.StatusCode != http.StatusSeeOther || len(again.Cookies()) > 0 {
		t.Errorf("the browser that is in was answered %d", again.StatusCode)
	}
	w.cookie = nil
	for _, page := range []string{page, "?token=", "?token=A", "events" + page} {
		if other := w.do(t, http.MethodGet, page, nil, nil); other.StatusCode != http.StatusForbidden || len(other.Cookies()) > 0 {
			t.Errorf("another browser with %s was answered %d", page, other.StatusCode)
		}
	}
	// Neither a wrong token nor the right one at another page lets anybody in, or is used up.
	w.console = console.New(console.Options{Intake: w.Intake(), Port: port, Access: access})
	for _, tt := range []struct {
		page   string
		status int
	}{{"?token=A", http.StatusForbidden}, {"events" + page, http.StatusForbidden}, {page, http.StatusSeeOther}} {
		if got := w.do(t, http.MethodGet, tt.page, nil, nil); got.StatusCode != tt.status {
			t.Errorf("%s was answered %d, want %d", tt.page, got.StatusCode, tt.status)
		}
	}
	// A token that was used lets nobody in after a restart either.
	restarted := console.New(console.Options{Intake: w.Intake(), Port: port, Access: kept})
	w.console = restarted
	if other := w.do(t, http.MethodGet, "?token=", nil, nil); other.StatusCode != http.StatusForbidden {
		t.Errorf("an empty token was answered %d", other.StatusCode)
	}
}

// A console that only shows has plans, but nothing that posts, and refuses what is posted.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	w := newRefusedWorld(t)
	w.options.Write = false
	w.enter(t)
	w.receive(t, kyc1, "evt_bad")
	ids := w.keptIDs(t)
	id, _ := w.kept(t, "event evt_1")
	for page, says := range map[string]string{
		"": "read-only", "event?key=kyc%23evt_bad": "Failed for good", "events?source=kyc": "1 event matches", "dead": "runs open-account",
		"act?do=redrive&id=evt_bad": "runs open-account", "act?do=release": "This console only shows.", "act?do=pause": "start it with --write",
		"quarantined?id=" + id: "verifies",
	} {
		d := w.get(t, page, http.StatusOK)
		d.wants(t, says)
		d.lacks(t, "Send its dead letter back", "Send back…", "Replay", "Pause…", "Release…", "Drop…")
		for _, f := range d.forms {
			if f.method == "post" {
				t.Errorf("%s can post to %s", page, f.action)
			}
		}
	}
	for _, do := range []string{"redrive", "replay", "pause", "release", "drop"} {
		answer := w.do(t, http.MethodPost, "act", url.Values{"do": {do}, "count": {"1"}, "key": {"kyc#evt_bad"}}, nil)
		if parse(t, answer).wants(t, "--write"); answer.StatusCode != http.StatusForbidden {
			t.Errorf("%s was answered %d", do, answer.StatusCode)
		}
	}
	state, err := w.Intake().Processing(t.Context())
	if letters := w.DeadLetters.Counts().Visible; letters != 1 || len(w.Queue.Messages()) != 0 || len(w.keptIDs(t)) != len(ids) || state != operate.Running {
		t.Errorf("%d letters, %d messages, %d are kept, %s, %v", letters, len(w.Queue.Messages()), len(w.keptIDs(t)), state, err)
	}
}
