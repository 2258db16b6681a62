package sign

import (
	"bytes"
	"errors"
	"strings"

	"webhookintake/shared/webhook"
)

// Curl returns a command for a POSIX shell that sends r to the URL. The command contains the
// body, or names the file that has it.
func Curl(url string, r webhook.Request, file string) (string, error) {
	parts := []string{"curl -sS " + quote(url), "-H 'Content-Type: application/json'"}
	for _, line := range headerLines(r.Header) {
		parts = append(parts, "-H "+quote(line))
	}
	switch {
	case file != "" && file != "-":
		parts = append(parts, "--data-binary "+quote("@"+file))
	case bytes.IndexByte(r.Body, 0) >= 0:
		return "", errors.New("a shell cannot pass on a body with a zero byte; put it into a file and give --file")
	default:
		parts = append(parts, "--data-raw "+quote(string(r.Body)))
	}
	return strings.Join(parts, " \\\n  "), nil
}

// quote returns text as one word for a POSIX shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
