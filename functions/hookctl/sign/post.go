package sign

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/webhook"
)

const (
	// timeout is how long an answer may take: somewhat more than ingest's timeout.
	timeout = 15 * time.Second
	// maxAnswer is how much of an answer is read, in bytes.
	maxAnswer = 64 << 10
)

// An Answer is a receiver's answer, also as JSON.
type Answer struct {
	Status int          `json:"status"`
	ID     string       `json:"id,omitempty"`
	Error  webhook.Code `json:"error,omitempty"`
	Millis float64      `json:"ms"`
}

// Post sends r to a URL. An answer of any status is not an error. The error does not show a
// token in the query.
func Post(ctx context.Context, to string, r webhook.Request) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := dialect.NewRequest(ctx, to, r)
	if err != nil {
		return Answer{}, fmt.Errorf("send: %w", err)
	}
	// The intake does not redirect, and providers do not follow.
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	began := time.Now()
	response, err := client.Do(request)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err // its URL may hold a token
		}
		return Answer{}, fmt.Errorf("send to %s: %w; is the receiver running? Start one in another terminal: go tool hookctl run", to, err)
	}
	took := time.Since(began)
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return Answer{}, fmt.Errorf("read the answer: %w", err)
	}
	got := Answer{Millis: float64(took.Microseconds()) / 1000}
	_ = json.Unmarshal(text, &got) // another program's answer has neither id nor code
	got.Status = response.StatusCode
	return got, nil
}

// Advice returns why an answer is not 200, and what to do about it.
func (got Answer) Advice() string {
	if got.Error == "" {
		return fmt.Sprintf("status %d, which is not an answer of the intake: does the URL lead to it?", got.Status)
	}
	text := fmt.Sprintf("%d %s", got.Status, got.Error)
	if next := cli.RefusalAdvice(got.Error); next != "" {
		text += "\n" + next
	}
	return text
}
