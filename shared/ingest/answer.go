package ingest

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"webhookintake/shared/webhook"
)

// RetryAfter is the wait that a 503 asks the sender for.
const RetryAfter = 30 * time.Second

// The bodies of answers.
type (
	statusBody struct {
		Status string `json:"status"`
		ID     string `json:"id,omitempty"`
	}
	errorBody struct {
		Error webhook.Code `json:"error"`
	}
)

// status is the HTTP status of a code, or 0 for an unknown code.
func status(code webhook.Code) int {
	switch code {
	case webhook.ErrMalformedBody, webhook.ErrMissingID, webhook.ErrMissingType,
		webhook.ErrInvalidID, webhook.ErrInvalidType, webhook.ErrIDMismatch:
		return http.StatusBadRequest
	case webhook.ErrSignatureMissing, webhook.ErrSignatureMalformed, webhook.ErrSignatureMismatch,
		webhook.ErrTimestampOutsideWindow:
		return http.StatusUnauthorized
	case webhook.ErrUnknownSource, webhook.ErrNotFound:
		return http.StatusNotFound
	case webhook.ErrMethod:
		return http.StatusMethodNotAllowed
	case webhook.ErrTooLarge:
		return http.StatusRequestEntityTooLarge
	case webhook.ErrQueueUnavailable, webhook.ErrSourcesUnavailable:
		return http.StatusServiceUnavailable
	}
	return 0
}

// codeOf returns the code to answer. An error without one says nothing about the webhook,
// only that it could not be verified or queued, so the sender should try again.
func codeOf(err error, tries int) webhook.Code {
	if code, ok := errors.AsType[webhook.Code](err); ok && status(code) != 0 {
		return code
	}
	if tries > 0 {
		return webhook.ErrQueueUnavailable
	}
	return webhook.ErrSourcesUnavailable
}

func answer(w http.ResponseWriter, r Report) {
	switch r.Status {
	case http.StatusOK:
		write(w, r.Status, statusBody{Status: "accepted", ID: r.ID})
		return
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", http.MethodPost)
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", strconv.Itoa(int(RetryAfter.Seconds())))
	}
	write(w, r.Status, errorBody{r.Code})
}

// answerHealth says that the program runs, and nothing about its configuration.
func answerHealth(w http.ResponseWriter, method string) {
	if method != http.MethodGet && method != http.MethodHead {
		w.Header().Set("Allow", http.MethodGet+", "+http.MethodHead)
		write(w, http.StatusMethodNotAllowed, errorBody{webhook.ErrMethod})
		return
	}
	write(w, http.StatusOK, statusBody{Status: "ok"})
}

func write(w http.ResponseWriter, status int, body any) {
	text, _ := json.Marshal(body) // it consists of strings, so this cannot fail
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text) // it fails only if the client is gone
}

func isTooLarge(err error) bool {
	_, ok := errors.AsType[*http.MaxBytesError](err)
	return ok
}
