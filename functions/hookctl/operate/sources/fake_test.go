package sources_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

var (
	noon    = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	errDown = errors.New("connection refused")
)

// A fakeSecret keeps versions as Secrets Manager does: a put moves the current one to the
// previous stage. Hooks are called before each call, and may make it fail.
type fakeSecret struct {
	versions map[source.Stage]sources.Version
	puts     []string // the documents, in order

	beforePut func() error // its error fails the put before it is applied
	afterPut  func() error // its error fails the put after it is applied
	beforeGet func(stage source.Stage) error
}

func newFakeSecret() *fakeSecret {
	return &fakeSecret{versions: map[source.Stage]sources.Version{}}
}

// hold returns a secret with both versions, put an hour apart. An empty one does not exist.
func hold(current, previous string) *fakeSecret {
	f := newFakeSecret()
	if previous != "" {
		f.versions[source.Previous] = sources.Version{ID: "v-previous", Document: []byte(previous), Created: noon.Add(-6 * time.Hour)}
	}
	if current != "" {
		f.versions[source.Current] = sources.Version{ID: "v-current", Document: []byte(current), Created: noon.Add(-5 * time.Hour)}
	}
	return f
}

func (f *fakeSecret) Read(ctx context.Context, stage source.Stage) (sources.Version, error) {
	if err := ctx.Err(); err != nil {
		return sources.Version{}, err
	}
	if f.beforeGet != nil {
		if err := f.beforeGet(stage); err != nil {
			return sources.Version{}, err
		}
	}
	v, ok := f.versions[stage]
	if !ok {
		return sources.Version{}, source.ErrNoVersion
	}
	return v, nil
}

func (f *fakeSecret) Put(_ context.Context, document []byte, id string) error {
	if f.beforePut != nil {
		if err := f.beforePut(); err != nil {
			return err
		}
	}
	f.put(string(document), id, noon)
	f.puts = append(f.puts, string(document))
	if f.afterPut != nil {
		return f.afterPut()
	}
	return nil
}

func (f *fakeSecret) put(document, id string, at time.Time) {
	if current, ok := f.versions[source.Current]; ok {
		f.versions[source.Previous] = current
	}
	f.versions[source.Current] = sources.Version{ID: id, Document: []byte(document), Created: at}
}

// read reads a document that has to be readable.
func read(t testing.TB, text string) sources.Document {
	t.Helper()
	d, err := sources.ReadDocument([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func secret(text string) webhook.Secret { return webhook.NewSecret(text) }

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
