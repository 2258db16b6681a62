package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/dynamo"
	"webhookintake/shared/queue"
	"webhookintake/shared/upkeep"
)

// The tests of this package go through the built program.
var program = &lambdatest.Program{Package: "."}

func TestMain(m *testing.M) {
	code := m.Run()
	if err := program.Remove(); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// After an outage of the queue each event is sent once, as it arrived.
func TestDrain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil)
	const n = 50
	w.spill(t, n)
	p := lambdatest.Run(t, program.Path(t), w.env)
	if got := string(lambdatest.MustInvoke(t, p, []byte(schedule))); !strings.Contains(got, `"summary":"50 sent, 0 left"`) {
		t.Errorf("answer = %s", got)
	}
	seen := map[string]int{}
	for _, sent := range w.sqs.Sent() {
		m := queue.Decode(queue.Wire{Body: sent.Body, Attributes: sent.Attributes})
		if m.Unreadable != nil || !strings.Contains(string(m.Raw), phone) {
			t.Fatalf("sent %+v, unreadable %v", m, m.Unreadable)
		}
		seen[m.ID]++
	}
	if len(seen) != n || len(w.sqs.Sent()) != n || w.left(t) != 0 {
		t.Errorf("sent %d of %d events in %d messages, %d left", len(seen), n, len(w.sqs.Sent()), w.left(t))
	}
	if got := report(t, p).Tasks; len(got) != 1 || got[0].Summary != "nothing was spilled" {
		t.Errorf("the next run = %+v", got)
	}
	checkOutput(t, p, `"task":"drain"`, `"outcome":"50 sent, 0 left"`, `"outcome":"nothing was spilled"`, `"request":`)
	if output := p.Stdout(); strings.Contains(output, "SpillAge") { // the alarm goes by it
		t.Errorf("printed an age, with nothing left: %s", output)
	}
}

// A task that fails is an error of the invocation, for the alarm, and is counted by name; an
// operator gets the reason.
func TestTaskFails(t *testing.T) {
	t.Parallel()
	early := time.Now().Add(-time.Hour)
	w := newWorld(t, nil, func() time.Time { return early })
	w.spill(t, 1)
	w.sqs.Before = func(*http.Request, int) int { return http.StatusServiceUnavailable }
	p := lambdatest.Run(t, program.Path(t), w.env)
	response, err := p.Invoke(t.Context(), []byte(schedule), time.Minute)
	if err != nil || !response.Failed {
		t.Fatalf("Invoke = %s, %v, want an error", response.Payload, err)
	}
	tasks := report(t, p).Tasks
	if len(tasks) != 1 || tasks[0].Summary != "0 sent, 1 left" || !strings.Contains(tasks[0].Error, "the queue does not take") {
		t.Errorf("report = %+v", tasks)
	}
	checkOutput(t, p, `"level":"ERROR"`, `"msg":"task failed"`, `"error":"ServiceUnavailable"`,
		`"TaskFailed":1`, `"Dimensions":[["function","task"]]`, `"SpillAge":36`)
}

// The sources' secret is read if something was spilled only, and without it nothing is sent.
func TestSourcesUnread(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil)
	w.lost = true
	p := lambdatest.Run(t, program.Path(t), w.env)
	if got := report(t, p).Tasks; len(got) != 1 || got[0].Error != "" {
		t.Errorf("report with an empty vault = %+v", got)
	}
	w.spill(t, 1)
	if got := report(t, p).Tasks; len(got) != 1 || !strings.Contains(got[0].Error, "read the sources") || len(w.sqs.Sent()) != 0 {
		t.Errorf("report = %+v, sent %d", got, len(w.sqs.Sent()))
	}
}

// The program dies after the queue has an event and before the object is deleted: the next
// one sends it again, and the ledger drops the copy.
func TestDrainDies(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil)
	w.spill(t, 1)
	dying, over := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(over) }) // before the server is closed, which waits for its answers
	w.sqs.After = func(n int) {
		if n == 1 {
			close(dying)
			<-over // the program never gets the answer
		}
	}
	p := lambdatest.Run(t, program.Path(t), w.env)
	go func() {
		<-dying
		p.Kill()
	}()
	_, err := p.Invoke(t.Context(), []byte(schedule), time.Minute)
	if _, died := errors.AsType[*lambdatest.ExitError](err); !died {
		t.Fatalf("Invoke = %v, want that it died", err)
	}
	if w.left(t) != 1 {
		t.Fatal("the object is gone, though nobody knows that the queue has the event")
	}
	if err := p.Restart(); err != nil {
		t.Fatal(err)
	}
	if got := report(t, p); got.BusyUntil.IsZero() {
		t.Errorf("report = %+v, want the lease of the one that died", got)
	}
	w.free(t)
	if got := report(t, p).Tasks; len(got) != 1 || got[0].Summary != "1 sent, 0 left" {
		t.Errorf("report = %+v", got)
	}
	if sent := w.sqs.Sent(); len(sent) != 2 || sent[0].Attributes["id"] != sent[1].Attributes["id"] || w.left(t) != 0 {
		t.Errorf("sent %d messages, %d left", len(sent), w.left(t))
	}
}

// With the handlers' secret the program also looks for what began to fail.
func TestDigest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil)
	maps.Copy(w.env, withHandlers)
	p := lambdatest.Run(t, program.Path(t), w.env)
	got := report(t, p).Tasks
	if len(got) != 3 || got[2].Task != "digest" || got[2].Summary != "nothing new" || got[2].Error != "" {
		t.Errorf("report = %+v", got)
	}
	if got := report(t, p).Tasks; len(got) != 3 || got[2].Summary != "not due" {
		t.Errorf("report = %+v, want the cursor to be kept", got)
	}
	checkOutput(t, p, `"task":"digest"`)
}

// With credentials in the handlers' secret the program asks the provider, once an hour.
// Without, the log says so once and each report does.
func TestReconcile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil)
	maps.Copy(w.env, withHandlers)
	checked := fmt.Sprintf(`{"watchlist_id":"w-1","last_checked_at":%q,"last_results":{"phone":%q}}`, time.Now().UTC().Format(time.RFC3339), phone)
	api := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		answer := `{"watchlists":[` + checked + `]}`
		if strings.HasSuffix(r.URL.Path, "/w-1") {
			answer = checked
		}
		if r.Header.Get("Authorization") != "Bearer aws-secret-key-of-kyc" {
			t.Errorf("asked %s with %q", r.URL, r.Header)
		}
		_, _ = fmt.Fprintf(out, `{"status":"success","data":%s}`, answer)
	}))
	t.Cleanup(api.Close)
	p := lambdatest.Run(t, program.Path(t), w.env)
	const off = "kyc: off, because KYC_TOKEN is not among the handlers' settings"
	for i, want := range []string{off, off, "kyc: 1 event queued, 0 without news", "kyc: not due"} {
		if i == 2 {
			w.handlers = map[string]string{"KYC_TOKEN": "aws-secret-key-of-kyc", "KYC_API_URL": api.URL}
		}
		if got := report(t, p).Tasks; len(got) != 3 || got[1].Task != "reconcile" || got[1].Summary != want+upkeep.NotListed || got[1].Error != "" {
			t.Errorf("report %d = %+v, want %q", i, got, want)
		}
	}
	if n := strings.Count(p.Stdout(), off); n != 1 {
		t.Errorf("the log says %d times that it is off", n)
	}
	if sent := w.sqs.Sent(); len(sent) != 1 || sent[0].Attributes["type"] != "kyc.watchlist.reconciled" || sent[0].Attributes["source"] != "kyc" {
		t.Errorf("sent %+v", sent)
	}
	checkOutput(t, p, `"task":"reconcile"`)
}

// store returns the table as the program sees it.
func (w *world) store() *dynamo.Store {
	return dynamo.New(dynamo.Options{
		Table: "table", Region: "us-east-1", Endpoint: w.table.Server.URL,
		Credentials: credentials.NewStaticCredentialsProvider("AKIDTEST", "aws-secret-key", ""),
	})
}

// free ends the lease, as time does.
func (w *world) free(t *testing.T) {
	t.Helper()
	if err := w.store().PutNote(t.Context(), "upkeep", 7, "{}"); err != nil {
		t.Fatal(err)
	}
}

// The lease keeps a second run away, which is no failure.
func TestBusy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil)
	w.spill(t, 1)
	until := time.Now().Add(time.Minute).UnixMilli()
	if err := w.store().PutNote(t.Context(), "upkeep", 0, fmt.Sprintf(`{"owner":"another","until":%d}`, until)); err != nil {
		t.Fatal(err)
	}
	p := lambdatest.Run(t, program.Path(t), w.env)
	var answer upkeep.Answer
	if err := json.Unmarshal(lambdatest.MustInvoke(t, p, []byte(schedule)), &answer); err != nil || answer.BusyUntil.UnixMilli() != until || answer.Tasks != nil {
		t.Errorf("answer = %+v, %v", answer, err)
	}
	if w.left(t) != 1 || len(w.sqs.Sent()) != 0 {
		t.Error("it worked without the lease")
	}
	checkOutput(t, p, `"msg":"another run is at work, until `)
	if note, err := w.store().GetNote(t.Context(), "upkeep"); err != nil || (note != ledger.Note{Version: 1, Text: fmt.Sprintf(`{"owner":"another","until":%d}`, until)}) {
		t.Errorf("the lease is %+v, %v", note, err)
	}
}
