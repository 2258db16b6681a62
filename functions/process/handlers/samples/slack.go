package samples

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/webhook"
)

// A slack posts to a channel through an incoming webhook. Anybody who has its URL can post,
// so the URL is a secret.
type slack struct {
	url    webhook.Secret
	client *http.Client
}

func newSlack(url string) slack {
	return slack{url: webhook.NewSecret(url), client: newHTTPClient()}
}

// escapeSlack keeps other people's text from becoming a link, or a mention of everybody.
var escapeSlack = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func (s slack) post(ctx context.Context, text string) error {
	body, err := json.Marshal(map[string]string{"text": escapeSlack.Replace(text)})
	if err != nil {
		return hook.Permanent(err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url.Reveal(), bytes.NewReader(body))
	if err != nil {
		return hook.Permanent(errors.New("post to Slack: the URL is invalid"))
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := s.client.Do(request)
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("post to Slack: %w", wrapped.Err) // without the URL
	}
	if err != nil {
		return fmt.Errorf("post to Slack: %w", err)
	}
	_ = answer.Body.Close() // only the status matters
	return slackError(answer)
}

// slackError returns the error for an answer, with what it means for a retry.
func slackError(answer *http.Response) error {
	err := fmt.Errorf("post to Slack: status %d", answer.StatusCode)
	switch status := answer.StatusCode; {
	case status >= 200 && status <= 299:
		return nil
	case status == http.StatusTooManyRequests:
		seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After")) // 0 if absent: the usual backoff
		return hook.RetryAfter(time.Duration(seconds)*time.Second, err)
	case status >= 500:
		return err
	}
	return hook.Permanent(err) // the channel or the webhook is gone, or never was
}
