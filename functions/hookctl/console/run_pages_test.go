package console_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/console"
	"webhookintake/shared/ingest"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// A sample is sent as it was edited, and what is wrong with it or the form is said.
func TestSend(t *testing.T) {
	t.Parallel()
	w := newSendingWorld(t)
	w.mend()
	body := `{"id":"evt_page","type":"text.incoming.sms","timestamp":1790000000,"data":{"from":"+1","to":"+2","body":"a\r\nb"}` + "\r\n}"
	send := func(sample, body, times string) *http.Response {
		return w.do(t, http.MethodPost, "send", url.Values{"sample": {sample}, "body": {body}, "times": {times}}, nil)
	}
	sent := w.follow(t, send(sms, body, "1"))
	w.work(t)
	w.get(t, sent.links["evt_page"], http.StatusOK).wants(t, "reply done in run 1, took", "Completed")
	if kept, ok := w.Ledger.Payload("contiguity#evt_page"); !ok || strings.Contains(string(kept), "\r") {
		t.Errorf("the body that came: %q", kept)
	}
	w.follow(t, send(sms, "{", "1")).wants(t, "400 malformed_body")
	for _, wrong := range []struct{ sample, times string }{{"nothing", "1"}, {sms, "11"}, {sms, ""}} {
		if answer := send(wrong.sample, body, wrong.times); answer.StatusCode != http.StatusBadRequest {
			t.Errorf("%+v was answered %d", wrong, answer.StatusCode)
		}
	}
	w.get(t, "send?sample=nothing", http.StatusNotFound)
	w.options.URL = "http://127.0.0.1:1" // where nothing listens
	w.enter(t)
	w.follow(t, send(sms, body, "1")).wants(t, "Ended early:", "connection refused")
}

func TestHandlers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.receive(t, sms, "evt_1")
	w.mended.Store(true)
	w.receive(t, sms, "evt_2")
	w.get(t, "handlers", http.StatusOK).wants(t, "reply contiguity text.incoming.sms 1 done, 1 failed", "open-account kyc kyc.session.approved 0 done, 0 failed",
		"Types without a handler", "contiguity text.incoming.mms text.")
}

// Secrets are masked, and pages of what a stack does not have are neither linked nor there.
func TestSources(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	d := w.get(t, "sources", http.StatusOK)
	d.wants(t, "contiguity contiguity 1: ••••", "tolerance_s=0", "/hooks/kyc")
	d.lacks(t, "sample-only")
	stack := newWorld(t, func(o *console.Options) { o.Journal, o.Sources, o.ListSources, o.Here = nil, nil, nil, false })
	overview := stack.get(t, "", http.StatusOK)
	for _, name := range []string{"Send", "Sources", "Refused"} {
		if href, linked := overview.links[name]; linked {
			t.Errorf("%s is linked: %s", name, href)
		}
		stack.get(t, strings.ToLower(name), http.StatusNotFound)
	}
}

// The runs that were watched show how long they took, also those that went well; a restart
// leaves those that the record keeps.
func TestRunsOfAnEvent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.receive(t, kyc1, "evt_1")
	watched := w.get(t, "event?key=kyc%23evt_1", http.StatusOK)
	watched.wants(t, "open-account permanent in run 1, took", "the bank does not know this customer")
	w.options.Journal = console.NewJournal(time.Now)
	w.enter(t)
	kept := w.get(t, "event?key=kyc%23evt_1", http.StatusOK)
	kept.wants(t, "open-account permanent in run 1", "the bank does not know this customer")
	kept.lacks(t, "took")
	w.failWith(t, "kyc#evt_many", "h", "boom")
	rec, _ := w.Ledger.Record("kyc#evt_many")
	if len(rec.Tries) != 1 || rec.State != ledger.StateFailed {
		t.Fatalf("record %+v", rec)
	}
}

func TestJournal(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 10, 1, 12, 0, 30, 0, time.UTC)
	var j *console.Journal
	w := newWorld(t, func(o *console.Options) {
		o.Now = func() time.Time { return now }
		j = console.NewJournal(o.Now)
		o.Journal = j
	})
	report := func(status int, n int) {
		for range n {
			j.Answered(ingest.Report{Source: "kyc", Status: status, Code: webhook.ErrSignatureMismatch})
		}
	}
	worked := func(outcome process.Outcome) {
		j.Worked(process.Result{Message: queue.Message{}, Outcome: outcome})
	}
	report(http.StatusOK, 3)
	now = now.Add(59 * time.Minute) // the first minute is still in the last hour
	report(http.StatusOK, 2)
	report(http.StatusUnauthorized, 1)
	worked(process.Handled)
	worked(process.DeadLettered)
	worked(process.Retried)
	worked(process.Duplicate)
	w.get(t, "", http.StatusOK).wants(t, "In the last hour: 5 received, 1 refused; 1 handled, 2 failed.", "since it started, 59m ago")
	now = now.Add(time.Minute)
	w.get(t, "", http.StatusOK).wants(t, "In the last hour: 2 received, 1 refused")
	w.get(t, "?span=day", http.StatusOK).wants(t, "In the last day: 5 received, 1 refused", "1h ago")
	now = now.Add(8 * 24 * time.Hour)
	week := w.get(t, "?span=week", http.StatusOK)
	week.wants(t, "In the last week: 0 received")
	week.lacks(t, "since it started")
	report(http.StatusOK, 1) // into the place of an older minute
	w.get(t, "?span=week", http.StatusOK).wants(t, "In the last week: 1 received")
}

// An error of a handler is kept without what a terminal would obey, as it may be copied there.
func TestJournalErrors(t *testing.T) {
	t.Parallel()
	j := console.NewJournal(time.Now)
	m := queue.Message{Event: webhook.Event{Source: "contiguity", ID: "evt_1"}}
	err := errors.New("a\x1b]0;b\u009bc\u202ed " + strings.Repeat("x", 9000))
	j.Worked(process.Result{Message: m, Outcome: process.Retried, Runs: []process.Run{{Handler: "h", Err: err}}})
	if got := j.ErrorsOf("contiguity#evt_1"); len(got) != 1 || !strings.HasPrefix(got[0], "a ]0;b c d xxx") || len(got[0]) > 600 {
		t.Errorf("%q", got)
	}
}
