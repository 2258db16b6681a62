package s3

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"webhookintake/shared/vault"
)

// A StatusError is S3's refusal of a request.
type StatusError struct {
	Status int    // of HTTP
	Code   string // S3's, such as AccessDenied; empty if the answer has none
}

// Error returns S3's code, and the status.
func (e *StatusError) Error() string { return fmt.Sprintf("S3 answered %d %s", e.Status, e.Code) }

// ErrorCode returns S3's code, as the errors of other services do.
func (e *StatusError) ErrorCode() string { return e.Code }

// maxRefusal is how much of an error's body is read.
const maxRefusal = 8 << 10

// refusal returns the error for an answer. Codes are listed at
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
func refusal(response *http.Response) error {
	refused := &StatusError{Status: response.StatusCode}
	text, _ := io.ReadAll(io.LimitReader(response.Body, maxRefusal)) // without a text there is no code
	refused.Code = code(string(text))
	switch {
	case refused.Code == "NoSuchBucket":
		return fmt.Errorf("%w: %w", vault.ErrNoBucket, refused)
	case response.StatusCode == http.StatusNotFound && (refused.Code == "NoSuchKey" || refused.Code == ""):
		return fmt.Errorf("%w: %w", vault.ErrNotFound, refused)
	case response.StatusCode == http.StatusForbidden:
		return fmt.Errorf("%w: %w", vault.ErrDenied, refused)
	}
	return refused
}

// code returns the text of the element Code, or empty if that is not a code.
func code(answer string) string {
	_, after, _ := strings.Cut(answer, "<Code>")
	code, _, closed := strings.Cut(after, "</Code>")
	isOther := func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '.' }
	if !closed || len(code) > 64 || strings.ContainsFunc(code, isOther) {
		return ""
	}
	return code
}
