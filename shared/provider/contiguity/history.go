package contiguity

import (
	"context"
	"net/http"
	"net/url"
)

// A StoredMessage is a message as the API keeps it, sent or received.
type StoredMessage struct {
	ID          string     `json:"id"` // of a message that came in: the event's
	To          string     `json:"to"`
	From        string     `json:"from"`
	Message     string     `json:"message"` // webhooks call it body
	Timestamp   UnixMillis `json:"timestamp"`
	Status      string     `json:"status"`             // "delivered", "failed" and "delayed" are known; expect others
	Attachments []string   `json:"attachments"`        // URLs; webhooks have more of them
	Tracking    []Tracking `json:"tracking,omitempty"` // where it was asked for
}

// A Tracking is one step of a message's way.
type Tracking struct {
	Event     string `json:"event"` // as "text.delivery.confirmed"; some are no webhook's type
	Title     string `json:"title"`
	Timestamp string `json:"timestamp"` // ISO 8601
}

// MessageOptions vary what [Client.Message] asks for.
type MessageOptions struct {
	Tracking bool // the steps of its way too
}

// Message fetches a message again, by its own id or by the id of the event that told of
// it. A message that is not there is an [*Error] with status 404.
// API: GET /conversations/history/message/{id}.
func (c *Client) Message(ctx context.Context, id string, o MessageOptions) (StoredMessage, error) {
	const op = "fetch message"
	if id == "" || id == "." || id == ".." {
		return StoredMessage{}, refusal(op, "give the message's id")
	}
	path := "/conversations/history/message/" + url.PathEscape(id)
	if o.Tracking {
		path += "?tracking=true"
	}
	answer, err := call[StoredMessage](ctx, c, op, http.MethodGet, path, nil)
	return answer.Data, err
}
