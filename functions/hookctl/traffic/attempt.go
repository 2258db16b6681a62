package traffic

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/webhook"
)

const (
	// hangUpAfter is the time after which a connection is dropped. By then the receiver has
	// the request, and may or may not have answered.
	hangUpAfter = 20 * time.Millisecond
	// slowRead is how long an answer stays unread.
	slowRead = 2 * time.Second
	// maxAnswer is how much of an answer is read, in bytes.
	maxAnswer = 64 << 10
	// maxInFlight is how many tries may wait for an answer at once. More would measure this
	// machine and not the receiver.
	maxInFlight = 512
)

// An outcome is the outcome of one try.
type outcome struct {
	status int           // 0 if there was no answer
	why    string        // the reason of a failed try: status and code, or why there was no answer
	took   time.Duration // from the beginning of the request to the head of the answer
	hungUp bool          // the connection was dropped on purpose
}

func (o outcome) accepted() bool { return o.status >= 200 && o.status < 300 }

// refused reports whether the receiver refuses the request as not authentic or not valid.
func (o outcome) refused() bool {
	switch o.status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		return true
	}
	return false
}

// A client makes tries.
type client struct {
	url       string
	answer    time.Duration // how long an answer is waited for
	transport http.RoundTripper
}

// newTransport returns a transport with a connection for every try at once.
func newTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = maxInFlight, maxInFlight
	return t
}

// errHungUp is why the request of a dropped connection ends.
var errHungUp = errors.New("hung up")

// try sends r once. It does not follow redirects, as providers do not.
func (c *client) try(ctx context.Context, r webhook.Request, slow Slow) outcome {
	ctx, cancel := context.WithTimeout(ctx, c.answer)
	defer cancel()
	ctx, hangUp := context.WithCancelCause(ctx)
	defer hangUp(nil)
	if slow == HangUp {
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) {
			time.AfterFunc(hangUpAfter, func() { hangUp(errHungUp) })
		}})
	}
	request, err := dialect.NewRequest(ctx, c.url, r)
	if err != nil {
		return outcome{why: err.Error()}
	}
	began := time.Now()
	response, err := c.transport.RoundTrip(request)
	took := time.Since(began)
	switch {
	case err == nil && slow == HangUp:
		_ = response.Body.Close() // before it is read, which drops the connection
		return outcome{hungUp: true}
	case errors.Is(context.Cause(ctx), errHungUp):
		return outcome{hungUp: true}
	case err != nil:
		return outcome{why: c.reason(err)}
	}
	return c.read(response, took, slow)
}

// read reads the answer. Its body matters only for the reason of a failure.
func (c *client) read(response *http.Response, took time.Duration, slow Slow) outcome {
	if slow == SlowRead {
		time.Sleep(slowRead)
	}
	text, _ := io.ReadAll(io.LimitReader(response.Body, maxAnswer)) // the status is the answer
	_ = response.Body.Close()
	o := outcome{status: response.StatusCode, took: took}
	if !o.accepted() {
		var said struct {
			Error webhook.Code `json:"error"`
		}
		_ = json.Unmarshal(text, &said) // another program's answer has no code
		o.why = fmt.Sprint(o.status)
		if webhook.ValidName(string(said.Error)) {
			o.why += " " + string(said.Error)
		}
	}
	return o
}

// reason returns why there is no answer, without the error's text.
func (c *client) reason(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in " + cli.Duration(c.answer)
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "certificate not trusted"
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return "no connection"
	}
	return "connection broken"
}
