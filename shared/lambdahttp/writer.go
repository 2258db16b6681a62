package lambdahttp

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// A writer records the answer of a handler. As in net/http, the headers are those at the
// time when the status is written, and the first status counts.
type writer struct {
	header http.Header
	sent   http.Header // a copy of header; nil until the status is written
	status int
	body   bytes.Buffer
}

func newWriter() *writer { return &writer{header: http.Header{}} }

func (w *writer) Header() http.Header { return w.header }

func (w *writer) WriteHeader(status int) {
	if w.sent != nil || status < http.StatusOK { // a status 1xx is not the answer yet
		return
	}
	w.status, w.sent = status, w.header.Clone()
}

func (w *writer) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// response returns the answer in API Gateway's format, which has one value for each header
// and a list of cookies.
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
