package console

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

const (
	// sendTimeout is how long an answer may take.
	sendTimeout = 15 * time.Second
	// maxAnswer is how much of an answer is read, in bytes.
	maxAnswer = 64 << 10
	// maxTimes is how often a webhook can be sent at once.
	maxTimes = 10
)

// sourceOf returns the source of hookctl run for a provider's webhooks.
func (c *Console) sourceOf(provider string) (source.Source, bool) {
	for _, name := range slices.Sorted(maps.Keys(c.options.Sources)) {
		if src := c.options.Sources[name]; src.Provider.Name() == provider {
			return src, true
		}
	}
	return source.Source{}, false
}

// sendForm shows a sample, to be sent as it is or changed.
func (c *Console) sendForm(w http.ResponseWriter, r *http.Request) {
	s := dialect.Samples()[0]
	if name := r.URL.Query().Get("sample"); name != "" {
		var err error
		if s, err = dialect.Find(name); err != nil {
			c.fail(w, r, http.StatusNotFound, "No such sample", "Choose one of the list.")
			return
		}
	}
	var choices []choice
	for _, name := range dialect.Names() {
		choices = append(choices, choice{name, name})
	}
	body := []g.Node{
		h.P(h.Class("sub"), g.Text("Sends a signed webhook to this hookctl run, as its provider would.")),
		h.Form(h.Class("filter"), h.Method("get"), h.Action("send"), selectOne("Sample", "sample", s.Name, choices), h.Button(h.Type("submit"), g.Text("Show it"))),
	}
	if _, ok := c.sourceOf(s.Provider.Name()); !ok {
		body = append(body, empty("No source of provider "+s.Provider.Name()+" is configured.", h.P(g.Text("Choose a sample of another provider."))))
	} else {
		body = append(body, h.Form(h.Method("post"), h.Action("send"),
			h.Input(h.Type("hidden"), h.Name("sample"), h.Value(s.Name)),
			h.Label(g.Text("Body, sent byte for byte"), h.Textarea(h.Name("body"), h.Rows("14"), g.Attr("spellcheck", "false"), g.Text(pretty(s.Fresh(c.options.Now()))))),
			h.P(h.Class("acts"),
				h.Label(g.Text("Times"), h.Input(h.Type("number"), h.Name("times"), h.Value("1"), h.Min("1"), h.Max(strconv.Itoa(maxTimes)))),
				h.Label(h.Class("line"), h.Input(h.Type("checkbox"), h.Name("forged"), h.Value("1")), g.Text("Forged: signed with a wrong secret")),
				h.Button(h.Type("submit"), h.Class("act"), g.Text("Send")),
			)))
	}
	c.show(w, r, page{title: "Send", here: "send", body: body})
}

// send sends what the form says.
func (c *Console) send(w http.ResponseWriter, r *http.Request) {
	s, err := dialect.Find(r.PostForm.Get("sample"))
	src, ok := c.sourceOf(providerOf(s))
	times, wrong := strconv.Atoi(r.PostForm.Get("times"))
	if err != nil || !ok || wrong != nil || times < 1 || times > maxTimes {
		c.fail(w, r, http.StatusBadRequest, "Not sent", fmt.Sprintf("Choose a sample of a configured source, and send it 1 to %d times.", maxTimes))
		return
	}
	body := []byte(strings.ReplaceAll(r.PostForm.Get("body"), "\r\n", "\n")) // a form sends line breaks so
	sign := dialect.Sign
	title := "Sent " + s.Name
	if r.PostForm.Get("forged") != "" {
		sign, title = dialect.SignWrong, title+", forged"
	}
	a := act{title: title, noun: "Answer for", count: times, back: link{query("send", "sample", s.Name), "Send another"}}
	a.run = func(ctx context.Context, report func(jobResult)) error {
		for range times {
			result, err := c.deliver(ctx, src, sign(src.Provider, src.Settings, body, c.options.Now()))
			if err != nil {
				return err
			}
			report(result)
		}
		return nil
	}
	c.start(w, r, a)
}

// deliver sends one request to hookctl run, and returns how it was answered.
func (c *Console) deliver(ctx context.Context, src source.Source, r webhook.Request) (jobResult, error) {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	to := c.options.URL + "/hooks/" + url.PathEscape(src.Name)
	request, err := dialect.NewRequest(ctx, to, r)
	if err != nil {
		return jobResult{}, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return jobResult{}, fmt.Errorf("send to %s: %w", to, err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return jobResult{}, fmt.Errorf("read the answer: %w", err)
	}
	var got struct {
		ID    string       `json:"id"`
		Error webhook.Code `json:"error"`
	}
	_ = json.Unmarshal(text, &got) // another program's answer has neither
	result := jobResult{item: link{"refused", "refused"}, tone: bad, word: fmt.Sprintf("%d %s", answer.StatusCode, got.Error)}
	if answer.StatusCode == http.StatusOK {
		result = jobResult{item: link{query("event", "key", src.Name+"#"+got.ID), got.ID}, tone: good, word: "200 accepted"}
	}
	return result, nil
}

// providerOf returns the name of a sample's provider, or "" for the zero Sample.
func providerOf(s dialect.Sample) string {
	if s.Provider == nil {
		return ""
	}
	return s.Provider.Name()
}
