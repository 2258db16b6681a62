package simulate

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"webhookintake/shared/ingest"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// foreignBody is the body of a message that something else put into the queue.
const foreignBody = "not a webhook"

// A delivery is a provider's try to send an event, or a stranger's try to forge one.
type delivery struct {
	name   string
	event  *event
	forged int // how, see request; 0 for a provider's
	tries  int // made before this one
	due    time.Time

	cancel    context.CancelFunc
	status    atomic.Int32 // of the answer; 0 until then
	failed    int          // tries of ingest to queue it that failed
	received  time.Time    // when it arrived, by the clock of ingest
	hungUp    bool         // the provider has stopped waiting
	signedNew bool         // with the new secret
}

// deliveryKey finds the *delivery in a request's context.
type deliveryKey struct{}

func (w *world) planDeliveries() {
	for n, i := range w.plan.Events {
		e := w.events[i]
		w.planDelivery(e, fmt.Sprintf("%s%d", e.source(), n+1), 10*time.Second)
		if w.plan.Twice[n] {
			w.planDelivery(e, fmt.Sprintf("%s%d'", e.source(), n+1), 3*time.Hour)
		}
	}
	if w.plan.Foreign {
		if err := w.queue.Put(queue.Wire{Body: foreignBody, Attributes: map[string]string{"id": "x"}}, 0); err != nil {
			panic(err)
		}
	}
	for n := range w.plan.Forged {
		e := w.events[w.rng.IntN(len(w.events))]
		w.deliveries = append(w.deliveries, &delivery{
			name: fmt.Sprintf("stranger%d", n+1), event: e, forged: 1 + w.rng.IntN(4),
			due: w.began.Add(w.upTo(10 * time.Second)),
		})
	}
}

func (w *world) planDelivery(e *event, name string, within time.Duration) {
	w.deliveries = append(w.deliveries, &delivery{name: name, event: e, due: w.began.Add(w.upTo(within))})
}

// upTo draws a duration, as likely a short one as a long one.
func (w *world) upTo(most time.Duration) time.Duration {
	x := w.rng.Float64()
	return time.Duration(x * x * x * float64(most))
}

// deliver sends the request. When observe returns, it is answered or waits for the queue.
func (w *world) deliver(d *delivery) {
	w.deliveries = slices.DeleteFunc(w.deliveries, func(other *delivery) bool { return other == d })
	w.active = append(w.active, d)
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), deliveryKey{}, d))
	d.cancel = cancel
	r := w.request(d).WithContext(ctx)
	d.received = time.Now().Add(w.skew).Truncate(time.Millisecond).UTC()
	w.say(d.name, "sends "+short(d.event.key()), fmt.Sprintf("try %d", d.tries+1))
	w.living.Go(func() {
		answer := &answer{header: http.Header{}}
		w.handler.ServeHTTP(answer, r)
		d.status.Store(answer.status)
	})
}

// request returns a request that is signed as the provider signs, or forged in one of four
// ways.
func (w *world) request(d *delivery) *http.Request {
	e := d.event
	settings := w.settings
	if w.safe != nil && w.safe.signsNew {
		settings.Secrets, d.signedNew = []webhook.Secret{webhook.NewSecret(newSecret)}, true
	}
	signed := e.provider.Sign(settings, e.id, []byte(e.body), time.Now())
	path, body := e.source(), e.body
	switch d.forged {
	case 1: // changed on its way
		body = strings.Replace(body, `"id":`, `"ID":0,"id":`, 1)
	case 2:
		path = "nobody"
	case 3:
		signed.Header = http.Header{}
	case 4:
		for name, values := range signed.Header {
			signed.Header[name] = []string{strings.Repeat("0", len(values[0]))}
		}
	}
	header := signed.Header.Clone()
	// Headers that proxies add: they are not signed, and differ from try to try.
	header.Set("X-Request-Id", fmt.Sprintf("%s.%d", d.name, d.tries+1))
	r := &http.Request{
		Method: http.MethodPost, URL: &url.URL{Path: "/hooks/" + path}, Header: header,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
	r.SetPathValue("source", path)
	return r
}

// settleDeliveries records the deliveries that were answered.
func (w *world) settleDeliveries() {
	if len(w.active) == 0 {
		return
	}
	w.active = slices.DeleteFunc(w.active, func(d *delivery) bool {
		status := d.status.Load()
		if status == 0 {
			return false
		}
		d.cancel()
		w.say(d.name, "is answered", status)
		w.settleDelivery(d, status)
		return true
	})
}

func (w *world) settleDelivery(d *delivery, status int32) {
	if d.forged > 0 {
		if status != http.StatusUnauthorized && status != http.StatusNotFound {
			w.violated(2, "a forged request is answered %d", status)
		}
		return
	}
	switch status {
	case http.StatusOK:
		w.watch.acknowledged(d)
	case http.StatusServiceUnavailable:
	case http.StatusUnauthorized:
		w.watch.refusal(d)
	default:
		w.violated(1, "a provider's request is answered %d", status)
	}
	seen := status == http.StatusOK && !d.hungUp && (w.healed || !w.chance(w.plan.Impatient))
	gaps := retries(d.event.source())
	if seen || d.tries >= len(gaps) {
		return
	}
	next := &delivery{name: d.name, event: d.event, tries: d.tries + 1, due: time.Now().Add(gaps[d.tries])}
	w.deliveries = append(w.deliveries, next)
}

// An ingestPort is ingest's way to the queue.
type ingestPort struct{ w *world }

// Send is described at [ingest.Sender].
func (p *ingestPort) Send(ctx context.Context, m queue.Message, _ time.Duration) error {
	d := ctx.Value(deliveryKey{}).(*delivery)
	var got error
	c := &call{actor: d.name, op: opSend, delivery: d, ctx: ctx}
	c.add(0, short(m.Key()), func() { got = p.w.enqueue(d, m) })
	if !p.w.park(c) || !c.items[0].told {
		return errNoAnswer
	}
	return got
}

// enqueue sends to the queue, which may deliver later messages earlier.
func (w *world) enqueue(d *delivery, m queue.Message) error {
	var delay time.Duration
	if !w.healed && w.chance(0.2) {
		delay = w.upTo(20 * time.Second)
	}
	err := queue.ErrTooLarge
	if !w.tooLarge(m) {
		err = w.queue.Send(context.Background(), m, delay)
	}
	w.watch.queued(d, m, err)
	return err
}

// failSend makes a try of ingest fail, before or after it takes effect. Then ingest pauses
// for a random time, so the driver waits for the longest pause and does nothing else; or
// the provider hangs up, and there is no pause.
func (w *world) failSend(c *call, what string, hangs bool) {
	d := c.delivery
	d.failed++
	pause := min(50*time.Millisecond<<(d.failed-1), 800*time.Millisecond)
	if hangs {
		pause += ingest.TryTimeout
	}
	if d.failed > 2 || !time.Now().Add(pause).Before(w.nextDeath()) || w.rng.IntN(3) == 0 {
		d.hungUp = true
		w.note(c, what, "and the provider hangs up")
		d.cancel()
		w.release(c)
		return
	}
	w.note(c, what, "")
	if hangs {
		w.parked = slices.DeleteFunc(w.parked, func(other *call) bool { return other == c })
		if w.chance(w.plan.Late) {
			w.ghosts = append(w.ghosts, c)
		}
	} else {
		w.release(c)
	}
	time.Sleep(pause)
}

// An answer records the answer to a request.
type answer struct {
	header http.Header
	status int32
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) Write(p []byte) (int, error) { return len(p), nil }
func (a *answer) WriteHeader(status int)      { a.status = int32(status) }
