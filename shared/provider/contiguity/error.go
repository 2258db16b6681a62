package contiguity

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"time"

	"webhookintake/shared/provider/internal/rest"
	"webhookintake/shared/webhook"
)

// An Error says why a call of a [Client] failed. A handler can return it as it is: its
// method Retry says whether another attempt can succeed. The clients of all providers
// share the type. Its fields:
//
//   - Provider is "contiguity".
//   - Op is the call, as "send text".
//   - Status is the HTTP status, or 0 if no answer came.
//   - Message is the provider's sentence, with the token, numbers, addresses, and the text
//     that was sent replaced.
//   - ID is the provider's id of the failed call, "err_…", for its support.
//   - Err says what happened instead of an answer, or what is wrong with it.
//
// An answer of status 2xx that cannot be read leaves open whether the message was sent.
type Error = rest.Error

var errAnswer = errors.New("the answer is not of the documented form; whether the call was done is unknown")

// explainer returns the function that reads {"id", "data": {"error"}}.
func explainer(token webhook.Secret) func(e *Error, body, sent []byte) time.Duration {
	return func(e *Error, body, sent []byte) time.Duration {
		var answer response[struct {
			Error string `json:"error"`
		}]
		if json.Unmarshal(body, &answer) != nil {
			return 0 // a proxy's page, which has nothing to add
		}
		e.Message = hide(answer.Data.Error, token, sent)
		if webhook.ValidName(answer.ID) {
			e.ID = hide(answer.ID, token, sent)
		}
		return 0
	}
}

// maxMessage is the length to which the provider's sentence is cut, in bytes.
const maxMessage = 300

// minHidden is the length in bytes from which a value that was sent is replaced. A shorter
// one may be part of any word, and gives little away.
const minHidden = 4

// What the provider's sentence may quote: URLs, numbers as people write them, and e-mail
// addresses, which iMessage uses as well.
var (
	fileAddress  = regexp.MustCompile(`https?://\S+`)
	phoneNumber  = regexp.MustCompile(`\+?\d[\d ().-]{4,}\d`)
	emailAddress = regexp.MustCompile(`[^\s@"'<>]+@[^\s@"'<>]+`)
)

// hide makes the provider's text fit for logs: it replaces the token, the values that were
// sent, and everything that looks like a URL, an address or a number.
func hide(text string, token webhook.Secret, sent []byte) string {
	text = strings.ReplaceAll(text, token.Reveal(), "[token]")
	var values map[string]any
	_ = json.Unmarshal(sent, &values) // a call without a body leaves nothing to quote
	for _, name := range []string{"message", "to", "from"} {
		if value, _ := values[name].(string); len(value) >= minHidden {
			text = strings.ReplaceAll(text, value, "["+name+"]")
		}
	}
	text = fileAddress.ReplaceAllString(text, "[url]")
	text = emailAddress.ReplaceAllString(text, "[address]")
	text = phoneNumber.ReplaceAllString(text, "[number]")
	if len(text) > maxMessage {
		text = strings.ToValidUTF8(text[:maxMessage], "") + "…"
	}
	return text
}
