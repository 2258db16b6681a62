package run

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/hook"
	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/ingest"
	"webhookintake/shared/lambdahttp"
	"webhookintake/shared/queue/memory"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// receive passes a sample to a source of the user's own, and returns the event of it.
func receive(t *testing.T, s dialect.Sample) webhook.Event {
	t.Helper()
	entry := `{"my-` + s.Provider.Name() + `":{"provider":"` + s.Provider.Name() + `","secrets":["whsec_bm90LWEtc2FtcGxlLXNlY3JldA=="]}}`
	set, err := source.Parse([]byte(entry), source.ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var got webhook.Event
	p := pipeline.New(pipeline.Options{
		Sources: source.Fixed(set), Handlers: new(hook.Registry),
		Answered: func(a pipeline.Answered) { got = a.Event },
		Now:      func() time.Time { return dialect.Time().Add(time.Minute) },
	})
	src := set["my-"+s.Provider.Name()]
	signed := dialect.Sign(src.Provider, src.Settings, s.Body, dialect.Time().Add(time.Minute))
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hooks/"+src.Name+"?"+signed.Query.Encode(), bytes.NewReader(s.Body))
	r.Header = signed.Header
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("answered %d %s", w.Code, w.Body)
	}
	return got
}

// TestSave saves each sample, received by a source of the user's own: the file has none of
// its secret, the sample sources take it, and hooktest reads the same event out of it.
func TestSave(t *testing.T) {
	t.Parallel()
	folder := saveFolder(t.TempDir())
	for _, s := range dialect.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			event := receive(t, s)
			path, ok := strings.CutPrefix(folder.save(event), "saved: ")
			if !ok {
				t.Fatal(path)
			}
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%v, %v, want a file for its owner only", info, err)
			}
			want := event
			want.Source = s.Provider.Name() // the sample source
			if diff := cmp.Diff(want, hooktest.Load(t, path)); diff != "" {
				t.Errorf("hooktest.Load (-want +got):\n%s", diff)
			}
			queued := invoke(t, path)
			queued.Time = want.Time // a message has none: process reads it out of the body
			if diff := cmp.Diff(want, queued); diff != "" {
				t.Errorf("event of ingest (-want +got):\n%s", diff)
			}
		})
	}
}

// invoke passes a file to ingest with the sample sources, as Lambda does, and returns what
// it puts into the queue.
func invoke(t *testing.T, path string) webhook.Event {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "bm90LWEtc2FtcGxl") {
		t.Error("the secret is in the file")
	}
	var request events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(text, &request); err != nil {
		t.Fatal(err)
	}
	q := memory.New(memory.Options{})
	answer, err := lambdahttp.Handler(&ingest.Handler{
		Sources: source.Fixed(dialect.Sources()), Queue: q,
		Now: func() time.Time { return time.UnixMilli(request.RequestContext.TimeEpoch) },
	})(t.Context(), request)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("ingest answers %d %s, %v", answer.StatusCode, answer.Body, err)
	}
	return q.Messages()[0].Event
}

func TestSaveAgain(t *testing.T) {
	t.Parallel()
	folder := saveFolder(t.TempDir())
	event := webhook.Event{
		Source: "shop", Provider: "contiguity", ID: "evt_1", Type: "text.incoming.sms",
		Raw: []byte(`{"id":"evt_1","type":"text.incoming.sms"}`), Received: clitest.Noon,
	}
	path := filepath.Join(string(folder), "shop.text.incoming.sms.evt_1.json")
	if got, want := folder.save(event), "saved: "+path; got != want {
		t.Fatalf("%q, want %q", got, want)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	event.Received = event.Received.Add(time.Hour)
	if got, want := folder.save(event), "saved before: "+path; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file is another now, %v", err)
	}
	event.Source, event.Type = "other", "number.bought"
	if got := folder.save(event); !strings.HasSuffix(got, "; the sample source takes it for type text.incoming.sms") {
		t.Errorf("of another type: %q", got)
	}
	if got := (folder + "/gone").save(event); !strings.HasPrefix(got, "not saved: ") {
		t.Errorf("without the folder: %q", got)
	}
}

func TestFileName(t *testing.T) {
	t.Parallel()
	hash, long := strings.Repeat("ab", 32), strings.Repeat("x", 200)
	for _, tt := range []struct{ typ, id, want string }{
		{"text.incoming.sms", "evt_1", "shop.text.incoming.sms.evt_1.json"},
		{"tin_match", "sha256:" + hash, "shop.tin_match.sha256-abababababab.json"},
		{"../../etc", "/passwd", "shop..._.._etc-74ccf3c5._passwd-ae901847.json"},
		{"a", long, "shop.a." + long[:80] + "-aa20c23e.json"},
	} {
		got := fileName(webhook.Event{Source: "shop", Type: tt.typ, ID: tt.id})
		if got != tt.want {
			t.Errorf("%s, %s: %s, want %s", tt.typ, tt.id, got, tt.want)
		}
		if filepath.Base(got) != got || len(got) > 255 {
			t.Errorf("%s is not the name of a file", got)
		}
	}
	if a, b := fileName(webhook.Event{ID: "a/b"}), fileName(webhook.Event{ID: "a:b"}); a == b {
		t.Errorf("two ids have one file: %s", a)
	}
}

// TestRunSaves receives a webhook of a source of the user's own, and sends the file that it
// saved to a run with the sample sources.
func TestRunSaves(t *testing.T) {
	defer clitest.NoLeaks(t)
	folder := filepath.Join(t.TempDir(), "saved")
	env := map[string]string{"SOURCES": `{"mine":{"provider":"contiguity","secrets":["` + clitest.Secret + `"]}}`, "S": clitest.Secret}
	send := func(ctx context.Context, args ...string) error {
		c := clitest.Call{Commands: commands, Args: append([]string{"send"}, args...), Env: env, Now: time.Now}
		return c.RunTo(ctx, io.Discard, io.Discard)
	}
	for _, tt := range []struct {
		args, send []string
		env        map[string]string
		want       string
	}{
		{[]string{"--save", folder, "--show-body"}, []string{"text.incoming.sms", "--id", "evt_1", "--secret-env", "S", "--to", "/hooks/mine"}, env,
			`(?s)mine text\.incoming\.sms\n +evt_1  body:\n +\{\n +"id": "evt_1".*evt_1  saved: \S+mine\.text\.incoming\.sms\.evt_1\.json`},
		{nil, []string{"--file", filepath.Join(folder, "mine.text.incoming.sms.evt_1.json"), "--to", "/hooks/contiguity"}, nil,
			`(?s)contiguity text\.incoming\.sms\n\S+  evt_1  handled by reply`},
	} {
		ctx, interrupt := context.WithCancel(t.Context())
		args := append([]string{"run", "--addr", "127.0.0.1:0", "--data", t.TempDir()}, tt.args...)
		r := start(ctx, t, clitest.Call{Commands: commands, Args: args, Env: tt.env})
		url := r.await(t, `http://127\.0\.0\.1:\d+`)
		tt.send[len(tt.send)-1] = url + tt.send[len(tt.send)-1]
		if err := send(ctx, tt.send...); err != nil {
			t.Error(err)
		}
		r.await(t, tt.want)
		interrupt()
		if err := r.wait(); err != nil {
			t.Error(err)
		}
	}
}
