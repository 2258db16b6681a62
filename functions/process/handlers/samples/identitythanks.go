package samples

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"unicode/utf8"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
)

// identityThanks texts a person whose identity was verified. At most once, as autoReply.
//
// The event does not say the person's number. It is read from the metadata that you made
// the session with, from a field "phone"; the provider does not document that the event
// repeats the metadata, so where it does not, the event becomes a dead letter that says
// so, and you would look the number up by e.Data.ClientReferenceID or e.Data.ID here.
type identityThanks struct {
	client *contiguity.Client
	text   string
	sample bool // says what it would send, and calls nobody
}

func (t identityThanks) handle(ctx context.Context, e hook.Event[contiguity.VerificationSession]) error {
	number, err := phoneIn(e.Data.Metadata)
	if err != nil {
		return hook.Permanent(err) // no retry can add one
	}
	if t.sample {
		slog.InfoContext(ctx, "would thank by text", "id", e.ID, "characters", utf8.RuneCountInString(t.text))
		return nil
	}
	// There is no number of yours to answer from: the provider takes any.
	_, err = t.client.SendText(ctx, contiguity.OutgoingText{To: number, Message: t.text})
	return err
}

var errNoPhone = errors.New(`the session's metadata has no number in "phone", written as +15005550001`)

// isPhone reports whether text is a number in the form E.164: a plus and 7 to 15 digits.
func isPhone(text string) bool {
	digits, plus := strings.CutPrefix(text, "+")
	return plus && len(digits) >= 7 && len(digits) <= 15 && digits[0] != '0' && strings.Trim(digits, "0123456789") == ""
}

func phoneIn(metadata json.RawMessage) (string, error) {
	var session struct {
		Phone string `json:"phone"`
	}
	if err := json.Unmarshal(metadata, &session); err != nil || !isPhone(session.Phone) {
		return "", errNoPhone // the decoder's own error might quote the metadata
	}
	return session.Phone, nil
}
