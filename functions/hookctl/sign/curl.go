package sign

import (
	"errors"
	"strings"
	"unicode/utf8"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/shared/webhook"
)

// Curl returns a command for a POSIX shell that sends r to the URL. The command contains the
// body, or names the file that has it. Its lines have at most width characters, unless that
// is 0: an argument that is longer is cut into quoted parts, which the shell joins again. It refuses what a [cli.Writer] does not print as it
// is: with one byte changed, the signature is not valid.
func Curl(url string, r webhook.Request, file string, width int) (string, error) {
	parts := []string{fold("curl -sS ", url, width), "  -H 'Content-Type: application/json'"}
	for _, line := range headerLines(r.Header) {
		parts = append(parts, fold("  -H ", line, width))
	}
	if file != "" && file != "-" {
		parts = append(parts, fold("  --data-binary ", "@"+file, width))
	} else {
		parts = append(parts, fold("  --data-raw ", string(r.Body), width))
	}
	text := strings.Join(parts, " \\\n")
	if cli.Visible(text) != text {
		return "", errors.New("the body has characters that cannot be printed; put it into a file and give --file NAME")
	}
	return text, nil
}

// fold returns an argument after its lead, cut into parts if it does not fit the width: after
// commas, as far as there are some. The parts stand at the begin of their lines, as a blank
// before one would end the argument.
func fold(lead, text string, width int) string {
	whole := lead + quote(text)
	if width == 0 || utf8.RuneCountInString(whole)+len(` \`) <= width {
		return whole
	}
	var b strings.Builder
	b.WriteString(lead)
	rest := []rune(text)
	for room := width - len(lead) - len(`'' \`); ; room = width - len(`'' \`) {
		n := min(max(room, 1), len(rest))
		if comma := strings.LastIndexByte(string(rest[:n]), ','); n < len(rest) && comma >= 0 {
			n = utf8.RuneCountInString(string(rest[:n])[:comma]) + 1
		}
		b.WriteString(quote(string(rest[:n])))
		if rest = rest[n:]; len(rest) == 0 {
			return b.String()
		}
		b.WriteString("\\\n")
	}
}

// quote returns text as one word for a POSIX shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
