package endtoend

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/ledger/dynamo"
	tasks "webhookintake/shared/upkeep"
)

// The three built programs: a probe goes from upkeep through ingest, the queue and process to
// the ledger. With process stopped, the task says that this is the step.
func TestEngineProbe(t *testing.T) {
	t.Parallel()
	e := newEngines(t)
	secrets := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = io.WriteString(w, `{"Name":"sources","SecretString":"{\"$key\":\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\"}"}`)
	}))
	t.Cleanup(secrets.Close)
	withSecret := func(changes map[string]string) map[string]string {
		env := e.environment()
		maps.Copy(env, map[string]string{
			"SOURCES": "", "SOURCES_SECRET_ARN": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:sources",
			"AWS_ENDPOINT_URL_SECRETS_MANAGER": secrets.URL, "KEEP_PAYLOADS": "all",
		})
		maps.Copy(env, changes)
		return env
	}
	ingest := lambdatest.Run(t, ingestProgram.Path(t), withSecret(nil))
	api := httptest.NewServer(lambdatest.Gateway(ingest))
	t.Cleanup(api.Close)
	p := lambdatest.Run(t, upkeepProgram.Path(t), withSecret(map[string]string{"PROBE_URL": api.URL + "/hooks/probe"}))
	probe := func() tasks.Result {
		response, err := p.Invoke(t.Context(), []byte(`{"report":true}`), 4*time.Minute)
		var answer tasks.Answer
		if err := errors.Join(err, json.Unmarshal(response.Payload, &answer)); err != nil {
			t.Fatal(err)
		}
		for _, r := range answer.Tasks {
			if r.Task == "probe" {
				return r
			}
		}
		t.Fatalf("no probe in %+v", answer)
		return tasks.Result{}
	}
	notes := dynamo.New(dynamo.Options{Table: e.ledger, Region: region, Endpoint: e.dynamoURL, Credentials: sample})
	due := func() { // as time does it
		note, err := notes.GetNote(t.Context(), "cursor#probe")
		if err != nil || notes.PutNote(t.Context(), "cursor#probe", note.Version, "{}") != nil {
			t.Fatal("put the note", err)
		}
	}

	c := consume(t, e, 1, 15*time.Second, withSecret(nil))
	if got := probe(); got.Error != "" || !strings.HasPrefix(got.Summary, "completed ") {
		t.Fatalf("a probe: %+v", got)
	}
	if got := probe(); got.Summary != "not due" {
		t.Errorf("the next one: %+v", got)
	}
	records := 0
	for _, item := range e.items(t, e.ledger) {
		if key := text(item, "pk"); strings.HasPrefix(key, ":") {
			continue
		}
		records++
		var exp int64
		_, _ = fmt.Sscan(text(item, "exp"), &exp)
		if left := time.Until(time.Unix(exp, 0)); text(item, "type") != "webhookintake.probe" || left <= 0 || left > 24*time.Hour {
			t.Errorf("%s is kept for %v: %v", text(item, "pk"), left, item)
		}
	}
	if records != 1 {
		t.Errorf("%d items, want the record alone", records)
	}
	output := c.instances[0].Stdout() + ingest.Stdout()
	if strings.Contains(output, "CloudWatchMetrics") || !strings.Contains(output, `"outcome":"probed"`) {
		t.Errorf("ingest and process printed %s", output)
	}
	if !strings.Contains(p.Stdout(), `"ProbeTime":`) || strings.Contains(p.Stdout(), `"source"`) {
		t.Errorf("upkeep printed %s", p.Stdout())
	}

	c.close()
	due()
	if got := probe(); got.Error != "" || !strings.HasPrefix(got.Summary, "sent, and not completed yet") {
		t.Errorf("with process stopped: %+v", got)
	}
	if got := probe(); !strings.HasPrefix(got.Error, "queue: process has not got the event") {
		t.Errorf("with process stopped, the next one: %+v", got)
	}
	if !strings.Contains(p.Stdout(), `"error":"probe_queue"`) {
		t.Errorf("upkeep printed %s", p.Stdout())
	}
	// Another one: the engine may have given the last one to the process that is stopped.
	consume(t, e, 1, 15*time.Second, withSecret(nil))
	due()
	if got := probe(); !strings.HasPrefix(got.Summary, "completed ") {
		t.Errorf("with process started: %+v", got)
	}
}
