package lambdahttp

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// A writer keeps what a handler answers. As in net/http, the headers count as they are
// when the status is written, and the first status counts.
type writer struct {
	header http.Header
	sent   http.Header // a copy of header; nil until the status is written
	status int
	body   bytes.Buffer
}

func newWriter() *writer { return &writer{header: http.Header{}} }

func (w *writer) Header() http.Header { return w.header }

func (w *writer) WriteHeader(status int) {
	if w.sent != nil || status < http.StatusOK { // a 1xx only announces the answer
		return
	}
	w.status, w.sent = status, w.header.Clone()
}

func (w *writer) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// response is the answer in API Gateway's format, which has one value a header and a
// list of cookies.
func (w *writer) response() events.APIGatewayV2HTTPResponse {
	w.WriteHeader(http.StatusOK)
	response := events.APIGatewayV2HTTPResponse{
		StatusCode: w.status,
		Headers:    make(map[string]string, len(w.sent)),
		Body:       w.body.String(),
	}
	for name, values := range w.sent {
		if name == "Set-Cookie" {
			response.Cookies = values
			continue
		}
		response.Headers[name] = strings.Join(values, ", ")
	}
	return response
}
