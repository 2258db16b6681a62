package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"webhookintake/functions/hookctl/sample"
	"webhookintake/shared/webhook"
)

const (
	// patience is how long one answer is waited for: ingest's timeout and some.
	patience = 15 * time.Second
	// maxAnswer is how much of an answer is read.
	maxAnswer = 64 << 10
)

// An answer is what came back. What is not in the intake's form has neither id nor code.
type answer struct {
	status int
	State  string       `json:"status"` // "ok" of a health check, "accepted" of a webhook
	ID     string       `json:"id"`
	Code   webhook.Code `json:"error"`
}

// String is the answer as it is told.
func (a answer) String() string {
	if a.Code == "" {
		return fmt.Sprint(a.status)
	}
	return fmt.Sprintf("%d %s", a.status, a.Code)
}

// ask sends a request. An answer of any status is no error.
func (e *exam) ask(ctx context.Context, method, to string, header http.Header, body []byte) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, to, bytes.NewReader(body))
	if err != nil {
		return answer{}, errors.New("the URL is none") // the error would show it, and it may hold a token
	}
	if header != nil {
		request.Header = header.Clone()
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "hookctl")
	// No client's Do: its errors show URLs, which may hold a token. It would follow redirects
	// too, but what redirects is not the intake, and providers do not follow either.
	response, err := e.Transport.RoundTrip(request)
	if err != nil {
		return answer{}, err
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return answer{}, fmt.Errorf("read the answer: %w", err)
	}
	var got answer
	if json.Unmarshal(text, &got) != nil || got.Code != "" && !webhook.ValidName(string(got.Code)) {
		got = answer{}
	}
	got.status = response.StatusCode
	return got, nil
}

// post sends a webhook to the event's source.
func (e *exam) post(ctx context.Context, r webhook.Request) (answer, error) {
	to, err := e.site.HookURL(e.event.Name)
	if err != nil {
		return answer{}, err
	}
	return e.ask(ctx, http.MethodPost, sample.URL(to, r), r.Header, r.Body)
}

// isExposed reports whether others on the way can read what is sent: the URL is not
// https, and leads to another machine, as its text says.
func (e *exam) isExposed() bool {
	u, err := url.Parse(e.site.HealthURL)
	if err != nil || u.Scheme == "https" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback())
}

// The advice where no answer comes.
const adviceNoAnswer = "see that the URL is right and reachable from here, and that the intake runs"

// advice says what to do about an answer that was not hoped for.
func (e *exam) advice(a answer) string {
	logs := "look at the logs of ingest: " + e.site.IngestLogs
	switch a.Code {
	case webhook.ErrUnknownSource:
		return "the intake reads its sources every 5 minutes: if this one is new, wait and try again; else\nsee that the intake has the same sources document"
	case webhook.ErrSignatureMissing, webhook.ErrSignatureMalformed:
		return "something on the way drops the signature: see what stands before the intake"
	case webhook.ErrSignatureMismatch:
		return "the intake has other secrets than the document: if they are new, try again in 30 seconds,\nafter which it reads them on a mismatch; else see that nothing on the way changes the body"
	case webhook.ErrTimestampOutsideWindow:
		return "set the clock of this machine"
	case webhook.ErrQueueUnavailable:
		return "ingest could not reach the queue: see its permissions and QUEUE_URL; " + logs
	case webhook.ErrSourcesUnavailable:
		return "ingest could not read its sources: see its permissions; " + logs
	}
	switch {
	case a.status == http.StatusTooManyRequests:
		return "the API's throttling or the function's concurrency is used up: raise them, or try again"
	case a.status >= 500:
		return logs
	}
	return "it is not in the form in which the intake answers: see that the URL leads to it, and what stands before it"
}
