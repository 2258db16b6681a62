// Package kyc has the webhooks of Legal Talent Compliance KYC, and a client for its REST
// API.
//
// A request has the headers
//
//	X-Webhook-Signature: sha256=<hex of HMAC-SHA256>
//	X-Webhook-Timestamp: <a time>
//	X-Webhook-ID:        <the body's id>
//
// The public documentation does not say which bytes are signed, so
// [webhook.Settings].Signed chooses: "body", "timestamp.body" (the text of the header, a
// period, the raw body), or "either", the default. Set it once a real delivery has shown
// which one it is.
//
// X-Webhook-Timestamp is the time when the event was created, not when it was sent. A retry
// has an old one, so there is no short tolerance. Its form is not documented, and neither
// is that of "created": both are read as seconds, milliseconds, a fraction or RFC 3339. The
// package promises that an event whose signed time is over 29 days old is refused: after 30
// days a copy is no longer recognised as a duplicate, and a recorded request could run its
// handlers again. The signed time is "created", or the header where that is signed; an
// event without either has no age.
// Public sample secrets (see [webhook.Secret.IsSample]) are exempt, so that sample requests
// do not expire.
//
// # Calling the API
//
// A [Client] reads and sets the notification channels, and fetches sessions and watchlists:
// the provider's guide asks consumers to poll for what webhooks did not deliver. The
// channels are part of [Client.TenantMe]. How sessions are listed is not documented, so
// [Client.Session] requires an id.
//
// Watchlist events have neither documented names nor payloads: see [MonitoringResult].
//
// It never trusts a header that is not signed: id and age come from the body, and a request
// whose id header differs is refused. No error of the Client shows a token, a secret or
// what was sent.
package kyc
