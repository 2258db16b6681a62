package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/webhook"
)

const (
	// patience is how long an answer may take: somewhat more than ingest's timeout.
	patience = 15 * time.Second
	// maxAnswer is how much of an answer is read, in bytes.
	maxAnswer = 64 << 10
)

// An answer is the answer to a request. If it is not the intake's, it has neither id nor
// code.
type answer struct {
	status int
	State  string       `json:"status"` // "ok" of a health check, "accepted" of a webhook
	ID     string       `json:"id"`
	Code   webhook.Code `json:"error"`
}

// String returns the status and the code.
func (a answer) String() string {
	if a.Code == "" {
		return fmt.Sprint(a.status)
	}
	return fmt.Sprintf("%d %s", a.status, a.Code)
}

// ask sends a request. An answer of any status is not an error.
func (e *exam) ask(request *http.Request) (answer, error) {
	ctx, cancel := context.WithTimeout(request.Context(), patience)
	defer cancel()
	// Not http.Client.Do: its errors show the URL, which may hold a token, and it follows
	// redirects. The intake does not redirect, and providers do not follow.
	response, err := e.Transport.RoundTrip(request.WithContext(ctx))
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
	request, err := dialect.NewRequest(ctx, to, r)
	if err != nil {
		return answer{}, err
	}
	return e.ask(request)
}

// isExposed reports whether others on the way can read what is sent: the URL is not https
// and names another machine.
func (e *exam) isExposed() bool {
	return !cli.IsHTTPS(e.site.HealthURL) && !cli.IsLoopback(e.site.HealthURL)
}

// adviceNoAnswer is the advice if no answer comes.
const adviceNoAnswer = "check that the URL is right and reachable from here, and that the intake runs"

// advice returns what to do about an unexpected answer.
func (e *exam) advice(a answer) string {
	logs := "look at the logs of ingest: " + e.site.IngestLogs
	switch a.Code {
	case webhook.ErrUnknownSource:
		return "the intake reads its sources every 5 minutes: if this one is new, wait and try again; otherwise\ncheck that the intake has the same sources document"
	case webhook.ErrSignatureMissing, webhook.ErrSignatureMalformed:
		return "something on the way drops the signature: check what is in front of the intake"
	case webhook.ErrSignatureMismatch:
		return "the intake has other secrets than the document: if they are new, try again in 30 seconds,\nafter which it reads them on a mismatch; otherwise check that nothing on the way changes the body"
	case webhook.ErrTimestampOutsideWindow:
		return "correct the clock of this machine"
	case webhook.ErrQueueUnavailable:
		return "ingest could not reach the queue: check its permissions and QUEUE_URL; " + logs
	case webhook.ErrSourcesUnavailable:
		return "ingest could not read its sources: check its permissions; " + logs
	}
	switch {
	case a.status == http.StatusTooManyRequests:
		return "the API's rate limit or the function's concurrency is exhausted: raise it, or try again"
	case a.status >= 500:
		return logs
	}
	return "the intake does not answer like this: check that the URL leads to it, and what is in front of it"
}
