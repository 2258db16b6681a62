package sign

import (
	"errors"
	"strings"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/shared/webhook"
)

// Curl returns a command for a POSIX shell that sends r to the URL. The command contains the
// body, or names the file that has it. It refuses what a [cli.Writer] does not print as it
// is: with one byte changed, the signature is not valid.
func Curl(url string, r webhook.Request, file string) (string, error) {
	parts := []string{"curl -sS " + quote(url), "-H 'Content-Type: application/json'"}
	for _, line := range headerLines(r.Header) {
		parts = append(parts, "-H "+quote(line))
	}
	if file != "" && file != "-" {
		parts = append(parts, "--data-binary "+quote("@"+file))
	} else {
		parts = append(parts, "--data-raw "+quote(string(r.Body)))
	}
	text := strings.Join(parts, " \\\n  ")
	if cli.Visible(text) != text {
		return "", errors.New("the body has characters that cannot be printed; put it into a file and give --file NAME")
	}
	return text, nil
}

// quote returns text as one word for a POSIX shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
