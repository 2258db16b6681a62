package lambdatest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// gatewayTimeout is the time that a program behind the gateway has for one request.
const gatewayTimeout = 10 * time.Second

// Gateway returns a handler that passes requests to the program as API Gateway does. It has
// the routes POST /hooks/{source} and GET /healthz.
func Gateway(p *Process) http.Handler {
	mux := http.NewServeMux()
	for _, route := range []string{"POST /hooks/{source}", "GET /healthz"} {
		mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
			event, err := gatewayEvent(route, r)
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			response, err := p.Invoke(r.Context(), event, gatewayTimeout)
			var answer events.APIGatewayV2HTTPResponse
			if err := errors.Join(err, json.Unmarshal(response.Payload, &answer)); err != nil || response.Failed {
				http.Error(w, fmt.Sprint(err), http.StatusInternalServerError)
				return
			}
			for name, value := range answer.Headers {
				w.Header().Set(name, value)
			}
			w.WriteHeader(answer.StatusCode)
			_, _ = io.WriteString(w, answer.Body) // the sender notices
		})
	}
	return mux
}

// gatewayEvent returns r in API Gateway's payload format 2.0.
func gatewayEvent(route string, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	e := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: route, RawPath: r.URL.Path, RawQueryString: r.URL.RawQuery,
		Headers: map[string]string{},
		Body:    base64.StdEncoding.EncodeToString(body), IsBase64Encoded: true,
	}
	if source := r.PathValue("source"); source != "" {
		e.PathParameters = map[string]string{"source": source}
	}
	e.RequestContext.HTTP.Method, e.RequestContext.HTTP.Path = r.Method, r.URL.Path
	for name, values := range r.Header {
		e.Headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	return json.Marshal(e)
}
