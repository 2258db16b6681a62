package console_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/console"
	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/source"
)

// A kept is a secret in memory, as Secrets Manager keeps it.
type kept struct {
	versions map[source.Stage]sources.Version
}

func (k *kept) Read(_ context.Context, stage source.Stage) (sources.Version, error) {
	v, ok := k.versions[stage]
	if !ok {
		return v, source.ErrNoVersion
	}
	return v, nil
}

func (k *kept) Put(_ context.Context, document []byte, id string) error {
	k.versions[source.Previous] = k.versions[source.Current]
	k.versions[source.Current] = sources.Version{ID: id, Document: document, Created: time.Now()}
	return nil
}

func (k *kept) current() string { return string(k.versions[source.Current].Document) }

// A usedLog says that the first secret was used at a time, and the second was not.
type usedLog struct{ at time.Time }

func (l usedLog) LastUse(_ context.Context, q sources.Query) (time.Time, bool, error) {
	if q.Index == 0 && q.Code == "" {
		return l.at, true, nil
	}
	return time.Time{}, true, nil
}

// newSources is a stack whose source kyc has two secrets.
func newSources(t *testing.T, change func(*console.Options)) (*world, *kept) {
	t.Helper()
	now := time.Now()
	secret := &kept{map[source.Stage]sources.Version{
		source.Previous: {ID: "1", Document: []byte(`{"kyc": {"secrets": ["hunter2-the-old-secret-1111"]}}`), Created: now.Add(-72 * time.Hour)},
		source.Current: {ID: "2", Document: []byte(`{"kyc": {"secrets": ["hunter2-the-new-secret-2222", "hunter2-the-old-secret-1111"], "signed": "body"}}`),
			Created: now.Add(-48 * time.Hour)},
	}}
	return newStack(t, nil, func(o *console.Options) {
		o.ListSources = nil
		o.Editor = &console.SourceEditor{Editor: &sources.Editor{Secret: secret}, Format: 2, Log: usedLog{now.Add(-5 * time.Minute)}}
		if change != nil {
			change(o)
		}
	}), secret
}

// Each secret shows how old it is, and on demand when it was last used.
func TestStackSources(t *testing.T) {
	t.Parallel()
	w, _ := newSources(t, nil)
	d := w.get(t, "sources", http.StatusOK)
	d.wants(t, "kyc change… kyc ••••2222 2d ago", "kyc kyc ••••1111 3d ago or earlier", "a rotation is under way", "Search the log", "Add a source")
	d.lacks(t, "hunter2", "5m ago")
	used := w.get(t, "sources?uses=24h", http.StatusOK)
	used.wants(t, "••••2222 2d ago 5m ago only the first is in use: the others can be dropped", "••••1111 3d ago or earlier not in the last 24h")
	w.options.Write = false
	w.enter(t)
	w.get(t, "sources", http.StatusOK).lacks(t, "change…", "Add a source")
}

// post sends a change, and returns the page. No page and no address has the secret.
func (w *world) change(t *testing.T, form url.Values, status int) document {
	t.Helper()
	answer := w.do(t, http.MethodPost, "source", form, nil)
	d := parse(t, answer)
	if answer.StatusCode != status {
		t.Fatalf("%v was answered %d: %s", form, answer.StatusCode, d.text)
	}
	for _, e := range d.elements {
		for _, a := range e.Attr {
			if strings.Contains(a.Value, "hunter2") {
				t.Errorf("the secret is in %s=%q", a.Name.Local, a.Value)
			}
		}
	}
	d.lacks(t, "hunter2")
	return d
}

// A rotation is written once, and keeps what else the document has.
func TestRotateSource(t *testing.T) {
	t.Parallel()
	w, secret := newSources(t, nil)
	before := secret.current()
	plan := w.change(t, url.Values{"do": {"rotate"}, "name": {"kyc"}, "secret": {"hunter2-the-next-secret-3333"}}, http.StatusOK)
	if secret.current() != before {
		t.Fatal("the plan wrote something")
	}
	w.confirm(t, plan, "").wants(t, "Done.")
	if !strings.Contains(secret.current(), `["hunter2-the-next-secret-3333","hunter2-the-new-secret-2222"]`) || !strings.Contains(secret.current(), `"signed": "body"`) {
		t.Errorf("written %s", secret.current())
	}
	w.confirm(t, plan, "").wants(t, "No such plan") // a second click writes nothing
}

// What drops a secret that may be in use has to be confirmed by its source's name.
func TestFinishAndSetSource(t *testing.T) {
	t.Parallel()
	w, secret := newSources(t, nil)
	before := secret.current()
	plan := w.change(t, url.Values{"do": {"finish"}, "name": {"kyc"}}, http.StatusOK)
	w.confirm(t, plan, "").wants(t, "Not confirmed: type kyc.")
	if secret.current() != before {
		t.Fatal("written without a confirmation")
	}
	w.confirm(t, plan, "kyc").wants(t, "Done.", "401")
	if strings.Contains(secret.current(), "1111") {
		t.Errorf("written %s", secret.current())
	}
	w.confirm(t, w.change(t, url.Values{"do": {"set"}, "name": {"eu"}, "provider": {"contiguity"}, "secret": {"hunter2-of-eu-4444-long-enough"}}, http.StatusOK), "").wants(t, "Done.")
	if !strings.Contains(secret.current(), `"eu": {"provider": "contiguity", "secrets": ["hunter2-of-eu-4444-long-enough"]}`) {
		t.Errorf("written %s", secret.current())
	}
}

func TestRefusedSourceChanges(t *testing.T) {
	t.Parallel()
	w, secret := newSources(t, nil)
	before := secret.current()
	for name, tt := range map[string]struct {
		form   url.Values
		status int
		says   string
	}{
		"a blank":          {url.Values{"do": {"rotate"}, "name": {"kyc"}, "secret": {"hunter2 hunter2"}}, http.StatusConflict, "cannot be a secret"},
		"the same secret":  {url.Values{"do": {"rotate"}, "name": {"kyc"}, "secret": {"hunter2-the-new-secret-2222"}}, http.StatusConflict, "already has that secret"},
		"too long":         {url.Values{"do": {"set"}, "name": {"kyc"}, "secret": {strings.Repeat("hunter2", 1000)}}, http.StatusConflict, "longer than"},
		"no such source":   {url.Values{"do": {"rotate"}, "name": {"eu"}, "secret": {"hunter2-hunter2"}}, http.StatusConflict, "no such source"},
		"no such provider": {url.Values{"do": {"set"}, "name": {"eu"}, "provider": {"nobody"}, "secret": {"hunter2-hunter2"}}, http.StatusConflict, "would not be valid"},
		"no secret":        {url.Values{"do": {"set"}, "name": {"eu"}}, http.StatusBadRequest, "and a secret"},
		"no name":          {url.Values{"do": {"set"}, "secret": {"hunter2-hunter2"}}, http.StatusBadRequest, "a source's name"},
		"no such change":   {url.Values{"do": {"drop"}, "name": {"kyc"}, "secret": {"hunter2"}}, http.StatusBadRequest, "a source's name"},
	} {
		t.Run(name, func(t *testing.T) {
			w.change(t, tt.form, tt.status).wants(t, tt.says)
		})
	}
	w.get(t, "source?name=eu", http.StatusNotFound)
	if secret.current() != before {
		t.Errorf("written %s", secret.current())
	}
}

// A plan is written only on the version that it was made of, within ten minutes, and by a
// console that may write.
func TestStalePlans(t *testing.T) {
	t.Parallel()
	later := time.Duration(0)
	w, secret := newSources(t, func(o *console.Options) { o.Now = func() time.Time { return time.Now().Add(later) } })
	rotate := url.Values{"do": {"rotate"}, "name": {"kyc"}, "secret": {"hunter2-the-next-secret-3333"}}
	plan := w.change(t, rotate, http.StatusOK)
	if err := secret.Put(t.Context(), []byte(`{"kyc": {"secrets": ["hunter2-of-somebody-else"]}}`), "3"); err != nil {
		t.Fatal(err)
	}
	w.confirm(t, plan, "").wants(t, "Ended early:", "somebody else changed the sources")
	plan = w.change(t, rotate, http.StatusOK)
	later = 11 * time.Minute
	w.confirm(t, plan, "").wants(t, "No such plan")
	if strings.Contains(secret.current(), "3333") {
		t.Errorf("written %s", secret.current())
	}
	w.options.Write = false
	w.enter(t)
	w.change(t, rotate, http.StatusForbidden)
}

// Whatever stands in the document, or is typed, stays text.
func TestSourcesInjection(t *testing.T) {
	t.Parallel()
	w, secret := newSources(t, nil)
	quoted := strings.ReplaceAll(evil, `"`, `\"`)
	plan := w.do(t, http.MethodPost, "source", url.Values{"do": {"set"}, "name": {evil}, "provider": {evil}, "secret": {evil}}, nil)
	pages := map[string]document{"a change": parse(t, plan), "no source": w.get(t, "source?name="+escape(evil), http.StatusNotFound)}
	for name, text := range map[string]string{
		"a name": `{"` + quoted + `": {"secrets": ["hunter2-hunter2-hunter2"]}}`, "a provider": `{"kyc": {"provider": "` + quoted + `", "secrets": ["hunter2-hunter2"]}}`,
		"a product": `{"compliancely": {"product": "` + quoted + `", "secrets": ["hunter2-hunter2-hunter2"]}}`,
	} {
		if err := secret.Put(t.Context(), []byte(text), name); err != nil {
			t.Fatal(err)
		}
		pages[name] = w.get(t, "sources?uses="+escape(evil), http.StatusOK)
	}
	for name, d := range pages {
		d.isInert(t, name)
	}
}

// A source may have another name than its provider: an event of it is replayed by the provider
// that the sources name, whether they are a stack's or those of hookctl run.
func TestReplayOfNamedSource(t *testing.T) {
	t.Parallel()
	stack, secret := newSources(t, nil)
	current := secret.versions[source.Current]
	current.Document = []byte(`{"kyc-eu": {"provider": "kyc", "secrets": ["hunter2-the-new-secret-2222"]}}`)
	secret.versions[source.Current] = current
	local := newWorld(t, func(o *console.Options) { o.Sources["kyc-eu"] = o.Sources["kyc"] })
	for name, w := range map[string]*world{"stack": stack, "run": local} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, key := range []string{"kyc-eu#evt_1", "kyc-us#evt_1"} {
				w.failWith(t, key, "open-account", "kyc.session.approved")
			}
			plan := w.get(t, "act?do=replay&state=failed&type=kyc.session.approved", http.StatusOK)
			plan.wants(t, "the body is not kept", "source kyc-us is not named after one") // so that of kyc-eu is looked for
			plan.lacks(t, "source kyc-eu")
		})
	}
}
