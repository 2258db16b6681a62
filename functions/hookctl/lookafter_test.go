package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
)

// A local is a running "hookctl run" in a clone of its own, and the commands beside it.
type local struct {
	*testing.T
	clone  string
	url    string
	ended  chan struct{}
	mu     sync.Mutex
	text   bytes.Buffer
	broken error // what the handler returns
}

// Write takes what run prints.
func (l *local) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *local) setBroken(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = err
}

// register registers a handler that fails as the test says.
func (l *local) register(r *hook.Registry, _ func(string) string) error {
	hook.On(r, contiguity.TextIncomingSMS, "reply", func(context.Context, hook.Event[contiguity.Text]) error {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.broken
	})
	return nil
}

// startLocal runs the program until the test ends.
func startLocal(t *testing.T) *local {
	t.Helper()
	l := &local{T: t, clone: t.TempDir(), ended: make(chan struct{})}
	if err := os.WriteFile(filepath.Join(l.clone, "go.mod"), []byte("module webhookintake\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		defer close(l.ended)
		e := clitest.Call{Register: l.register}.NewEnv(l, l)
		e.Now = time.Now
		if err := e.Execute(ctx, newRoot(e), []string{"run", "--addr", "127.0.0.1:0", "--data", filepath.Join(l.clone, ".hookctl")}); err != nil {
			t.Errorf("run: %v", err)
		}
	}()
	t.Cleanup(func() { stop(); <-l.ended })
	l.until("it listens", func() bool {
		_, err := os.Stat(filepath.Join(l.clone, ".hookctl", "run.json"))
		l.mu.Lock()
		defer l.mu.Unlock()
		l.url = regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(l.text.String())
		return err == nil && l.url != ""
	})
	return l
}

// until waits for what run does meanwhile.
func (l *local) until(what string, is func() bool) {
	l.Helper()
	const patience = 2 * time.Minute // of a busy machine
	for began := time.Now(); time.Since(began) < patience; {
		if is() {
			return
		}
		select {
		case <-time.After(25 * time.Millisecond):
		case <-l.ended:
			l.Fatalf("run ended before %s:\n%s", what, l.text.String())
		}
	}
	l.Fatalf("not within %v: %s", patience, what)
}

// do runs a command of another terminal in the same clone.
func (l *local) do(args ...string) (string, error) {
	l.Helper()
	var out strings.Builder
	e := clitest.Call{Register: l.register}.NewEnv(&out, &out)
	e.Folder, e.Now = l.clone, time.Now
	err := e.Execute(l.Context(), newRoot(e), args)
	return out.String(), err
}

func (l *local) wants(args string, wants ...string) {
	l.Helper()
	out, err := l.do(strings.Fields(args)...)
	if err != nil {
		l.Errorf("%s: %v\n%s", args, err, out)
	}
	for _, want := range wants {
		if !regexp.MustCompile(want).MatchString(out) {
			l.Errorf("%s: no %s in\n%s", args, want, out)
		}
	}
}

// Looking after events can be rehearsed on "hookctl run", with the commands of a stack.
func TestLookAfterRun(t *testing.T) {
	t.Parallel()
	l := startLocal(t)
	l.setBroken(hook.Permanent(errors.New("no such number")))
	l.wants("send text.incoming.sms --id evt_1 --to "+l.url, "200")
	l.until("evt_1 is dead", func() bool { out, _ := l.do("dead", "list"); return strings.Contains(out, "evt_1") })
	l.wants("dead list", "the hookctl run at "+l.url, "permanent", "reply: no such number")
	l.wants("dead show evt_1 --payload", "redriving +runs reply", "text.incoming.sms")
	l.wants("events list", `1 +1 +contiguity +text.incoming.sms +reply failed .* no such number`, "1 open event in 1 group, of which 1 failed")
	l.wants("events list --state open", "evt_1", "failed", "reply: no such number")
	l.wants("events list --all", "evt_1", "1 event matched")
	l.wants("events find --field type=text.incoming.sms", "evt_1", "1 event matched", "Not searched: 1 dead letter")
	l.wants("events export --bodies", `"id":"evt_1".*"payload":"{`, "1 event written")
	l.wants("events reindex", "Read 1 record, changed the index for 0 of them")
	l.wants("events show contiguity evt_1 --payload", "failed", "signed with +secret 0", `letter +permanent: reply: no such number\n +since .*, fence 1\n +message `, `"text"|"body"|message`)

	l.setBroken(nil)
	l.wants("dead redrive evt_1 --yes", "1 letter sent back")
	l.until("evt_1 is handled", func() bool {
		out, _ := l.do("events", "show", "contiguity", "evt_1")
		return strings.Contains(out, "completed")
	})
	l.wants("dead list", "There are no dead letters.")
	l.wants("events list", "No event is open")
	l.wants("events replay contiguity evt_1 --yes", "reply")
	l.until("evt_1 is handled again", func() bool {
		out, _ := l.do("events", "show", "contiguity", "evt_1", "--json")
		return strings.Contains(out, `"fence":3`) && strings.Contains(out, "COMPLETED")
	})
	l.wants("upkeep", "drain +done +.*nothing was spilled", "reconcile +done +.*kyc: off, because KYC_TOKEN", "digest +done")
	l.pull()
	l.wants("events erase --contains text.incoming.sms --dry-run", "evt_1 .*completed", "To erase: the content of 1 event, and 0 dead letters", "Not reached: what an earlier hookctl run saved")
	l.wants("events erase contiguity evt_1 --yes --json", `"id":"evt_1".*"letter_ids":\[\],"act":"erase","outcome":"erased"`)
	l.wants("events show contiguity evt_1 --payload", "completed", "not kept")
	l.wants("events find --contains text.incoming.sms", "No event matches.", "1 event whose payload is not kept")
	l.wants("events erase --state conversation --key +15005550001 --yes", "State conversation has nothing for this key")
}

// pull sends evt_1, which is handled here, to the hookctl run of another clone, twice, and to
// its own.
func (l *local) pull() {
	l.Helper()
	there := startLocal(l.T)
	for range 2 {
		l.wants("events pull --source contiguity --contains text.incoming.sms --yes --to "+there.url, "1  is sent to "+there.url+"/hooks/contiguity", "1 event sent to")
	}
	there.until("it was handled once", func() bool {
		there.mu.Lock()
		defer there.mu.Unlock()
		return strings.Contains(there.text.String(), "duplicate")
	})
	there.wants("events show contiguity evt_1 --json", `"state":"COMPLETED".*"runs":1`)
	l.wants("events pull contiguity evt_1 --yes --to "+l.url, `is there already \(completed\): it is dropped as a duplicate`)
}

// What is sent while "events tail" follows a run is on its output within 10 s, until Ctrl-C.
func TestTailRun(t *testing.T) {
	t.Parallel()
	l := startLocal(t)
	l.wants("send text.incoming.sms --id evt_before --to "+l.url, "200")
	l.until("evt_before is handled", func() bool {
		out, _ := l.do("events", "list", "--all")
		return strings.Contains(out, "completed")
	})
	ctx, interrupt := context.WithCancel(t.Context())
	out, notes := &output{}, &output{}
	e := clitest.Call{Register: l.register}.NewEnv(out, notes)
	e.Folder, e.Now = l.clone, time.Now
	ended := make(chan error)
	go func() {
		ended <- e.Execute(ctx, newRoot(e), []string{"events", "tail", "--source", "contiguity", "--json"})
	}()
	l.until("it follows", func() bool { return strings.Contains(notes.String(), "Ctrl-C ends it") })
	sent := 0
	l.until("an event is shown", func() bool { // the first may be sent before the first look
		if sent++; sent%40 == 1 {
			l.wants(fmt.Sprintf("send text.incoming.sms --id evt_%d --to %s", sent, l.url), "200")
		}
		return strings.Contains(out.String(), `"what":"completed"`)
	})
	interrupt()
	if err := <-ended; err != nil {
		t.Errorf("Ctrl-C: %v", err)
	}
	if text := out.String(); strings.Contains(text, "evt_before") || !regexp.MustCompile(`"source":"contiguity","id":"evt_\d+"`).MatchString(text) {
		t.Errorf("it shows what was before, or no id:\n%s", text)
	}
}

// An output is written by one goroutine and read by another.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
