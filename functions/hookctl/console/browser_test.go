package console_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"webhookintake/functions/hookctl/console"
)

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

// A browser is a page of a Chromium, which visits a console.
type browser struct {
	context.Context
	messages chan string // what its console says
	base     string      // of the console's pages
	keyboard bool        // it is used by the keyboard alone
}

// newBrowser starts the Chromium that the variable names, and skips the test if none does.
func newBrowser(t *testing.T) *browser {
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
	b := &browser{Context: ctx, messages: make(chan string, 1000)}
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

func (b *browser) do(t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, stop := context.WithTimeout(b, patience)
	defer stop()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatalf("%v; the browser says %q", err, b.said())
	}
}

// ask runs an action that has a result.
func ask[T any](t *testing.T, b *browser, a chromedp.Action[T]) T {
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
func (b *browser) said() (all []string) {
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

// withoutScript makes the browser run no script of a page.
var withoutScript = chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
	_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	return err
})

// enter opens the world's console.
func (b *browser) enter(t *testing.T, w *world) {
	t.Helper()
	address := w.serve(t)
	b.do(t, chromedp.Navigate(address))
	b.base, _, _ = strings.Cut(address, "?")
}

func (b *browser) open(t *testing.T, page string) {
	t.Helper()
	b.do(t, chromedp.Navigate(b.base+page))
}

// see waits until the page has a text.
func (b *browser) see(t *testing.T, text string) {
	t.Helper()
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		got := b.text(t)
		if strings.Contains(got, text) {
			return
		}
		if time.Since(began) > patience {
			t.Fatalf("no %q in %q; the browser says %q", text, got, b.said())
		}
	}
}

func (b *browser) miss(t *testing.T, text string) {
	t.Helper()
	if got := b.text(t); strings.Contains(got, text) {
		t.Errorf("%q is in %q", text, got)
	}
}

func (b *browser) text(t *testing.T) string {
	t.Helper()
	return parseHTML(t, []byte(ask(t, b, chromedp.OuterHTML("html")))).text
}

// click clicks the button with a text, or else the link, and waits for the page behind it.
func (b *browser) click(t *testing.T, text string) {
	t.Helper()
	named := `[normalize-space(.)="` + text + `"]`
	action := chromedp.Click(`//button` + named + ` | //a` + named + `[not(//button` + named + `)]`)
	if b.keyboard {
		b.tabTo(t, `e => ['A', 'BUTTON'].includes(e.tagName) && e.textContent.replace(/\s+/g, ' ').trim()`, text)
		action = chromedp.KeyEvent(kb.Enter)
	}
	ctx, stop := context.WithTimeout(b, patience)
	defer stop()
	if _, err := chromedp.RunResponse(ctx, action); err != nil {
		t.Fatalf("click %q: %v; the browser says %q", text, err, b.said())
	}
}

func (b *browser) fill(t *testing.T, field, value string) {
	t.Helper()
	input := `[name=` + field + `]:not([type=hidden])`
	switch {
	case b.keyboard:
		b.tabTo(t, `e => e.name`, field)
		b.do(t, chromedp.KeyEvent(value))
	case ask(t, b, chromedp.Evaluate[bool](`document.querySelector("`+input+`").type == 'checkbox'`)):
		b.do(t, chromedp.Click(input))
	default:
		b.do(t, chromedp.SetValue(input, value))
	}
}

// tabTo presses the tab key until what has the focus is what is wanted, and shows that it
// has it.
func (b *browser) tabTo(t *testing.T, of, want string) {
	t.Helper()
	for range 200 {
		b.do(t, chromedp.KeyEvent(kb.Tab))
		if got := ask(t, b, chromedp.Evaluate[string](`String((`+of+`)(document.activeElement))`)); got != want {
			continue
		}
		if !ask(t, b, chromedp.Evaluate[bool](`getComputedStyle(document.activeElement).outlineStyle != 'none'`)) {
			t.Errorf("nothing shows that %q has the focus", want)
		}
		return
	}
	t.Fatalf("the tab key does not lead to %q", want)
}

// isQuiet fails if the browser complains of a page, as of a policy that it breaks.
func (b *browser) isQuiet(t *testing.T) {
	t.Helper()
	if said := b.said(); len(said) > 0 {
		t.Errorf("the browser says %q", said)
	}
}

// TestBrowserStories does what operators do, in a browser: each act to its end.
func TestBrowserStories(t *testing.T) {
	for name, newWorld := range stories {
		t.Run(name, func(t *testing.T) {
			b, w := newBrowser(t), newWorld(t)
			b.enter(t, w)
			tell(t, name, w, b)
			b.isQuiet(t)
		})
	}
}

// TestBrowserKeyboard mends and redrives by the keyboard alone, TestBrowserWithoutScript
// without scripts.
func TestBrowserKeyboard(t *testing.T) {
	b, w := newBrowser(t), newWorld(t, nil)
	b.keyboard = true
	b.enter(t, w)
	tell(t, "mend_and_redrive.txt", w, b)
}

func TestBrowserWithoutScript(t *testing.T) {
	b, w := newBrowser(t), newWorld(t, nil)
	b.do(t, withoutScript)
	b.enter(t, w)
	tell(t, "mend_and_redrive.txt", w, b)
}

// TestBrowserLive lets an event come while the list is shown. The list shows it by itself,
// but not while somebody works in it.
func TestBrowserLive(t *testing.T) {
	b, w := newBrowser(t), newWorld(t, nil)
	w.receive(t, kyc1, "evt_before")
	b.enter(t, w)
	b.click(t, "Events")
	w.receive(t, kyc1, "evt_while")
	b.see(t, "evt_while")
	b.do(t, chromedp.Focus("input[name=source]"))
	ask(t, b, chromedp.Evaluate[bool](`document.addEventListener('htmx:before:request', e => { window.heldBack = e.defaultPrevented }) || true`))
	w.receive(t, kyc1, "evt_later")
	ask(t, b, chromedp.Evaluate[bool](`(window.heldBack = false) || true`))
	ask(t, b, chromedp.Poll[bool](`window.heldBack`, chromedp.WithPollingTimeout(patience)))
	b.miss(t, "evt_later")
	b.do(t, chromedp.Blur("input[name=source]"))
	b.see(t, "evt_later")
	b.isQuiet(t)
}
