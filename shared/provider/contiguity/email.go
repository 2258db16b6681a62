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

// An Email is an e-mail that came in.
type Email struct {
	EmailID     string                     `json:"email_id"`
	From        Contact                    `json:"from"`
	To          Contact                    `json:"to"`
	CC          []Contact                  `json:"cc"`
	BCC         []Contact                  `json:"bcc"`
	ReplyTo     *Contact                   `json:"reply_to"` // nil where answers go to From
	Subject     string                     `json:"subject"`
	Body        EmailBody                  `json:"body"`
	Timestamp   UnixSeconds                `json:"timestamp"`
	Headers     map[string]json.RawMessage `json:"headers,omitempty"` // names in lower case; values of several shapes
	InReplyTo   string                     `json:"in_reply_to,omitempty"`
	References  []string                   `json:"references,omitempty"`
	Attachments []EmailAttachment          `json:"attachments"`
}

// Entity is the e-mail.
func (e Email) Entity() string { return e.EmailID }

// A Contact is a sender or recipient of an e-mail.
type Contact struct {
	Name     string `json:"name"` // empty where the e-mail gives none
	Address  string `json:"address"`
	Complete string `json:"complete"` // as it stands in the e-mail: Name <address>
}

// An EmailBody is the same content up to three times.
type EmailBody struct {
	Text string `json:"text"`
	HTML string `json:"html"`
	Raw  string `json:"raw"` // the whole e-mail as MIME text
}

// An EmailAttachment is a file that came with an e-mail.
type EmailAttachment struct {
	ID          string `json:"id"`
	Filename    string `json:"filename"`
	ContentType string `json:"content_type"`
	Size        int64  `json:"size"` // bytes
	URL         string `json:"url"`
}

// UnmarshalJSON reads an e-mail of today, or of before September 2025, when its id was
// called message_id.
func (e *Email) UnmarshalJSON(data []byte) error {
	type today Email // without this method
	var older struct {
		MessageID string `json:"message_id"`
	}
	if err := readObject[Email](data, (*today)(e), &older); err != nil {
		return err
	}
	e.EmailID = cmp.Or(e.EmailID, older.MessageID)
	return nil
}

// UnmarshalJSON reads a contact of today, or of before September 2025, when it was the
// complete text alone.
func (c *Contact) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte(`"`)) {
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		*c = newContact(text)
		return nil
	}
	type today Contact // without this method
	return readObject[Contact](data, (*today)(c))
}

// newContact takes apart what stands in an e-mail. A text of another form is all address.
func newContact(text string) Contact {
	parsed, err := mail.ParseAddress(text)
	if err != nil {
		return Contact{Address: text, Complete: text}
	}
	return Contact{Name: parsed.Name, Address: parsed.Address, Complete: text}
}

// UnmarshalJSON reads a body of today, or of before September 2025, when its content
// was there once, with the type it has.
func (b *EmailBody) UnmarshalJSON(data []byte) error {
	type today EmailBody // without this method
	var older struct {
		Type    string `json:"type"`
		Content string `json:"content"`
		RawBody string `json:"raw_body"`
	}
	if err := readObject[EmailBody](data, (*today)(b), &older); err != nil {
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

// UnmarshalJSON reads an attachment of today, or of before September 2025, when it was
// a URL and a type.
func (a *EmailAttachment) UnmarshalJSON(data []byte) error {
	type today EmailAttachment // without this method
	var older struct {
		Type string `json:"type"`
	}
	if err := readObject[EmailAttachment](data, (*today)(a), &older); err != nil {
		return err
	}
	a.ContentType = cmp.Or(a.ContentType, older.Type)
	return nil
}

// readObject reads one JSON object into several destinations; null into none. Where it
// is no object the error says T, the type that a handler's author knows.
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
