package contiguity_test

import (
	"errors"
	"strings"
	"testing"

	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

func TestEmail(t *testing.T) {
	t.Parallel()
	decodes(t, contiguity.EmailIncoming, event("email.incoming", `{"email_id":"in_1",
		"from":{"name":"Ann","address":"ann@example.com","complete":"Ann <ann@example.com>"},
		"to":{"name":null,"address":"desk@example.org","complete":"<desk@example.org>"},
		"cc":[],"bcc":[],"reply_to":null,"subject":"Hello",
		"body":{"text":"Hi","html":"<p>Hi</p>","raw":"MIME"},"timestamp":1726502400,
		"in_reply_to":"<m@example.org>","references":["<m@example.org>"],
		"attachments":[{"id":"att_1","filename":"f.png","content_type":"image/png","size":12345,"url":"https://x/f.png"}]}`),
		contiguity.Email{
			EmailID: "in_1",
			From:    contiguity.Contact{Name: "Ann", Address: "ann@example.com", Complete: "Ann <ann@example.com>"},
			To:      contiguity.Contact{Address: "desk@example.org", Complete: "<desk@example.org>"},
			CC:      []contiguity.Contact{}, BCC: []contiguity.Contact{},
			Subject: "Hello", Body: contiguity.EmailBody{Text: "Hi", HTML: "<p>Hi</p>", Raw: "MIME"},
			Timestamp: 1726502400, InReplyTo: "<m@example.org>", References: []string{"<m@example.org>"},
			Attachments: []contiguity.EmailAttachment{
				{ID: "att_1", Filename: "f.png", ContentType: "image/png", Size: 12345, URL: "https://x/f.png"},
			},
		})
}

func TestOlderEmail(t *testing.T) {
	t.Parallel()
	decodes(t, contiguity.EmailIncoming, event("communications.incoming.email", `{"message_id":"m_1",
		"from":"Ann <ann@example.com>","to":"desk@example.org","subject":"Hello",
		"body":{"type":"text/html","content":"<p>Hi</p>","raw_body":"MIME"},
		"attachments":[{"url":"https://x/f.png","type":"image/png"}]}`),
		contiguity.Email{
			EmailID: "m_1",
			From:    contiguity.Contact{Name: "Ann", Address: "ann@example.com", Complete: "Ann <ann@example.com>"},
			To:      contiguity.Contact{Address: "desk@example.org", Complete: "desk@example.org"},
			Subject: "Hello", Body: contiguity.EmailBody{HTML: "<p>Hi</p>", Raw: "MIME"},
			Attachments: []contiguity.EmailAttachment{{URL: "https://x/f.png", ContentType: "image/png"}},
		})
	decodes(t, contiguity.EmailIncoming,
		event("communications.incoming.email", `{"from":"no address at all","body":{"type":"text","content":"Hi"}}`),
		contiguity.Email{
			From: contiguity.Contact{Address: "no address at all", Complete: "no address at all"},
			Body: contiguity.EmailBody{Text: "Hi"},
		})
}

func TestEmailThatDoesNotFit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, data, field string }{
		{"number for a contact", `{"from":1500555}`, "from"},
		{"number in a contact", `{"to":{"address":1500555}}`, "to.address"},
		{"text for a body", `{"body":"private"}`, "body"},
		{"text for a size", `{"attachments":[{"size":"private"}]}`, "attachments.size"},
		{"headers no object", `{"headers":["private"]}`, "headers"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := contiguity.EmailIncoming.Decode(event("email.incoming", tt.data))
			if !errors.Is(err, webhook.ErrPayload) || !strings.Contains(err.Error(), "field "+tt.field+":") {
				t.Errorf("Decode = %v, want ErrPayload that names %s", err, tt.field)
			}
			if err != nil && (strings.Contains(err.Error(), "1500555") || strings.Contains(err.Error(), "private")) {
				t.Errorf("the error quotes the payload: %v", err)
			}
		})
	}
}
