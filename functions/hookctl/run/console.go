package run

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"webhookintake/functions/hookctl/console"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/remote"
	masked "webhookintake/functions/hookctl/operate/sources"
	"webhookintake/functions/hookctl/run/pipeline"
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
	s.journal.Monitor().Oldest = s.oldest
	return console.New(console.Options{
		Intake: s.Intake(), Handlers: operate.Handlers{All: registry}, Now: s.watch.now, Port: port,
		Access: s.access, Changed: keep, HowToOpen: howToOpen,
		Name: "hookctl run at " + s.listener.Addr().String(), Write: true, Here: true,
		Journal: s.journal, Monitor: s.journal.Monitor(), Refused: s.journal.Refused, URL: baseURL(s.listener), Sources: s.sources.set, ListSources: s.sources.list,
		Shown: s.shown,
	})
}

// oldest returns when the oldest webhook that waits in the queue came, or zero.
func (s *server) oldest() (came time.Time) {
	for _, m := range s.Queue.Messages() {
		if at := m.Event.Received; came.IsZero() || at.Before(came) {
			came = at
		}
	}
	return came
}

// list returns the sources for a page, with masked secrets.
func (s sources) list(context.Context) ([]masked.Row, error) {
	text := s.doc
	if s.from == "" {
		text = []byte(dialect.SourcesDocument())
	}
	doc, err := masked.ReadDocument(text)
	if err != nil {
		return nil, err
	}
	return doc.Rows(), nil
}

// shown says on the terminal that the console showed a payload.
func (s *server) shown(key string, masked bool) {
	how := "unmasked"
	if masked {
		how = "masked"
	}
	s.watch.say("the console showed the body of " + key + ", " + how)
}

// answered tells the terminal and the console of a webhook that was answered.
func (s *server) answered(a pipeline.Answered) {
	s.watch.answered(a)
	s.journal.Answered(a.Report)
}

// worked tells them how a message was handled.
func (s *server) worked(one pipeline.Worked) {
	s.watch.worked(one)
	s.journal.Worked(one.Result)
}

// blocked tells them of a request that did not come to the intake.
func (s *server) blocked(why string) {
	s.watch.blocked(why)
	s.journal.Blocked(why)
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
