package contiguity

import (
	"context"
	"net/http"
	"net/url"

	"webhookintake/shared/provider/internal/rest"
)

// A StoredMessage is a message as the API keeps it, sent or received.
type StoredMessage struct {
	ID          string     `json:"id"` // for an incoming message, the id of its event
	To          string     `json:"to"`
	From        string     `json:"from"`
	Message     string     `json:"message"` // webhooks call it body
	Timestamp   UnixMillis `json:"timestamp"`
	Status      string     `json:"status"`             // "delivered", "failed" and "delayed" are known; expect others
	Attachments []string   `json:"attachments"`        // URLs; webhooks say more about them
	Tracking    []Tracking `json:"tracking,omitempty"` // if MessageOptions asked for it
}

// A Tracking is one step in the delivery of a message.
type Tracking struct {
	Event     string `json:"event"` // as "text.delivery.confirmed"; some are not the type of any webhook
	Title     string `json:"title"`
	Timestamp string `json:"timestamp"` // ISO 8601
}

// MessageOptions select what [Client.Message] returns.
type MessageOptions struct {
	Tracking bool // with the steps of the delivery
}

// Message fetches a message by its own id, or by the id of the event that announced it. If
// there is no such message, the error is an [*Error] with status 404.
// API: GET /conversations/history/message/{id}.
func (c *Client) Message(ctx context.Context, id string, o MessageOptions) (StoredMessage, error) {
	const op = "fetch message"
	if id == "" || id == "." || id == ".." {
		return StoredMessage{}, c.api.Invalid(op, "id", "give the id of the message")
	}
	path := "/conversations/history/message/" + url.PathEscape(id)
	if o.Tracking {
		path += "?tracking=true"
	}
	answer, err := call[StoredMessage](ctx, c, rest.Request{Op: op, Method: http.MethodGet, Path: path})
	return answer.Data, err
}
