package console_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"webhookintake/functions/hookctl/console"
	"webhookintake/functions/hookctl/operate/monitor"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/ingest"
	"webhookintake/shared/webhook"
)

// screenshots is the folder into which TestBrowserScreenshots writes.
var screenshots = flag.String("screenshots", "", "write screenshots into this `FOLDER`")

// serve serves the world's console on a port, and returns the address that opens it.
func (w *world) serve(t *testing.T) (address string) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := w.options
	_, o.Port, _ = net.SplitHostPort(listener.Addr().String())
	o.Access = console.NewAccess()
	server := &http.Server{Handler: console.New(o), ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close(); <-done })
	return o.Access.Address("http://" + listener.Addr().String())
}

// A browser is a page of a Chromium.
type browser struct {
	context.Context
	messages chan string // what its console says
}

// newBrowser starts the Chromium that the variable names, and skips the test if none does.
func newBrowser(t *testing.T) browser {
	t.Helper()
	path := os.Getenv("WEBHOOK_TEST_CHROMIUM")
	if path == "" {
		t.Skip("needs Chromium: make test LAYERS=browser finds it")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	b := browser{ctx, make(chan string, 1000)}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			b.messages <- m.String()
		}
	}()
	b.do(t, chromedp.EmulateViewport(1280, 800))
	return b
}

// patience is how long one step may take.
const patience = 2 * time.Minute

func (b browser) do(t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, stop := context.WithTimeout(b, patience)
	defer stop()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatalf("%v; the browser says %q", err, b.said())
	}
}

// ask runs an action that has a result.
func ask[T any](t *testing.T, b browser, a chromedp.Action[T]) T {
	t.Helper()
	ctx, stop := context.WithTimeout(b, patience)
	defer stop()
	got, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatalf("%v; the browser says %q", err, b.said())
	}
	return got
}

// said returns what the browser's console says.
func (b browser) said() (all []string) {
	for {
		select {
		case one := <-b.messages:
			all = append(all, one)
		default:
			return all
		}
	}
}

// prefers makes the browser ask for light or dark pages.
func prefers(scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
}

// await waits until the page has a text.
func (b browser) await(t *testing.T, text string) {
	t.Helper()
	quoted, _ := json.Marshal(text) // a string
	found := "document.body && document.body.innerText.includes(" + string(quoted) + ")"
	ask(t, b, chromedp.Poll[bool](found, chromedp.WithPollingTimeout(patience)))
}

// click clicks the link or the button with a text, and waits for the page behind it.
func (b browser) click(t *testing.T, text string) {
	t.Helper()
	ctx, stop := context.WithTimeout(b, patience)
	defer stop()
	path := `//*[(self::a or self::button) and normalize-space(.)="` + text + `"]`
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(path)); err != nil {
		t.Fatalf("click %q: %v; the browser says %q", text, err, b.said())
	}
}

// TestBrowserMendAndRedrive goes the way of an operator: see what fails, find out why by two
// clicks, mend the handler, send the dead letters back, see them done.
func TestBrowserMendAndRedrive(t *testing.T) {
	b := newBrowser(t)
	w := newWorld(t, nil)
	for _, id := range []string{"evt_1", "evt_2"} {
		w.receive(t, kyc1, id)
	}
	working, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Work(working, func(pipeline.Worked) {}) }()
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	b.do(t, chromedp.Navigate(w.serve(t)))
	b.await(t, "2 dead letters wait for you")
	b.click(t, "open-account: *errors.errorString")
	b.click(t, "evt_2")
	b.await(t, "the bank does not know this customer")

	w.mended.Store(true)
	b.click(t, "Dead letters")
	b.click(t, "Send back all 2 that match…")
	b.do(t, chromedp.SendKeys("input[name=typed]", "2"))
	b.click(t, "Send back 2 letters")
	b.await(t, "Done.")
	b.click(t, "evt_2")
	b.await(t, "Completed")
	b.click(t, "Overview")
	b.await(t, "Healthy: nothing is failing.")
	if said := b.said(); len(said) > 0 {
		t.Errorf("the browser says %q", said)
	}
}

// TestBrowserLive lets an event come while the list is shown. The list shows it by itself,
// but not under the pointer.
func TestBrowserLive(t *testing.T) {
	b := newBrowser(t)
	w := newWorld(t, nil)
	w.receive(t, kyc1, "evt_before")
	b.do(t, chromedp.Navigate(w.serve(t)))
	b.click(t, "Events")
	w.receive(t, kyc1, "evt_while")
	b.await(t, "evt_while")
	b.do(t, chromedp.Focus("input[name=source]"))
	ask(t, b, chromedp.Evaluate[bool](`document.addEventListener('htmx:before:request', e => { window.heldBack = e.defaultPrevented }) || true`))
	w.receive(t, kyc1, "evt_later")
	ask(t, b, chromedp.Evaluate[bool](`(window.heldBack = false) || true`))
	ask(t, b, chromedp.Poll[bool](`window.heldBack`, chromedp.WithPollingTimeout(patience)))
	if ask(t, b, chromedp.Evaluate[bool](`document.body.innerText.includes("evt_later")`)) {
		t.Error("the page changed while somebody worked in it")
	}
	b.do(t, chromedp.Blur("input[name=source]"))
	b.await(t, "evt_later")
	if said := b.said(); len(said) > 0 {
		t.Errorf("the browser says %q", said)
	}
}

// TestBrowserWithoutScript does the same without scripts: the page is loaded again.
func TestBrowserWithoutScript(t *testing.T) {
	b := newBrowser(t)
	w := newWorld(t, nil)
	w.receive(t, kyc1, "evt_1")
	b.do(t, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	b.do(t, chromedp.Navigate(w.serve(t)))
	for _, text := range []string{"Dead letters", "Send back…", "Send back 1 letter", "See the event"} {
		b.click(t, text)
	}
	if got := w.DeadLetters.Counts().Visible; got != 0 {
		t.Errorf("%d letters are left", got)
	}
}

// TestBrowserScreenshots writes each page at both widths, light and dark.
func TestBrowserScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("make screenshots writes them")
	}
	b := newBrowser(t)
	w := newFullWorld(t)
	b.shoot(t, w, "", pagesToShow())
	stack := newFullStack(t, w)
	b.shootForREADME(t, stack, "overview", "", 1230)
	b.shootForREADME(t, w, "event", "event?key=kyc%23evt_failed", 720)
	b.shoot(t, stack, "stack-", map[string]string{
		"overview": "", "overview-week": "?span=week", "sources": "sources?uses=24h", "source": "source?name=kyc", "refused": "refused?since=24h", "cost": "cost",
		"retry-all": "act?do=retry-all&state=open", "asks": "events?state=any",
	})
}

// shoot writes pictures of pages at both widths, light and dark.
func (b browser) shoot(t *testing.T, w *world, prefix string, pages map[string]string) {
	t.Helper()
	address := w.serve(t)
	b.do(t, chromedp.Navigate(address))
	base, _, _ := strings.Cut(address, "?")
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"wide", 1600, 1000}, {"narrow", 360, 740}} {
		for _, scheme := range []string{"light", "dark"} {
			b.do(t, chromedp.EmulateViewport(size.width, size.height), prefers(scheme))
			for name, page := range pages {
				b.do(t, chromedp.Navigate(base+page))
				if ask(t, b, chromedp.Evaluate[bool]("document.documentElement.scrollWidth > innerWidth")) {
					t.Errorf("%s%s is wider than %d", prefix, name, size.width)
				}
				picture := ask(t, b, chromedp.FullScreenshot(100))
				file := filepath.Join(*screenshots, prefix+strings.Join([]string{name, size.name, scheme}, "-")+".png")
				if err := os.WriteFile(file, picture, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// newFullStack shows the pipeline of w as a deployed stack.
func newFullStack(t *testing.T, w *world) *world {
	t.Helper()
	alarms := []monitor.Alarm{{Name: "DeadLetterArrived", State: monitor.AlarmOn, Since: time.Now().Add(-9 * time.Minute),
		Text: `Events failed for good and wait in the dead-letter queue, for 14 days. See why with "go tool hookctl dead list --stack webhook-intake", fix the cause, then send them back.`}}
	for _, name := range []string{"OldestMessage", "Throttles", "TooLarge", "IngestErrors", "ProcessErrors", "Spilled", "SourcesInvalid"} {
		alarms = append(alarms, monitor.Alarm{Name: name, State: monitor.AlarmOff})
	}
	s, _ := newSources(t, func(o *console.Options) {
		o.Monitor = stackOf{w.journal.Monitor(), alarms}
		o.Intake, o.Handlers, o.Refused = w.Intake(), w.options.Handlers, w.journal.Refused
		o.Name, o.Flags = "stack webhook-intake", " --stack webhook-intake"
	})
	return s
}

// A stackOf reports what a run counts, as of a stack.
type stackOf struct {
	monitor.Monitor
	alarms []monitor.Alarm
}

func (s stackOf) Look(ctx context.Context, span monitor.Span) monitor.Report {
	r := s.Monitor.Look(ctx, span)
	r.Alarms, r.Oldest = s.alarms, new(49*time.Minute)
	return r
}

// newFullWorld has something on every page.
func newFullWorld(t *testing.T) *world {
	t.Helper()
	now := time.Now().Add(-50 * time.Minute)
	w := newWorld(t, func(o *console.Options) {
		o.Name, o.Now = "hookctl run at 127.0.0.1:8080", func() time.Time { return now }
		o.Journal = console.NewJournal(o.Now)
	})
	w.journal = w.options.Journal
	w.Pipeline = w.newPipeline(w.handlers)
	w.options.Intake = w.Intake()
	w.enter(t)
	for i := range 49 {
		w.mended.Store(i%6 > 0)
		for n := range i * i % 7 {
			w.receive(t, kyc1, fmt.Sprintf("evt_4b1c%02d%d", i, n))
		}
		if i%5 == 0 {
			w.receive(t, sms, fmt.Sprintf("evt_c0ffee%02d", i))
			w.journal.Answered(ingest.Report{Source: "kyc", Code: webhook.ErrSignatureMismatch, Status: http.StatusUnauthorized})
		}
		now = now.Add(time.Minute)
	}
	w.receive(t, "contiguity.text.incoming.mms", "evt_nobody")
	w.mended.Store(false)
	w.receive(t, sms, "evt_waiting")
	w.receive(t, kyc1, "evt_failed")
	now = time.Now()
	return w
}

// pagesToShow returns the pages of a full world by name.
func pagesToShow() map[string]string {
	return map[string]string{
		"overview": "", "events": "events", "event-failed": "event?key=kyc%23evt_failed", "event-waiting": "event?key=contiguity%23evt_waiting",
		"event-body": "event?key=contiguity%23evt_waiting&body=shown", "empty": "events?source=nobody", "missing": "nothing",
		"dead": "dead", "plan": "act?do=redrive", "plan-one": "act?do=cancel&key=contiguity%23evt_waiting", "handlers": "handlers",
		"send": "send", "sources": "sources", "refused": "refused", "quarantine": "quarantine",
	}
}
