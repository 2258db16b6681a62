package deploy

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

// upgrade deploys the version before, upgrades it with plain SAM commands while webhooks
// come, and rolls it back: acknowledged webhooks are handled, by either version, and each
// version reads what the other left.
func (w *world) upgrade(t *testing.T) {
	const stack, flags = "webhook-intake-upgrade", "--no-confirm-changeset --stack-name webhook-intake-upgrade"
	old := stage{w.copyOf(t, "before", before), stack}
	old.addHandlers(t, "boom")
	old.writeSecrets(t)
	oldHookctl := w.dir + "/bin/before"
	old.run(t, "mkdir "+oldHookctl+" && go build -buildvcs=false -o "+oldHookctl+" ./functions/hookctl")
	old.env = []string{"PATH=" + oldHookctl + ":" + w.path}
	now := w.stage(t, "upgrade", stack)
	now.addHandlers(t, "boom")
	oldDeploy := "make deploy ARGS='" + flags + ` --parameter-overrides "Architecture=x86_64 KeepPayloads=all"'`

	old.shows(t, oldDeploy, "Successfully created/updated stack")
	putSecret(t, outputs(t, stack)["HandlersSecret"], `{"BOOM":"yes"}`)
	old.run(t, old.hookctl("sources set contiguity --secret-file contiguity.secret --yes"))
	url := outputs(t, stack)["ContiguityWebhookUrl"]
	traffic := startTraffic(t, url)
	old.accepts(t, old.send(t, "text.incoming.sms", "contiguity", "--id evt_old"), "accepted")
	old.willShow(t, old.hookctl("dead list"), "evt_old")

	// Up, with webhooks coming.
	putSecret(t, outputs(t, stack)["HandlersSecret"], `{"BOOM":"no"}`)
	now.run(t, "sam build")
	now.shows(t, "sam deploy "+flags+` --parameter-overrides "Architecture=x86_64 KeepPayloads=all"`, "Successfully created/updated stack")
	traffic.more(t, 20)
	now.shows(t, now.hookctl("dead list"), "evt_old")
	now.run(t, now.hookctl("dead redrive --all --yes"))
	now.willShow(t, now.hookctl("events list --all --type text.incoming.sms"), "evt_old .*completed")
	now.run(t, now.hookctl("events replay contiguity %s --yes", traffic.first()))
	now.accepts(t, now.hookctl("doctor"), "All is well")
	putSecret(t, outputs(t, stack)["HandlersSecret"], `{"BOOM":"yes"}`)
	now.shows(t, `make deploy RESTART=1 ARGS='`+flags+` --parameter-overrides "Architecture=x86_64 KeepPayloads=all"'`, "Successfully created/updated stack")
	now.accepts(t, now.send(t, "text.incoming.sms", "contiguity", "--id evt_new"), "accepted")
	now.willShow(t, now.hookctl("dead list"), "evt_new")

	// Down again, with the queue drained: an old process need not read a new form.
	traffic.pause()
	drained(t, stack)
	putSecret(t, outputs(t, stack)["HandlersSecret"], `{"BOOM":"no"}`)
	old.shows(t, oldDeploy, "Successfully created/updated stack")
	traffic.resume()
	traffic.more(t, 20)
	old.shows(t, old.hookctl("dead list"), "evt_new")
	old.run(t, old.hookctl("dead redrive --all --yes"))
	old.willShow(t, old.hookctl("events list --type text.incoming.sms"), "evt_new .*completed")
	old.shows(t, old.hookctl("events show contiguity evt_new --payload"), "payload")

	traffic.stop()
	traffic.allHandled(t, stack)
}

// drained waits until a stack's queue is empty: at most for the visibility timeout, after
// which even the messages of a function that was stopped are there again.
func drained(t *testing.T, stack string) {
	t.Helper()
	queue := outputs(t, stack)["QueueUrl"]
	eventually(t, 7*time.Minute, "the queue is empty", func() (string, bool) {
		n := waiting(t, queue)
		return n, n == "0+0"
	})
}

// A traffic sends webhooks one after another, as a provider does: an event that was not
// acknowledged is sent again.
type traffic struct {
	url    string
	cancel context.CancelFunc
	ended  chan struct{}
	turn   sync.Mutex // held while one is sent
	paused atomic.Bool

	mu     sync.Mutex
	taken  []string       // ids that were acknowledged
	others map[string]int // other answers, and how often each came
}

func startTraffic(t *testing.T, url string) *traffic {
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	tr := &traffic{url: url, cancel: cancel, ended: make(chan struct{}), others: map[string]int{}}
	t.Cleanup(tr.stop)
	go func() {
		defer close(tr.ended)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		event := newEvent(0)
		for n := 1; ctx.Err() == nil; {
			tr.turn.Lock()
			if !tr.paused.Load() && tr.send(t, event) {
				event = newEvent(n)
				n++
			}
			tr.turn.Unlock()
			select {
			case <-ctx.Done():
			case <-tick.C:
			}
		}
	}()
	return tr
}

// An event is one of the traffic; its body stays the same however often it is sent.
type event struct {
	id   string
	body []byte
}

func newEvent(n int) event {
	id := fmt.Sprintf("evt_traffic_%d", n)
	return event{id, fmt.Appendf(nil, `{"id":%q,"type":"text.delivery.confirmed","timestamp":%d,"api_version":"v2026.8.2","data":{"message_id":%q}}`, id, time.Now().Unix(), id)}
}

// send sends one event and reports whether it was acknowledged.
func (tr *traffic) send(t *testing.T, e event) bool {
	settings := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(secrets["contiguity"])}}
	signed := contiguity.Provider{}.Sign(settings, e.id, e.body, time.Now())
	status, answer, err := request(t, http.MethodPost, tr.url, bytes.NewReader(e.body), signed.Header)
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if err == nil && status == http.StatusOK {
		tr.taken = append(tr.taken, e.id)
		return true
	}
	tr.others[fmt.Sprint(status, " ", answer, err)]++
	return false
}

func (tr *traffic) count() int {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return len(tr.taken)
}

// first returns an event that was acknowledged at the beginning.
func (tr *traffic) first() string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.taken[0]
}

// more waits until n more events were acknowledged.
func (tr *traffic) more(t *testing.T, n int) {
	t.Helper()
	want := tr.count() + n
	eventually(t, 5*time.Minute, "more webhooks are acknowledged", func() (string, bool) {
		tr.mu.Lock()
		defer tr.mu.Unlock()
		return fmt.Sprint(tr.others), len(tr.taken) >= want
	})
}

// pause returns when no webhook is on its way.
func (tr *traffic) pause() {
	tr.paused.Store(true)
	tr.turn.Lock()
	tr.turn.Unlock() //nolint:staticcheck // nothing to do but wait for its turn
}

func (tr *traffic) resume() { tr.paused.Store(false) }

func (tr *traffic) stop() {
	tr.cancel()
	<-tr.ended
}

// allHandled waits until every event that was acknowledged is recorded as handled, and
// wants that no letter is left.
func (tr *traffic) allHandled(t *testing.T, stack string) {
	t.Helper()
	out := outputs(t, stack)
	drained(t, stack)
	state := map[string]string{}
	for _, record := range items(t, out["TableName"]) {
		state[text(record, "pk")] = text(record, "state")
	}
	var lost []string
	for _, id := range tr.taken {
		if s := state["contiguity#"+id]; s != "COMPLETED" {
			lost = append(lost, strings.TrimSpace(id+" "+s))
		}
	}
	slices.Sort(lost)
	if len(lost) > 0 {
		t.Errorf("acknowledged, but not handled: %q", lost)
	}
	if n := waiting(t, out["DeadLettersUrl"]); n != "0+0" {
		t.Errorf("%s dead letters are left", n)
	}
	t.Logf("%d webhooks were acknowledged and handled; answered otherwise: %v", len(tr.taken), tr.others)
}
