package console_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/console"
	"webhookintake/shared/ledger"
)

// A stage is an intake that a console shows.
type stage interface {
	receive(t *testing.T, sample, id string) // and handles it
	forge(t *testing.T, sample string)
	workAll(t *testing.T)
	mend()
}

// A visitor is a browser, or stands for one.
type visitor interface {
	open(t *testing.T, page string)
	click(t *testing.T, text string) // a link or a button
	fill(t *testing.T, field, value string)
	see(t *testing.T, text string)
	miss(t *testing.T, text string)
}

// tell plays a story of testdata/stories: what comes, and what an operator does and sees.
func tell(t *testing.T, name string, s stage, v visitor) {
	t.Helper()
	story, err := os.ReadFile(filepath.Join("testdata", "stories", name))
	if err != nil {
		t.Fatal(err)
	}
	for n, line := range strings.Split(strings.TrimSpace(string(story)), "\n") {
		t.Logf("%s:%d: %s", name, n+1, line)
		verb, rest, _ := strings.Cut(line, " ")
		first, second, _ := strings.Cut(rest, " ")
		switch verb {
		case "", "#":
		case "receive":
			s.receive(t, first, second)
		case "forge":
			s.forge(t, first)
		case "work":
			s.workAll(t)
		case "mend":
			s.mend()
		case "open":
			v.open(t, rest)
		case "click":
			v.click(t, rest)
		case "fill":
			v.fill(t, first, second)
		case "see":
			v.see(t, rest)
		case "miss":
			v.miss(t, rest)
		default:
			t.Fatalf("a story has no %q", verb)
		}
	}
}

// stories are the worlds of those that are played without a browser and in one. That of
// mending and redriving is played on the engines as well.
var stories = map[string]func(*testing.T) *world{
	"mend_and_redrive.txt": plainWorld, "orders.txt": plainWorld, "pause.txt": plainWorld, "quarantine.txt": newRefusedWorld,
	"send.txt": newSendingWorld, "rotate.txt": func(t *testing.T) *world { w, _ := newSources(t, nil); return w },
}

func plainWorld(t *testing.T) *world { return newWorld(t, nil) }

// newSendingWorld receives at a URL what its page sends.
func newSendingWorld(t *testing.T) *world {
	w := newWorld(t, nil)
	server := httptest.NewServer(w.Pipeline)
	t.Cleanup(server.Close)
	w.options.URL = server.URL
	w.enter(t)
	return w
}

// TestStories does what operators do, each act to its end.
func TestStories(t *testing.T) {
	t.Parallel()
	for name, newWorld := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tell(t, name, w, &reader{w: w})
		})
	}
}

// A reader is a visitor without a browser. Each page that it opens is well made.
type reader struct {
	w     *world
	page  document
	typed url.Values
}

func (r *reader) turnTo(page document) { r.page, r.typed = page, url.Values{} }

func (r *reader) open(t *testing.T, page string) {
	t.Helper()
	r.turnTo(r.w.get(t, strings.TrimPrefix(page, "./"), http.StatusOK))
}

func (r *reader) click(t *testing.T, text string) {
	t.Helper()
	for _, f := range r.page.forms {
		if f.button == text {
			r.turnTo(r.w.submit(t, f, r.typed))
			return
		}
	}
	if href, ok := r.page.links[text]; ok {
		r.open(t, href)
		return
	}
	t.Fatalf("neither a link nor a button %q in %q", text, r.page.text)
}

func (r *reader) fill(_ *testing.T, field, value string) { r.typed.Set(field, value) }
func (r *reader) see(t *testing.T, text string)          { t.Helper(); r.page.wants(t, text) }
func (r *reader) miss(t *testing.T, text string)         { t.Helper(); r.page.lacks(t, text) }

// submit sends a form with what is typed into it, and follows to the page that it leads to.
func (w *world) submit(t *testing.T, f form, typed url.Values) document {
	t.Helper()
	for name, values := range typed {
		if !f.fields.Has(name) {
			t.Fatalf("the form %q has no field %s", f.button, name)
		}
		f.fields[name] = values
	}
	if f.method != "post" {
		return w.get(t, f.action+"?"+f.fields.Encode(), http.StatusOK)
	}
	return w.follow(t, w.do(t, http.MethodPost, f.action, f.fields, nil))
}

// confirm sends the only form of a plan that posts, with what is typed to confirm it.
func (w *world) confirm(t *testing.T, plan document, typed string) document {
	t.Helper()
	for _, f := range plan.forms {
		switch {
		case f.method != "post":
		case f.fields.Has("typed"):
			return w.submit(t, f, url.Values{"typed": {typed}})
		default:
			return w.submit(t, f, nil)
		}
	}
	t.Fatalf("nothing to confirm in %q", plan.text)
	return document{}
}

// follow goes where an answer redirects to.
func (w *world) follow(t *testing.T, answer *http.Response) document {
	t.Helper()
	if answer.StatusCode != http.StatusSeeOther {
		return parse(t, answer)
	}
	to, ok := strings.CutPrefix(answer.Header.Get("Location"), w.console.Path())
	if !ok {
		t.Fatalf("redirected to %s", answer.Header.Get("Location"))
	}
	return w.get(t, to, http.StatusOK)
}

func (w *world) state(t *testing.T, key string) ledger.State {
	t.Helper()
	rec, ok := w.Ledger.Record(key)
	if !ok {
		t.Fatalf("no record of %s", key)
	}
	return rec.State
}

// newID returns an id that no other event has.
func newID() string { return "evt_" + strings.ToLower(console.NewAccess().Token[:12]) }
