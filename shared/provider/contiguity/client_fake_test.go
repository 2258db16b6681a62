package contiguity_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

const apiToken = "contiguity_sk_suite_77aa"

// An endpoint is a call as it is documented.
type endpoint struct {
	required, optional string // names of fields, by spaces
	oneOf              string // at least one of these
	data               string // of the answer with status 200
}

// endpoints are the documented calls, by method and path.
func endpoints() map[string]endpoint {
	const sent = `{"message_id":"msg_1"}`
	return map[string]endpoint{
		"POST /send/text":               {"to", "from fast_track", "message attachments", sent},
		"POST /send/imessage":           {"to", "from fallback fast_track", "message attachments", sent},
		"POST /send/whatsapp":           {"to message", "from attachments fallback", "", sent},
		"POST /send/imessage/typing":    {"to action", "from", "", `{"status":"started"}`},
		"POST /send/whatsapp/typing":    {"to action", "from", "", `{"status":"started"}`},
		"POST /send/imessage/read":      {"to from", "", "", `{"status":"sent","message":"m"}`},
		"POST /send/imessage/reactions": {"to from action tapback message", "", "", `{"status":"added","message":"m"}`},
		"POST /send/text/reactions":     {"reaction action", "to message from", "message_id to", sent},
		"POST /send/whatsapp/reactions": {"to action", "reaction message", "", `{"status":"added","message":"m"}`},
		"GET /conversations/history/message/evt_demo01": {"", "", "",
			`{"id":"evt_demo01","to":"+15005550002","from":"+15005550001","message":"ping",` +
				`"timestamp":1790000000000,"status":"received","attachments":["https://api.contiguity.com/attachments/a.png"]}`},
	}
}

// An api is a fake of the provider's, strict about what is documented.
type api struct {
	scheme string // the word that it expects in Authorization
	url    string

	mu    sync.Mutex
	calls []string // "POST /send/text {…}"
}

// newAPI starts a fake, and makes a client for it.
func newAPI(t *testing.T) (*api, *contiguity.Client) {
	t.Helper()
	a := &api{scheme: "Token"}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	a.url = server.URL
	return a, newClient(t, contiguity.ClientOptions{BaseURL: a.url})
}

// client makes a client of a server that answers as serve says.
func client(t *testing.T, serve http.HandlerFunc) *contiguity.Client {
	t.Helper()
	server := httptest.NewServer(serve)
	t.Cleanup(server.Close)
	return newClient(t, contiguity.ClientOptions{BaseURL: server.URL, HTTP: server.Client()})
}

// newClient makes a client with the token.
func newClient(t testing.TB, o contiguity.ClientOptions) *contiguity.Client {
	t.Helper()
	o.Token = webhook.NewSecret(apiToken)
	c, err := contiguity.NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		fail(w, http.StatusBadRequest, "body")
		return
	}
	a.mu.Lock()
	a.calls = append(a.calls, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(body)))
	a.mu.Unlock()
	e, ok := endpoints()[r.Method+" "+r.URL.Path]
	switch problem := e.problem(body); {
	case !ok:
		fail(w, http.StatusNotFound, "Message not found")
	case r.Header.Get("Authorization") != a.scheme+" "+apiToken:
		fail(w, http.StatusUnauthorized, "Invalid token")
	case r.Method == http.MethodPost && r.Header.Get("Content-Type") != "application/json":
		fail(w, http.StatusBadRequest, "Content-Type must be application/json")
	case r.Method == http.MethodPost && problem != "":
		fail(w, http.StatusBadRequest, problem)
	default:
		answer(w, http.StatusOK, "req_demo", "response", e.data)
	}
}

// problem says which documented field is missing, or which field is not documented.
func (e endpoint) problem(body []byte) string {
	var fields map[string]any
	if len(body) > 0 && json.Unmarshal(body, &fields) != nil {
		return "no JSON object"
	}
	has := func(name string) bool { _, ok := fields[name]; return ok }
	for _, name := range strings.Fields(e.required) {
		if !has(name) {
			return name + " is required"
		}
	}
	oneOf := strings.Fields(e.oneOf)
	if len(oneOf) > 0 && !slices.ContainsFunc(oneOf, has) {
		return "one of " + e.oneOf + " is required"
	}
	known := strings.Fields(e.required + " " + e.optional + " " + e.oneOf)
	for name := range fields {
		if !slices.Contains(known, name) {
			return name + " is not documented"
		}
	}
	return ""
}

func fail(w http.ResponseWriter, status int, why string) {
	answer(w, status, "err_demo", "error", fmt.Sprintf(`{"error":%q,"status":%d}`, why, status))
}

func answer(w http.ResponseWriter, status int, id, object, data string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"id":%q,"timestamp":1790000500123,"api_version":"v2026.8.2","object":%q,"data":%s}`, id, object, data)
}

// called gives the calls that came, and forgets them.
func (a *api) called() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	calls := a.calls
	a.calls = nil
	return calls
}
