// Package ingest receives webhooks over HTTP: it has each verified, puts it into the
// queue, and only then acknowledges it.
//
// A [Handler] answers POST /hooks/{source} and GET /healthz, and can be mounted in any
// Go server. What it answers:
//
//	200  verified, and the queue has it   {"status":"accepted","id":"evt_…"}
//	400  verified, but not usable         {"error":"malformed_body"}
//	401  not authentic                    {"error":"signature_mismatch"}
//	404  no such source, or no such path  {"error":"unknown_source"}
//	405  not POST; with Allow             {"error":"method"}
//	413  larger than can be queued        {"error":"too_large"}
//	503  come again; with Retry-After     {"error":"queue_unavailable"}
//
// The errors are the constants of type [webhook.Code].
//
// It promises that what it answers 200 is durably queued, that it answers within
// [Budget] after a body is read, and that no input makes it answer anything else:
// where even a provider's code panics, it answers 503 and the webhook comes again.
//
// It never runs a handler of events, never looks for duplicates (process does), and
// never reports a body, a signature or a secret. A try whose outcome is unknown may
// have queued the webhook, so it may be queued more than once.
package ingest
