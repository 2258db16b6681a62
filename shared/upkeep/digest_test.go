package upkeep_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/memory"
	"webhookintake/shared/upkeep"
	"webhookintake/shared/webhook"
)

// An index is the index of open events in their order, all in one partition.
type index []ledger.OpenEntry

func (x index) Open(_ context.Context, partition int, after ledger.OpenEntry, limit int) (found []ledger.OpenEntry, err error) {
	for _, e := range x {
		later := cmp.Or(e.Since.Compare(after.Since), strings.Compare(e.Key, after.Key)) > 0
		if partition == 3 && len(found) < limit && (after.Key == "" || later) {
			found = append(found, e)
		}
	}
	return found, nil
}

// failing is an event that fails since minutes past noon; with a reason it is a dead letter.
func failing(n, minute int, reason string) ledger.OpenEntry {
	return ledger.OpenEntry{
		Key: fmt.Sprint("contiguity#evt_", n), Since: noon.Add(time.Duration(minute) * time.Minute),
		Type: "text.incoming.sms", Kind: "auto-reply: *net.OpError", Reason: reason,
	}
}

// A desk runs digests and keeps what they say.
type desk struct {
	now   time.Time
	sent  []string
	fault error
	store memory.Store
}

func (d *desk) run(t *testing.T, entries ...ledger.OpenEntry) (string, error) {
	t.Helper()
	digest := upkeep.Digest{Name: "digest", Index: index(entries), Notes: &d.store, Stack: "intake", Now: func() time.Time { return d.now },
		Send: func(_ context.Context, text string) error {
			if d.fault != nil {
				return d.fault
			}
			d.sent = append(d.sent, text)
			return nil
		}}
	return digest.Task().Run(t.Context())
}

func TestDigest(t *testing.T) {
	t.Parallel()
	d := &desk{now: noon.Add(10 * time.Minute)}
	step := func(name string, after time.Duration, summary string, sent int, entries ...ledger.OpenEntry) {
		t.Helper()
		d.now = d.now.Add(after)
		got, err := d.run(t, entries...)
		if err != nil || got != summary || len(d.sent) != sent {
			t.Errorf("%s: %q, %v, %d messages, want %q and %d", name, got, err, len(d.sent), summary, sent)
		}
	}
	one, two := failing(1, 5, ""), failing(2, 9, "permanent") // at 12:09, up to when the first message looks
	step("first", 0, "2 new of 2 open events reported", 1, one, two)
	want := `intake: 2 events are failing.
• 1 of contiguity, text.incoming.sms: fails, and is tried again: auto-reply: *net.OpError; since Nov 28 12:05 UTC
• 1 of contiguity, text.incoming.sms: failed for good: auto-reply: *net.OpError; since Nov 28 12:09 UTC
2 events are open in all, 1 for good (dead letters).
See them: go tool hookctl events list --stack intake --state released
and: go tool hookctl dead list --stack intake`
	if d.sent[0] != want {
		t.Errorf("message:\n%s\nwant:\n%s", d.sent[0], want)
	}
	step("too soon", 5*time.Minute, "not due", 1, one, two, failing(3, 11, ""))
	probe := failing(9, 20, "")
	probe.Key, probe.Type = "probe#probe_9", webhook.ProbeType
	step("nothing new", 10*time.Minute, "nothing new", 1, one, two, probe)
	step("a new one", 15*time.Minute, "1 new of 3 open events reported", 2, one, two, failing(3, 30, ""))
	if !strings.HasPrefix(d.sent[1], "intake: 1 event is failing that did not fail at Nov 28 12:24 UTC.\n• 1 of") {
		t.Errorf("message:\n%s", d.sent[1])
	}
	step("an old one fails for good", 15*time.Minute, "0 new of 2 open events reported", 3, failing(1, 5, "attempts"), two)
	if !strings.Contains(d.sent[2], "1 dead letter more than then") {
		t.Errorf("message:\n%s", d.sent[2])
	}
	step("it is not settled", 15*time.Minute, "nothing new, but for what is not a minute old", 3, failing(4, 70, "permanent"))
	step("it is now", time.Minute, "1 new of 1 open events reported", 4, failing(4, 70, "permanent"))
	for _, text := range d.sent {
		if strings.Contains(text, "evt_") {
			t.Errorf("a message has an id: %s", text)
		}
	}
}

// A dead letter that is not settled alone gives no message, which would have nothing to say.
func TestDigestOfAYoungLetter(t *testing.T) {
	t.Parallel()
	d := &desk{now: noon}
	if got, err := d.run(t, failing(1, 0, "permanent")); err != nil || len(d.sent) > 0 {
		t.Errorf("%q, %v, sent %q", got, err, d.sent)
	}
}

// However many events stay open, new ones are told, and the message does not say that it has
// counted all.
func TestDigestOfMany(t *testing.T) {
	t.Parallel()
	d := &desk{now: noon.Add(30 * time.Minute)}
	many := make([]ledger.OpenEntry, 0, 301)
	for i := range 300 {
		many = append(many, failing(i, 5, "permanent"))
	}
	if _, err := d.run(t, many...); err != nil || len(d.sent) != 1 {
		t.Fatalf("run = %v, %d messages", err, len(d.sent))
	}
	d.now = d.now.Add(15 * time.Minute)
	got, err := d.run(t, append(many, failing(300, 35, ""))...)
	if err != nil || got != "1 new of 251 open events reported" || len(d.sent) != 2 {
		t.Fatalf("run = %q, %v, %d messages", got, err, len(d.sent))
	}
	if !strings.Contains(d.sent[1], "\nAt least 251 events are open in all") {
		t.Errorf("message:\n%s", d.sent[1])
	}
}

// However many groups there are, the message has ten lines of them, the largest first.
func TestDigestOfManyGroups(t *testing.T) {
	t.Parallel()
	d := &desk{now: noon.Add(30 * time.Minute)}
	var entries []ledger.OpenEntry
	for i := range 13 {
		for range i + 1 {
			e := failing(len(entries), 5, "")
			e.Type = fmt.Sprint("type-", i)
			entries = append(entries, e)
		}
	}
	if _, err := d.run(t, entries...); err != nil {
		t.Fatal(err)
	}
	text := d.sent[0]
	if n := strings.Count(text, "•"); n != 10 || !strings.Contains(text, "and 3 groups more") || !strings.Contains(text, "\n• 13 of contiguity, type-12:") {
		t.Errorf("%d lines:\n%s", n, text)
	}
}

// A digest of a clock that was ahead says it again, and is not silent until that time.
func TestDigestOfAWrongClock(t *testing.T) {
	t.Parallel()
	d := &desk{now: noon.Add(365 * 24 * time.Hour)}
	if _, err := d.run(t, failing(1, 5, "")); err != nil {
		t.Fatal(err)
	}
	d.now = noon.Add(30 * time.Minute)
	got, err := d.run(t, failing(1, 5, ""), failing(2, 20, ""))
	if err != nil || got != "2 new of 2 open events reported" {
		t.Errorf("run = %q, %v", got, err)
	}
}

// What could not be sent is said by the next run.
func TestDigestIsSentAgain(t *testing.T) {
	t.Parallel()
	d := &desk{now: noon.Add(10 * time.Minute), fault: errDown}
	if _, err := d.run(t, failing(1, 5, "")); !errors.Is(err, errDown) {
		t.Errorf("run = %v", err)
	}
	d.fault = upkeep.ErrNoRecipient
	if got, err := d.run(t, failing(1, 5, "")); err != nil || !strings.Contains(got, upkeep.SlackSetting) {
		t.Errorf("run without a recipient = %q, %v", got, err)
	}
	d.fault = nil
	if got, err := d.run(t, failing(1, 5, "")); err != nil || len(d.sent) != 1 {
		t.Errorf("run = %q, %v, %d messages", got, err, len(d.sent))
	}
}

// What a sender or an error writes into a type or a kind makes no further line, link, mention
// or markup, and never a message that SNS or Slack would refuse for its size.
func TestDigestIsHarmless(t *testing.T) {
	t.Parallel()
	d := &desk{now: noon.Add(30 * time.Minute)}
	var entries []ledger.OpenEntry
	for i := range 20 {
		e := failing(i, 5, "permanent")
		e.Type = fmt.Sprint("https://evil.example/", i, "<!channel>@here`*", strings.Repeat("x", 300))
		e.Kind = "auto-reply: \r\nSubject: paid\u2028\u202e• 9 of kyc <https://evil.example|log in> //evil.example" + strings.Repeat("é", 1<<20)
		entries = append(entries, e)
	}
	if _, err := d.run(t, entries...); err != nil {
		t.Fatal(err)
	}
	text := d.sent[0]
	if lines := strings.Count(text, "\n"); lines != 14 || strings.Count(text, "•") != 10 || len(text) > 8<<10 {
		t.Errorf("%d line breaks, %d bytes:\n%s", lines, len(text), text)
	}
	for _, bad := range []string{"//", "<", ">", "|", "@", "`", "\r", "\u2028", "\u202e"} {
		if strings.Contains(text, bad) {
			t.Errorf("the message has %q:\n%s", bad, text)
		}
	}
}

// slackAt returns what posts to an address.
func slackAt(client *http.Client, address *string) func(context.Context, string) error {
	return upkeep.Slack(client, func(context.Context) (func(string) string, error) {
		return func(string) string { return *address }, nil
	})
}

func TestSlack(t *testing.T) {
	t.Parallel()
	status, posted := http.StatusOK, ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Text   string
			Markup *bool `json:"mrkdwn"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Markup == nil || *body.Markup {
			t.Errorf("posted %+v, %v", body, err)
		}
		posted = body.Text
		w.WriteHeader(status)
	}))
	defer server.Close()
	address := server.URL + "/services/s3cr3t"
	send := slackAt(server.Client(), &address)
	if err := send(t.Context(), "a <b> & c"); err != nil || posted != "a &lt;b&gt; &amp; c" {
		t.Errorf("send = %v, posted %q", err, posted)
	}
	fails := func(want string) {
		t.Helper()
		err := send(t.Context(), "x")
		if err == nil || strings.Contains(err.Error(), "s3cr3t") || !strings.Contains(err.Error(), want) {
			t.Errorf("send = %v, want %q", err, want)
		}
	}
	for status = range map[int]bool{403: true, 404: true, 410: true} {
		fails("check " + upkeep.SlackSetting)
	}
	for status = range map[int]bool{429: true, 500: true, 503: true} {
		fails("the next run tries again")
	}
	server.Close()
	fails("post to Slack: ")
	address = "http://s3cr3t\x7f"
	fails(upkeep.SlackSetting + " is not a URL")
	address = ""
	if err := send(t.Context(), "x"); !errors.Is(err, upkeep.ErrNoRecipient) {
		t.Errorf("send without an address = %v", err)
	}
}

// Slack that hangs uses up its own task's time, and no other's.
func TestSlackHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		address := "https://slack.example/services/s3cr3t"
		hangs := roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		digest := upkeep.Digest{
			Name: "digest", Index: index{failing(1, 5, "")}, Notes: &memory.Store{}, Stack: "intake",
			Now:  func() time.Time { return noon.Add(time.Hour) },
			Send: slackAt(&http.Client{Transport: hangs}, &address),
		}
		after := upkeep.Task{Name: "after", Time: time.Second, Run: func(context.Context) (string, error) { return "ran", nil }}
		began := time.Now()
		runner := upkeep.Runner{Tasks: []upkeep.Task{digest.Task(), after}, Notes: &memory.Store{}}
		results, err := runner.Run(t.Context())
		if !errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "s3cr3t") || time.Since(began) > digest.Task().Time {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		if len(results) != 2 || results[1].Summary != "ran" {
			t.Errorf("results %+v", results)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
