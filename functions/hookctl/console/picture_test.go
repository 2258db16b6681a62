package console_test

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"webhookintake/functions/hookctl/console"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/monitor"
	"webhookintake/shared/ingest"
	"webhookintake/shared/webhook"
)

// screenshots is the folder into which TestBrowserScreenshots writes.
var screenshots = flag.String("screenshots", "", "write screenshots into this `FOLDER`")

// TestBrowserScreenshots writes each page at both widths, light and dark.
func TestBrowserScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("make screenshots writes them")
	}
	b := newBrowser(t)
	w := newFullWorld(t)
	b.enter(t, w)
	b.shoot(t, "", map[string]string{
		"overview": "", "events": "events", "event-failed": "event?key=kyc%23evt_failed", "event-waiting": "event?key=contiguity%23evt_waiting",
		"event-done": "event?key=kyc%23evt_4b1c472", "event-body": "event?key=contiguity%23evt_waiting&body=shown", "empty": "events?source=nobody", "missing": "nothing",
		"dead": "dead", "plan": "act?do=redrive", "plan-one": "act?do=cancel&key=contiguity%23evt_waiting", "handlers": "handlers",
		"send": "send", "sources": "sources", "refused": "refused", "quarantine": "quarantine", "plan-pause": "act?do=pause",
	})
	b.shootForREADME(t, "event", "event?key=kyc%23evt_failed", 720)
	stack := newFullStack(t, w)
	b.enter(t, stack)
	b.shootForREADME(t, "overview", "", 930)
	b.shoot(t, "stack-", map[string]string{
		"overview": "", "overview-week": "?span=week", "sources": "sources?uses=24h", "source": "source?name=kyc", "refused": "refused?since=24h", "cost": "cost",
		"retry-all": "act?do=retry&state=open", "asks": "events?state=any",
	})
	b.open(t, "act?do=redrive")
	b.fill(t, "typed", "16")
	b.click(t, "Send back 16 letters")
	b.shoot(t, "stack-", map[string]string{"done": b.page(t)})
	stack.options.Intake, stack.options.Monitor, stack.options.Write = denied{w.Intake()}, watched{Faults: []error{denial("cloudwatch:GetMetricData")}}, false
	b.enter(t, stack)
	b.shoot(t, "denied-", map[string]string{"overview": "", "plan": "act?do=retry&state=open", "events": "events"})

	w = newRefusedWorld(t)
	if err := w.Intake().SetProcessing(t.Context(), operate.Paused); err != nil {
		t.Fatal(err)
	}
	id, _ := w.kept(t, "event evt_1")
	b.enter(t, w)
	b.shoot(t, "paused-", map[string]string{"overview": "", "quarantine": "quarantine", "quarantined": "quarantined?id=" + id, "plan": "act?do=release"})
}

// page returns the page that is open.
func (b *browser) page(t *testing.T) string {
	t.Helper()
	return strings.TrimPrefix(ask(t, b, chromedp.Location()), b.base)
}

// shoot writes pictures of pages at both widths, light and dark.
func (b *browser) shoot(t *testing.T, prefix string, pages map[string]string) {
	t.Helper()
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"wide", 1600, 1000}, {"narrow", 360, 740}} {
		for _, scheme := range []string{"light", "dark"} {
			b.do(t, chromedp.EmulateViewport(size.width, size.height), prefers(scheme))
			for name, page := range pages {
				b.open(t, page)
				if ask(t, b, chromedp.Evaluate[bool]("document.documentElement.scrollWidth > innerWidth")) {
					t.Errorf("%s%s is wider than %d", prefix, name, size.width)
				}
				b.write(t, prefix+strings.Join([]string{name, size.name, scheme}, "-"), ask(t, b, chromedp.FullScreenshot(100)))
			}
		}
	}
}

func (b *browser) write(t *testing.T, name string, picture []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(*screenshots, name+".png"), picture, 0o600); err != nil {
		t.Fatal(err)
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
		o.Intake, o.Handlers, o.Refused, o.Now = w.Intake(), w.options.Handlers, w.journal.Refused, w.options.Now
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
	w.receive(t, kyc1, "evt_failed")
	now = time.Now()
	w.receive(t, sms, "evt_waiting")
	return w
}

// shootForREADME writes two pictures for the README, small enough for a repository: they are
// committed under pictures.
func (b *browser) shootForREADME(t *testing.T, name, page string, height int64) {
	t.Helper()
	b.do(t, chromedp.EmulateViewport(1000, height), prefers("light"))
	b.open(t, page)
	decoded, err := png.Decode(bytes.NewReader(ask(t, b, chromedp.CaptureScreenshot())))
	if err != nil {
		t.Fatal(err)
	}
	var small bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, paletted(decoded)); err != nil {
		t.Fatal(err)
	}
	if most := 75_000; small.Len() > most {
		t.Errorf("%s has %d bytes, want at most %d", name, small.Len(), most)
	}
	b.write(t, "readme-"+name, small.Bytes())
}

// paletted returns a picture with its most frequent colours alone.
func paletted(from image.Image) *image.Paletted {
	counts := map[color.Color]int{}
	bounds := from.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			counts[from.At(x, y)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(counts), func(a, b color.Color) int { return cmp.Compare(counts[b], counts[a]) })
	to := image.NewPaletted(bounds, colours[:min(len(colours), 128)])
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			to.Set(x, y, from.At(x, y))
		}
	}
	return to
}
