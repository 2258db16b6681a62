package contiguity

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/mail"
	"reflect"
	"strings"

	"webhookintake/shared/webhook"
)

// EmailIncoming is an e-mail that a domain of yours received.
var EmailIncoming = webhook.NewType[Email](Provider{}, typeEmailIncoming)

// An Email is an incoming e-mail.
type Email struct {
	EmailID     string                     `json:"email_id"`
	From        Contact                    `json:"from"`
	To          Contact                    `json:"to"`
	CC          []Contact                  `json:"cc"`
	BCC         []Contact                  `json:"bcc"`
	ReplyTo     *Contact                   `json:"reply_to"` // nil if answers go to From
	Subject     string                     `json:"subject"`
	Body        EmailBody                  `json:"body"`
	Timestamp   UnixSeconds                `json:"timestamp"`
	Headers     map[string]json.RawMessage `json:"headers,omitempty"` // names in lower case; values have several forms
	InReplyTo   string                     `json:"in_reply_to,omitempty"`
	References  []string                   `json:"references,omitempty"`
	Attachments []EmailAttachment          `json:"attachments"`
}

// Entity returns the id of the e-mail.
func (e Email) Entity() string { return e.EmailID }

// A Contact is a sender or recipient of an e-mail.
type Contact struct {
	Name     string `json:"name"` // empty if the e-mail has none
	Address  string `json:"address"`
	Complete string `json:"complete"` // as in the e-mail: Name <address>
}

// An EmailBody has the same content in up to three forms.
type EmailBody struct {
	Text string `json:"text"`
	HTML string `json:"html"`
	Raw  string `json:"raw"` // the whole e-mail as MIME text
}

// An EmailAttachment is a file in an e-mail.
type EmailAttachment struct {
	ID          string `json:"id"`
	Filename    string `json:"filename"`
	ContentType string `json:"content_type"`
	Size        int64  `json:"size"` // bytes
	URL         string `json:"url"`
}

// UnmarshalJSON reads the current form, or that before September 2025, in which the id was
// called message_id.
func (e *Email) UnmarshalJSON(data []byte) error {
	type current Email // without this method
	var older struct {
		MessageID string `json:"message_id"`
	}
	if err := readObject[Email](data, (*current)(e), &older); err != nil {
		return err
	}
	e.EmailID = cmp.Or(e.EmailID, older.MessageID)
	return nil
}

// UnmarshalJSON reads the current form, or that before September 2025, which was the
// complete text.
func (c *Contact) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte(`"`)) {
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		*c = newContact(text)
		return nil
	}
	type current Contact // without this method
	return readObject[Contact](data, (*current)(c))
}

// newContact splits a text of the form Name <address>. Any other text is an address.
func newContact(text string) Contact {
	parsed, err := mail.ParseAddress(text)
	if err != nil {
		return Contact{Address: text, Complete: text}
	}
	return Contact{Name: parsed.Name, Address: parsed.Address, Complete: text}
}

// UnmarshalJSON reads the current form, or that before September 2025, which had one
// content and its type.
func (b *EmailBody) UnmarshalJSON(data []byte) error {
	type current EmailBody // without this method
	var older struct {
		Type    string `json:"type"`
		Content string `json:"content"`
		RawBody string `json:"raw_body"`
	}
	if err := readObject[EmailBody](data, (*current)(b), &older); err != nil {
		return err
	}
	b.Raw = cmp.Or(b.Raw, older.RawBody)
	if strings.Contains(strings.ToLower(older.Type), "html") {
		b.HTML = cmp.Or(b.HTML, older.Content)
	} else {
		b.Text = cmp.Or(b.Text, older.Content)
	}
	return nil
}

// UnmarshalJSON reads the current form, or that before September 2025, which had a URL and
// a type.
func (a *EmailAttachment) UnmarshalJSON(data []byte) error {
	type current EmailAttachment // without this method
	var older struct {
		Type string `json:"type"`
	}
	if err := readObject[EmailAttachment](data, (*current)(a), &older); err != nil {
		return err
	}
	a.ContentType = cmp.Or(a.ContentType, older.Type)
	return nil
}

// readObject decodes one JSON object into several destinations, and null into none. If it
// is not an object, the error names T, the type that the author of a handler knows.
func readObject[T any](data []byte, destinations ...any) error {
	if string(data) == "null" {
		return nil
	}
	if !bytes.HasPrefix(data, []byte("{")) {
		return &json.UnmarshalTypeError{Value: "value", Type: reflect.TypeFor[T]()}
	}
	for _, d := range destinations {
		if err := json.Unmarshal(data, d); err != nil {
			return err
		}
	}
	return nil
}
