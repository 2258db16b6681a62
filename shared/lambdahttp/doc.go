// Package lambdahttp runs an [http.Handler] behind an API Gateway HTTP API (payload
// format 2.0) on AWS Lambda.
//
// It promises that a handler reads the request's raw body, with API Gateway's base64
// removed, and finds the route's parameters by [http.Request.PathValue]; the request's
// path is the route's, because API Gateway's rawPath also carries a stage or a custom
// domain's mapping. A body that is not the base64 it claims to be comes as a body that
// cannot be read: what to answer is the handler's decision.
//
// It never fails an invocation, which API Gateway would answer with a 500, and never
// answers in base64: it is made for handlers that answer text.
package lambdahttp
