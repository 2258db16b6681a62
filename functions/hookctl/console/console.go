package console

import (
	"context"
	"embed"
	"net/http"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/monitor"
	"webhookintake/shared/source"
)

// Options configure a Console. Intake, Now, Port and Access are needed.
type Options struct {
	Intake   operate.Intake
	Handlers operate.Handlers
	Now      func() time.Time
	Port     string // at which it is served
	Access   Access
	// Changed, if set, is called after the one-time token was used.
	Changed func(Access)
	// HowToOpen says how a new address is had.
	HowToOpen string

	Name  string // of what is shown, as "stack intake"
	Flags string // the flags that name it on a command line, after a space; or empty
	Write bool   // whether pages may change something
	Here  bool   // it is the hookctl run of this machine: reading all of it costs nothing

	// URL is where hookctl run receives webhooks, without a path, and Sources are its
	// sources; without them nothing is sent.
	URL     string
	Sources source.Set
	// ListSources, if set, reads the configured sources, and Editor those of a stack, which it
	// can change. At most one is set.
	ListSources ListSources
	Editor      *SourceEditor
	// Monitor, if set, says whether the intake keeps up.
	Monitor monitor.Monitor
	// Refused, if set, counts the requests that were refused.
	Refused ReadRefused
	// Journal, if set, is that of the hookctl run.
	Journal *Journal

	// Shown, if set, is called before the payload of an event is shown.
	Shown func(key string, masked bool)
	// Operator is the name of who uses this console, as this machine knows it; or empty.
	Operator string
	// Background is the context of what goes on after its page was answered; nil means
	// that of the program.
	Background context.Context
}

// A Console serves the pages.
type Console struct {
	options     Options
	base        string // the path of the first page
	session     string // of the cookie
	door        door
	crossOrigin *http.CrossOriginProtection
	pages       *http.ServeMux
	jobs        jobs
	plans       plans
	shown       shownBodies

	lastProcessing processingState
}

//go:embed assets
var assets embed.FS

// New returns a Console. Serve it below [Console.Path].
func New(o Options) *Console {
	if o.Background == nil {
		o.Background = context.Background()
	}
	c := &Console{
		options: o, base: o.Access.path(), session: o.Access.Session,
		door:        door{access: o.Access, changed: o.Changed},
		crossOrigin: http.NewCrossOriginProtection(), pages: http.NewServeMux(),
	}
	c.get("{$}", c.overview)
	c.get("events", c.events)
	c.get("event", c.event)
	c.get("webhook.json", c.file)
	c.get("dead", c.letters)
	c.get("quarantine", c.quarantine)
	c.get("quarantined", c.quarantined)
	c.get("act", c.showPlan)
	c.post("act", c.startAct)
	c.get("job", c.job)
	c.post("stop", c.stop)
	c.get("handlers", c.handlers)
	c.get("cost", c.cost)
	if o.Sources != nil {
		c.get("send", c.sendForm)
		c.post("send", c.send)
	}
	if o.ListSources != nil || o.Editor != nil {
		c.get("sources", c.sources)
	}
	if o.Editor != nil {
		c.get("source", c.sourceForm)
		c.post("source", c.changeSource)
	}
	if o.Refused != nil {
		c.get("refused", c.refused)
	}
	c.pages.Handle("GET "+c.base+"assets/", http.StripPrefix(c.base, http.FileServerFS(assets)))
	c.pages.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		c.fail(w, r, http.StatusNotFound, "No such page", "The console has no page of this name.")
	})
	return c
}

// Path returns the path below which the console is served, which nobody can guess.
func (c *Console) Path() string { return c.base }

// get serves a page that changes nothing.
func (c *Console) get(name string, page http.HandlerFunc) {
	c.pages.HandleFunc("GET "+c.base+name, page)
}

// post serves what changes something by a form.
func (c *Console) post(name string, page http.HandlerFunc) {
	c.pages.HandleFunc("POST "+c.base+name, func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			c.fail(w, r, http.StatusBadRequest, "Not understood", "The form could not be read.")
			return
		}
		page(w, r)
	})
}
