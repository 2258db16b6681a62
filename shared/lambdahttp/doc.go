// Package lambdahttp runs an [http.Handler] behind an API Gateway HTTP API (payload
// format 2.0) on AWS Lambda.
//
// It promises that a handler reads the raw body of the request, with API Gateway's base64
// decoded, and finds the route's parameters with [http.Request.PathValue]. The path of the
// request is that of the route, because API Gateway's rawPath may also contain a stage or
// the mapping of a custom domain. A body with invalid base64 returns an error when it is
// read, so that the handler decides what to answer.
//
// It never fails an invocation by API Gateway, which would answer with 500, and never answers
// in base64: it is for handlers that answer text. An event that is no JSON object is an error.
package lambdahttp
