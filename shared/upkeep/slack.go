package upkeep

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// SlackSetting is the name of the handlers' setting with the address of an incoming webhook
// of Slack, which is secret.
const SlackSetting = "OPS_SLACK_WEBHOOK_URL"

// ErrNoRecipient says that nobody wants a message. It is no failure.
var ErrNoRecipient = errors.New("no message: put " + SlackSetting + " into the handlers' secret to get one")

// Slack returns a function that posts a text to the address that the setting has when it is
// called. Errors do not contain the address.
func Slack(client *http.Client, settings func(context.Context) (func(string) string, error)) func(context.Context, string) error {
	return func(ctx context.Context, text string) error {
		getenv, err := settings(ctx)
		if err != nil {
			return err
		}
		address := getenv(SlackSetting)
		if address == "" {
			return ErrNoRecipient
		}
		body, err := json.Marshal(map[string]any{"text": slackText.Replace(text), "mrkdwn": false, "unfurl_links": false})
		if err != nil {
			return err
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
		if err != nil {
			return errors.New(SlackSetting + " is not a URL")
		}
		request.Header.Set("Content-Type", "application/json")
		response, err := client.Do(request)
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			return fmt.Errorf("post to Slack: %w", wrapped.Err)
		}
		if err != nil {
			return fmt.Errorf("post to Slack: %w", err)
		}
		defer response.Body.Close() //nolint:errcheck // nothing of it is read
		return slackOutcome(response.StatusCode)
	}
}

// slackOutcome returns nil if Slack took the message.
func slackOutcome(status int) error {
	switch {
	case status == http.StatusOK:
		return nil
	case status == http.StatusTooManyRequests || status >= http.StatusInternalServerError:
		return fmt.Errorf("post to Slack: it answered %d; the next run tries again", status)
	}
	return fmt.Errorf("post to Slack: it answered %d; check %s", status, SlackSetting)
}

// slackText escapes what Slack takes for markup:
// https://docs.slack.dev/messaging/formatting-message-text
var slackText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
