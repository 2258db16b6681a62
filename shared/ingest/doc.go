// Package ingest receives webhooks over HTTP: it verifies each, puts it into the queue,
// and only then acknowledges it.
//
// A [Handler] serves POST /hooks/{source} and GET /healthz, and can be mounted in any Go
// server. Its answers are:
//
//	200  verified and durable             {"status":"accepted","id":"evt_…"}
//	400  verified but not usable          {"error":"malformed_body"}
//	401  not authentic                    {"error":"signature_mismatch"}
//	404  no such source, or no such path  {"error":"unknown_source"}
//	405  not POST; with Allow             {"error":"method"}
//	413  too large                        {"error":"too_large"}
//	503  try again; with Retry-After      {"error":"queue_unavailable"}
//
// The errors are the constants of type [webhook.Code].
//
// With a vault, the body of a webhook that does not fit the queue is stored there first, and
// with Spill the vault takes what the queue does not take in time.
//
// With a [Quarantine], a share of the requests that are refused for their signature is kept.
//
// It promises that a webhook answered with 200 is durable, in the queue or spilled, that it
// answers within [Budget] after it has read the body, and that no input leads to any other
// answer: even if a provider's code panics, it answers 503 and the sender tries again.
//
// It never runs a handler of events, never looks for duplicates (process does), and never
// reports a body, a signature or a secret. It may queue a webhook more than once, because
// an attempt whose outcome is unknown may have succeeded.
package ingest
