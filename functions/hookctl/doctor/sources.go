package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/hook"
	"webhookintake/shared/source"
)

// sources reads the sources document and chooses whose webhook is sent.
func (e *exam) sources(ctx context.Context) Step {
	set, problem, ok := e.readSources(ctx)
	if !ok {
		return problem
	}
	known, gaps := slices.Sorted(maps.Keys(set)), append(replayGaps(set), e.expiring(ctx, set)...)
	if e.Source != "" {
		src, ok := set[e.Source]
		if !ok {
			return failed("give --source one of them, or leave it out", "no source %q; there are %s", e.Source, strings.Join(known, ", "))
		}
		set = source.Set{src.Name: src}
	}
	registry, err := e.Handlers()
	if err != nil {
		return failed("run it on the checkout that was deployed, with the settings that its handlers need",
			"list the handlers: %w", err)
	}
	e.registry = registry
	if e.event, err = e.choose(set); err != nil {
		return failed("choose another source: --source NAME", "%w", err)
	}
	if d, err := dialect.Of(e.event.Provider.Name()); err == nil && d.TokenInURL && e.isExposed() {
		return failed("use the https URL, or another source: --source NAME",
			"the webhooks of %s have their token in the URL, and this URL is not encrypted", e.event.Name)
	}
	text := fmt.Sprintf("valid, %s; the webhook goes to %s", strings.Join(known, ", "), e.event.Name)
	if e.unprobed != nil && e.site.Name != "" {
		text += "\n" + e.unprobed.Error()
	}
	if len(gaps) > 0 {
		return warned("whoever submits the URLs has to replace them in time: "+e.command("sources url NAME --valid 30d"),
			"%s\n%s", text, strings.Join(gaps, "\n"))
	}
	return passed("%s", text)
}

// replayGaps lists the sources whose URLs may be valid for longer than their dedup window.
func replayGaps(set source.Set) (gaps []string) {
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if gap := sources.ReplayGap(set[name].Settings, sources.URLValid); gap != "" {
			gaps = append(gaps, name+": "+gap)
		}
	}
	return gaps
}

// expiring lists the sources to which a webhook came at a URL that expires soon.
func (e *exam) expiring(ctx context.Context, set source.Set) (texts []string) {
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if len(set[name].Settings.URLSecrets) == 0 {
			continue
		}
		if e.site.URLs == nil {
			texts = append(texts, name+": when its URLs in use expire is not known: the log of ingest is not")
			continue
		}
		last, err := sources.ExpiringURL(ctx, e.site.URLs, name, e.Now())
		switch {
		case err != nil:
			texts = append(texts, fmt.Sprintf("%s: when its URLs in use expire is not known: %v", name, err))
		case last != nil:
			texts = append(texts, fmt.Sprintf("%s: a webhook came %s to a URL that expires within a week, after which webhooks to it are refused; that is fine if each request has its own",
				name, cli.TimeAndAge(*last, e.Now())))
		}
	}
	return texts
}

// readSources returns the sources, or what is wrong with them.
func (e *exam) readSources(ctx context.Context) (set source.Set, problem Step, ok bool) {
	next := e.command("sources set")
	if e.site.Name == "" {
		next = `put your sources document into the secret or into SOURCES, as {"kyc": {"secrets": ["…"]}}`
	}
	doc, err := e.site.Sources(ctx)
	switch {
	case errors.Is(err, source.ErrNoVersion):
		return nil, failed(next, "the secret of the sources has no value yet: every webhook is answered with 404"), false
	case err != nil:
		return nil, failed("this needs secretsmanager:GetSecretValue on the secret, and kms:Decrypt if it has a key of your own", "%w", err), false
	}
	set, err = source.Parse(doc, source.ParseOptions{AllowSample: e.site.AllowSample})
	if err != nil {
		return nil, failed(next, "the sources document is not valid:\n%w", err), false
	}
	e.unprobed = source.ProbeIn(doc, source.ParseOptions{AllowSample: e.site.AllowSample})
	if len(set) == 0 {
		return nil, failed(next, "the sources document names no source: every webhook is answered with 404"), false
	}
	return set, Step{}, true
}

// choose returns the event of the best source. It prefers sources whose events have ids, as
// other events are remembered for an hour only, then those whose event no handler handles,
// then the first by name.
func (e *exam) choose(set source.Set) (event, error) {
	var all []event
	for _, name := range slices.Sorted(maps.Keys(set)) {
		ev, err := newEvent(set[name], e.Now())
		if err != nil {
			return ev, fmt.Errorf("source %s: %w", name, err)
		}
		all = append(all, ev)
	}
	return slices.MinFunc(all, func(a, b event) int { return cmp.Compare(e.rank(a), e.rank(b)) }), nil
}

func (e *exam) rank(ev event) (rank int) {
	if !ev.named {
		rank += 2
	}
	if len(ev.taken(e.registry)) > 0 {
		rank++
	}
	return rank
}

// handlers lists the handlers that would handle the event, before it is sent.
func (e *exam) handlers(context.Context) Step {
	what := fmt.Sprintf("events %s of provider %s", e.event.typ, e.event.Provider.Name())
	takers := e.event.taken(e.registry)
	if len(takers) == 0 {
		return passed("no handler handles %s", what)
	}
	text := fmt.Sprintf("handlers of this checkout handle %s, if their settings are present: %s", what, names(takers))
	if !e.Yes {
		return failed("add --yes if they may handle a synthetic event, or choose another source: --source NAME", "%s", text)
	}
	next := ""
	if slices.ContainsFunc(takers, func(h hook.Handler) bool { return h.Has(hook.AtMostOnce) }) {
		next = "check what the at-most-once handlers did with it"
	}
	return warned(next, "%s", text)
}
