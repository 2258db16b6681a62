package samples

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/webhook"
)

// Made-up names in the form of AWS's own.
const (
	apiID     = "a1b2c3d4e5"
	accountID = "123456789012"
	region    = "eu-central-1"
	domain    = apiID + ".execute-api." + region + ".amazonaws.com"
	senderIP  = "192.0.2.10" // of the range for documentation
	agent     = "sample/1.0"
)

// A post is one webhook on its way to API Gateway.
type post struct {
	source  string
	request webhook.Request
	number  int // differs between the requests of one set of files
	base64  bool
}

// samplePost returns the sample as its provider sends it at that time.
func samplePost(s dialect.Sample, at time.Time, number int) post {
	src := dialect.Sources()[s.Provider.Name()]
	d, _ := dialect.Of(src.Provider.Name()) // every sample's provider has one
	return post{
		source:  src.Name,
		request: dialect.Sign(src.Provider, src.Settings, s.Body, at),
		number:  number,
		base64:  d.Base64,
	}
}

// event returns the event that API Gateway makes from p.
func (p post) event() events.APIGatewayV2HTTPRequest {
	const route = "POST /hooks/{source}"
	path := "/hooks/" + p.source
	body := string(p.request.Body)
	if p.base64 {
		body = base64.StdEncoding.EncodeToString(p.request.Body)
	}
	return events.APIGatewayV2HTTPRequest{
		Version:        "2.0",
		RouteKey:       route,
		RawPath:        path,
		RawQueryString: p.request.Query.Encode(),
		Headers:        p.headers(),
		PathParameters: map[string]string{"source": p.source},
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey:     route,
			AccountID:    accountID,
			Stage:        "$default",
			RequestID:    fmt.Sprintf("sample-request-%03d", p.number),
			APIID:        apiID,
			DomainName:   domain,
			DomainPrefix: apiID,
			Time:         p.request.At.UTC().Format("02/Jan/2006:15:04:05 -0700"),
			TimeEpoch:    p.request.At.UnixMilli(),
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method: http.MethodPost, Path: path, Protocol: "HTTP/1.1",
				SourceIP: senderIP, UserAgent: agent,
			},
		},
		Body:            body,
		IsBase64Encoded: p.base64,

		QueryStringParameters: p.parameters(),
	}
}

// parameters returns the parsed query, as API Gateway passes it on in addition to its text:
// several values of a name are joined by commas. Without a query it is nil.
func (p post) parameters() map[string]string {
	if len(p.request.Query) == 0 {
		return nil
	}
	parameters := map[string]string{}
	for name, values := range p.request.Query {
		parameters[name] = strings.Join(values, ",")
	}
	return parameters
}

// headers returns the headers as API Gateway passes them on: names in lower case, several
// values of a name joined by commas.
func (p post) headers() map[string]string {
	headers := map[string]string{
		"content-type":      "application/json",
		"content-length":    strconv.Itoa(len(p.request.Body)),
		"host":              domain,
		"user-agent":        agent,
		"x-forwarded-for":   senderIP,
		"x-forwarded-port":  "443",
		"x-forwarded-proto": "https",
	}
	for _, name := range slices.Sorted(maps.Keys(p.request.Header)) {
		headers[strings.ToLower(name)] = strings.Join(p.request.Header[name], ",")
	}
	return headers
}
