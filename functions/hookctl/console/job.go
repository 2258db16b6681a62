package console

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// A jobResult is the outcome of one item.
type jobResult struct {
	item link
	tone tone
	word string // "redriven"
	text string // why, if it is not what was wanted
}

const (
	// keptJobs is how many jobs can still be looked at.
	keptJobs = 50
	// keptResults is how many outcomes of a job are shown, those that went wrong first.
	keptResults = 200
	// quick is how long a page waits for a job, so that most are done when it is shown.
	quick = 700 * time.Millisecond
)

// A job is an act under way, or one that has ended.
type job struct {
	id, title, noun string
	back            link
	again           string
	total           int
	cancel          context.CancelFunc
	ended           chan struct{}

	mu      sync.Mutex // guards what follows
	counts  map[string]int
	words   []string // of the counts, in the order in which they came
	results []jobResult
	wrong   bool // something went wrong, also of what results do not hold
	err     error
	stopped bool
}

type jobs struct {
	patience time.Duration // 0 is quick; tests, which a busy machine may slow down, set another

	mu  sync.Mutex
	all []*job
}

// start begins to carry out an act, which goes on until it is done, stopped, or ctx ends.
func (s *jobs) start(ctx context.Context, a act) *job {
	ctx, cancel := context.WithCancel(ctx)
	j := &job{id: rand.Text(), title: a.title, noun: cmp.Or(a.noun, "Event"), back: a.back, again: a.again, total: a.count, cancel: cancel, ended: make(chan struct{}), counts: map[string]int{}}
	s.mu.Lock()
	s.all = append(s.all, j)
	s.all = s.all[max(0, len(s.all)-keptJobs):]
	s.mu.Unlock()
	go func() {
		defer close(j.ended)
		defer cancel()
		err := a.run(ctx, j.report)
		j.mu.Lock()
		defer j.mu.Unlock()
		j.err = err
	}()
	return j
}

func (s *jobs) find(id string) *job {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.IndexFunc(s.all, func(j *job) bool { return j.id == id }); i >= 0 {
		return s.all[i]
	}
	return nil
}

// report notes the outcome of one item.
func (j *job) report(r jobResult) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.counts[r.word]++; j.counts[r.word] == 1 {
		j.words = append(j.words, r.word)
	}
	j.wrong = j.wrong || r.tone == bad
	if len(j.results) < keptResults {
		j.results = append(j.results, r)
	} else if i := slices.IndexFunc(j.results, func(kept jobResult) bool { return weight(kept.tone) < weight(r.tone) }); i >= 0 {
		j.results[i] = r
	}
}

// weight returns how much an outcome has to be seen.
func weight(t tone) int { return slices.Index([]tone{good, warn, bad}, t) }

func (j *job) running() bool {
	select {
	case <-j.ended:
		return false
	default:
		return true
	}
}

// job shows how far an act is, and how it ended.
func (c *Console) job(w http.ResponseWriter, r *http.Request) {
	j := c.jobs.find(r.URL.Query().Get("id"))
	if j == nil {
		c.fail(w, r, http.StatusNotFound, "No such act", "It is no longer known here. What it did shows in the events.")
		return
	}
	running := j.running()
	j.mu.Lock()
	defer j.mu.Unlock()
	p := page{title: j.title, body: []g.Node{j.verdict(running), j.progress(running)}}
	if running {
		p.every = 1
	}
	t := table{caption: "Outcomes", columns: []string{j.noun, "Outcome", "Why"}}
	for _, one := range j.results {
		t.rows = append(t.rows, []g.Node{h.A(h.Href(one.item.href), h.Code(g.Text(short(one.item.text)))), pill(one.tone, one.word), textOrNone(one.text)})
	}
	if len(t.rows) > 0 {
		p.body = append(p.body, t.node())
	}
	p.body = append(p.body, h.P(h.Class("acts"),
		g.If(!running && j.err != nil && j.again != "", h.A(h.Class("button"), h.Href(j.again), g.Text("Go on with the rest…"))),
		h.A(h.Class("button"), h.Href(j.back.href), g.Text(j.back.text))))
	c.show(w, r, p)
}

func (j *job) verdict(running bool) g.Node {
	switch {
	case running && j.stopped:
		return h.P(h.Class("verdict warn"), h.Strong(g.Text("Stopping: ")), g.Text("what is under way is finished first."))
	case running:
		return h.P(h.Class("verdict warn"), h.Strong(g.Text("Working. ")), g.Text("You may leave this page; it goes on as long as the console runs."))
	case errors.Is(j.err, context.Canceled):
		return h.P(h.Class("verdict warn"), h.Strong(g.Text("Stopped. ")), g.Text("What was not reached was not touched."))
	case j.err != nil:
		return h.P(h.Class("verdict bad"), h.Strong(g.Text("Ended early: ")), g.Text(j.err.Error()))
	case j.wrong:
		return h.P(h.Class("verdict bad"), h.Strong(g.Text("Done in part: ")), g.Text("see below what went wrong."))
	}
	return h.P(h.Class("verdict good"), h.Strong(g.Text("Done.")))
}

func (j *job) progress(running bool) g.Node {
	var pairs []g.Node
	done := 0
	for _, word := range j.words {
		pairs = append(pairs, g.Text(word), g.Text(strconv.Itoa(j.counts[word])))
		done += j.counts[word]
	}
	return g.Group{
		g.If(running, h.P(h.Progress(h.Max(strconv.Itoa(j.total)), h.Value(strconv.Itoa(min(done, j.total))), h.Aria("label", "progress")),
			g.Text(" "+strconv.Itoa(done)+" of "+strconv.Itoa(j.total)))),
		facts(pairs...),
		g.If(running && !j.stopped, h.Form(h.Method("post"), h.Action(query("stop", "id", j.id)), h.Class("acts"), h.Button(h.Type("submit"), g.Text("Stop")))),
	}
}

// stop ends a job between two items.
func (c *Console) stop(w http.ResponseWriter, r *http.Request) {
	j := c.jobs.find(r.URL.Query().Get("id"))
	if j == nil {
		c.fail(w, r, http.StatusNotFound, "No such act", "It is no longer known here.")
		return
	}
	j.mu.Lock()
	j.stopped = true
	j.mu.Unlock()
	j.cancel()
	c.follow(w, r, j)
}

// start carries out an act, and leads to how far it is.
func (c *Console) start(w http.ResponseWriter, r *http.Request, a act) {
	c.follow(w, r, c.jobs.start(c.options.Background, a))
}

// follow waits a moment for a job to end, and leads to it.
func (c *Console) follow(w http.ResponseWriter, r *http.Request, j *job) {
	timer := time.NewTimer(cmp.Or(c.jobs.patience, quick))
	defer timer.Stop()
	select {
	case <-j.ended:
	case <-timer.C:
	case <-r.Context().Done():
	}
	http.Redirect(w, r, c.base+query("job", "id", j.id), http.StatusSeeOther)
}
