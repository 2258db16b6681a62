package run

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"webhookintake/functions/hookctl/console"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/remote"
	"webhookintake/shared/hook"
)

// accessName is the file in the data folder that holds what a browser needs to reach the
// console, so that a page goes on working when the program is restarted by a watcher.
const accessName = "console.json"

// howToOpen says how to get into the console again.
const howToOpen = "Open the address that hookctl run printed when it started. For another one: go tool hookctl console"

// newConsole returns the console of a run.
func (s *server) newConsole(registry *hook.Registry) *console.Console {
	_, port, _ := net.SplitHostPort(s.listener.Addr().String()) // as a TCP address it has one
	s.access = console.NewAccess()
	keep := func(console.Access) {}
	if s.inherited != nil {
		keep = s.data.keepAccess
		if s.inherited.Restart {
			s.access = s.data.access(s.access)
		}
		keep(s.access)
	}
	return console.New(console.Options{
		Intake: s.Intake(), Handlers: operate.Handlers{All: registry}, Now: s.watch.now, Port: port,
		Access: s.access, Changed: keep, HowToOpen: howToOpen,
		Name: "hookctl run at " + s.listener.Addr().String(), Write: true, Here: true,
	})
}

// access returns what the program before this one kept, or else the given.
func (d data) access(otherwise console.Access) console.Access {
	if d == "" {
		return otherwise
	}
	var kept console.Access
	raw, err := os.ReadFile(filepath.Join(string(d), accessName))
	if err != nil || json.Unmarshal(raw, &kept) != nil || kept.Prefix == "" || kept.Session == "" {
		return otherwise
	}
	return kept
}

// keepAccess keeps it for the next program. Without it, the browser has to be let in again.
func (d data) keepAccess(a console.Access) {
	if d == "" {
		return
	}
	raw, err := json.Marshal(a)
	if err == nil {
		_ = replace(filepath.Join(string(d), accessName), raw)
	}
}

// handler serves webhooks, the intake to hookctl's commands, and the console.
func (s *server) handler(token string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(remote.Path, remote.Handler(s.Intake(), token))
	mux.Handle(s.console.Path(), s.console)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "hookctl run: this is where webhooks are received, at /hooks/NAME. "+howToOpen, http.StatusNotFound)
	})
	mux.Handle("/", s.Pipeline)
	return mux
}
